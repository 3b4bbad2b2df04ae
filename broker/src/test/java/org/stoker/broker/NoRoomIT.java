package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.SystemClock;

/** Two brokers, and one of them has no room for its copies: they are in sync when it has. */
final class NoRoomIT {
  private static final Duration A_MINUTE = Duration.ofSeconds(60);
  private static final String TOPIC = "copied";

  @TempDir private Path temporary;

  @SuppressWarnings("NullAway.Init") // started before each test
  private EmbeddedZooKeeper zooKeeper;

  @SuppressWarnings("NullAway.Init") // the same
  private BrokerInside first;

  @SuppressWarnings("NullAway.Init") // the same
  private BrokerInside second;

  @SuppressWarnings("NullAway.Init") // the same
  private Admin admin;

  @SuppressWarnings("NullAway.Init") // the disk that the second broker got last
  private CrampedDisk disk;

  @BeforeEach
  void start() throws Exception {
    QuietClients.hush();
    zooKeeper = EmbeddedZooKeeper.start(temporary.resolve("zookeeper"), 0, new SystemClock());
    first = broker(1, Long.MAX_VALUE);
    second = broker(2, Long.MAX_VALUE);
    admin = Admin.create(Map.of("bootstrap.servers", first.address()));
  }

  @AfterEach
  void stop() {
    admin.close(Duration.ZERO);
    second.close();
    first.close();
    zooKeeper.close();
  }

  private BrokerInside broker(int id, long room) throws Exception {
    return BrokerInside.start(
        temporary.resolve("broker-" + id),
        Map.of(
            "broker.id",
            Integer.toString(id),
            "zookeeper.connect",
            zooKeeper.connectString(),
            "replica.lag.time.max.ms",
            "2000",
            "log.dir.reserve.bytes",
            "0"),
        below -> {
          disk = new CrampedDisk(below);
          disk.leave(room);
          return disk;
        });
  }

  private void produce(String value) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", first.address(), "acks", "all"),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>(TOPIC, 0, null, value)).get();
    }
  }

  private void createTopic() throws Exception {
    admin.createTopics(List.of(new NewTopic(TOPIC, Map.of(0, List.of(1, 2))))).all().get();
  }

  private void awaitPartition(Predicate<TopicPartitionInfo> wanted) {
    await()
        .atMost(A_MINUTE)
        .ignoreExceptions()
        .until(() ->
            wanted.test(
                Objects.requireNonNull(
                        admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC))
                    .partitions()
                    .getFirst()));
  }

  private static boolean areBothInSync(TopicPartitionInfo partition) {
    return partition.isr().size() == 2;
  }

  @Test
  void aCopyIsRecoveredWhenThereIsRoom() throws Exception {
    createTopic();
    awaitPartition(NoRoomIT::areBothInSync);
    produce("before");
    second.close();
    // As after a crash, so that there is something to recover.
    Files.delete(temporary.resolve("broker-2/logs/.kafka_cleanshutdown"));
    awaitPartition(partition -> partition.isr().size() == 1);
    produce("meanwhile");

    second = broker(2, 0);

    assertThat(disk.wasFull()).isTrue();
    awaitPartition(partition -> partition.isr().size() == 1);
    disk.leavePlenty();
    awaitPartition(NoRoomIT::areBothInSync);
    produce("after");
  }

  @Test
  void aCopyIsMadeAndFilledWhenThereIsRoom() throws Exception {
    disk.leave(0);
    createTopic();
    await().atMost(A_MINUTE).until(() -> disk.wasFull());
    awaitPartition(partition -> partition.isr().size() == 1);

    disk.leavePlenty();

    awaitPartition(NoRoomIT::areBothInSync);
    produce("after");
  }
}
