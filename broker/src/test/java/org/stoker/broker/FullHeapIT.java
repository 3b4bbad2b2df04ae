package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.records.CompressionType;

/**
 * A broker with its default heap of which every part is full at once: groups, members, producers,
 * topics and fetch sessions; and then requests that take memory while they are answered.
 */
final class FullHeapIT {
  private static final String ORDERS = "orders";
  private static final String BOMBED = "bombed";
  private static final String GROUP = "bystander";
  // Above what a quarter of 256 MB holds.
  private static final int GROUPS = 130_000;
  private static final int SESSIONS = 600;
  private static final int PARTITIONS_OF_SESSION = 1_000;
  private static final int ATTACKERS = 4;
  private static final int ROUNDS = 3;
  private static final int BOMB_SIZE_BYTES = 100 << 20;

  private final int port = UnusedPort.any();

  @TempDir private Path data;

  private BrokerProcess start() throws IOException {
    return BrokerProcess.start(
        data, port, "group.initial.rebalance.delay.ms=0", "offsets.topic.num.partitions=4");
  }

  @Test
  void aBrokerOfWhichEveryPartOfTheHeapIsFullServesOnUnderAttackAndStartsAgain() throws Exception {
    QuietClients.hush();
    try (KafkaProducer<String, String> bystander = producer()) {
      try (BrokerProcess broker = start()) {
        prepare(broker.awaitReady());
        send(bystander);
        commit(1);
        fill();
        serves(broker, bystander, 2);

        attack(broker);

        serves(broker, bystander, 3);
        broker.kill();
      }
      try (BrokerProcess broker = start()) {
        broker.awaitReady();
        try (var connection = new RawConnection(port)) {
          GroupFlood.awaitLoaded(connection, GROUP);
        }
        serves(broker, bystander, 4);
      }
    }
  }

  private static void prepare(String address) throws Exception {
    GroupFlood.prepare(address);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(
                      ProducerFlood.TOPIC, Optional.of(ProducerFlood.PARTITIONS), Optional.empty()),
                  new NewTopic(ORDERS, Optional.of(1), Optional.empty()),
                  new NewTopic(BOMBED, 1, (short) 1).configs(Map.of("compression.type", "gzip"))))
          .all()
          .get();
    }
  }

  private void fill() throws Exception {
    var groups = new GroupFlood(port);
    assertThat(groups.members()).isBetween(1, GroupFlood.MEMBERS - 1);
    assertThat(groups.offsets(GROUPS, "note")).isBetween(GROUPS / 4, GROUPS - 1);
    assertThat(new ProducerFlood(port).run()).isBetween(100_000, ProducerFlood.PRODUCERS / 2);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", "localhost:" + port))) {
      assertThat(TopicFlood.run(admin)).isPositive();
    }
    for (int i = 0; i < SESSIONS; i++) {
      tell(ApiKeys.FETCH, (short) 7, HostileFrames.newSession(PARTITIONS_OF_SESSION));
    }
  }

  private void attack(BrokerProcess broker) throws Exception {
    ByteBuffer bomb = HostileFrames.bomb(CompressionType.ZSTD, BOMB_SIZE_BYTES);
    Callable<@Nullable Void> attacker =
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            tell(ApiKeys.PRODUCE, (short) 12, HostileFrames.produce(BOMBED, bomb.duplicate()));
            tell(ApiKeys.FETCH, (short) 7, HostileFrames.fetch(1_000_000, 500));
            tell(ApiKeys.METADATA, (short) 9, HostileFrames.metadata(1_000_000));
            tell(ApiKeys.OFFSET_FETCH, (short) 5, HostileFrames.offsetFetch(300_000));
            tell(ApiKeys.DESCRIBE_CONFIGS, (short) 4, HostileFrames.describeBroker(4_000));
            tell(
                ApiKeys.DESCRIBE_GROUPS,
                (short) 5,
                HostileFrames.describeGroup("members-0", 4_000));
          }
          return null;
        };
    try (var attackers = Executors.newVirtualThreadPerTaskExecutor()) {
      var started = new ArrayList<Future<?>>();
      for (int i = 0; i < ATTACKERS; i++) {
        started.add(attackers.submit(attacker));
      }
      for (Future<?> one : started) {
        one.get();
      }
    }
    assertThat(broker.isAlive()).as(broker.toString()).isTrue();
  }

  /** Whether it is answered or refused is up to the broker. */
  private void tell(ApiKeys key, short version, ApiMessage request) throws IOException {
    try (var connection = new RawConnection(port)) {
      connection.tell(key, version, request);
      connection.isClosedByBroker();
    } catch (SocketException _) {
      // Refused before all of it was sent.
    }
  }

  private void serves(BrokerProcess broker, KafkaProducer<String, String> bystander, long offset)
      throws Exception {
    assertThat(broker.isAlive()).as(broker.toString()).isTrue();
    send(bystander);
    commit(offset);
  }

  private KafkaProducer<String, String> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", "localhost:" + port),
        new StringSerializer(),
        new StringSerializer());
  }

  private static void send(KafkaProducer<String, String> producer) throws Exception {
    producer.send(new ProducerRecord<>(ORDERS, 0, null, "value")).get();
  }

  private void commit(long offset) throws IOException {
    try (var connection = new RawConnection(port)) {
      connection.ask(
          FindCoordinatorResponse.class,
          ApiKeys.FIND_COORDINATOR,
          (short) 4,
          new FindCoordinatorRequestData().setCoordinatorKeys(List.of(GROUP)));
      assertThat(GroupFlood.commit(connection, GROUP, offset)).isEqualTo(Errors.NONE);
      assertThat(GroupFlood.fetched(connection, GROUP).committedOffset()).isEqualTo(offset);
    }
  }
}
