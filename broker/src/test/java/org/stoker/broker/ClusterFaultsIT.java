package org.stoker.broker;

import static java.lang.Integer.parseInt;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real brokers under load that are paused, cut off, slowed down and left without ZooKeeper.
 */
final class ClusterFaultsIT {
  private static final int CLIENTS = 500;
  private static final Duration A_MINUTE = Duration.ofSeconds(60);
  private static final Pattern SILENT =
      Pattern.compile("Broker (\\d+) was silent for more than (\\d+) ms");

  @TempDir private Path root;

  private final Map<Integer, TcpProxy> proxies = new TreeMap<>();

  @SuppressWarnings("NullAway.Init") // each test begins by starting what it wants
  private ThreeBrokers cluster;

  @SuppressWarnings("NullAway.Init") // the same
  private Admin admin;

  private void start(ThreeBrokers started) throws Exception {
    cluster = started.start();
    admin = cluster.admin();
    cluster.createTopic(admin, NumberedRecords.TOPIC, NumberedRecords.PARTITIONS);
  }

  @AfterEach
  void stop() throws IOException {
    admin.close(Duration.ZERO);
    for (TcpProxy proxy : proxies.values()) {
      proxy.close();
    }
    cluster.close();
  }

  private void awaitAllInSync() throws Exception {
    cluster.awaitPartitions(
        admin, NumberedRecords.TOPIC, one -> one.isr().size() == ThreeBrokers.BROKERS);
  }

  @Test
  void aPausedLeaderIsReplacedAndAcknowledgesNothingWhenItGoesOn() throws Exception {
    start(new ThreeBrokers(root));
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitMore(1_000);

      cluster.process(2).pause();
      cluster.awaitPartitions(
          admin, NumberedRecords.TOPIC, one -> one.leader() != null && one.leader().id() != 2);
      records.awaitMore(1_000);
      cluster.process(2).goOn();

      cluster.awaitPartitions(admin, NumberedRecords.TOPIC, one -> ThreeBrokers.isInSync(one, 2));
      records.awaitMore(1_000);
      records.assertAllThere();
    }
  }

  @Test
  void leadersServeOnWithoutZooKeeperAndBrokersThatDieAreReplacedWhenItIsBack() throws Exception {
    start(new ThreeBrokers(root));
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitMore(500);

      cluster.restartZooKeeper(() -> records.awaitMore(2_000));

      records.awaitMore(500);
      cluster.process(1).kill();
      cluster.awaitPartitions(
          admin, NumberedRecords.TOPIC, one -> one.leader() != null && one.leader().id() != 1);
      cluster.restart(1);
      awaitAllInSync();
      records.assertAllThere();
    }
  }

  @Test
  void connectionsThatAreCutAndSlowLoseNothing() throws Exception {
    start(ThreeBrokers.behindProxies(root, proxies));
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitMore(500);
      for (TcpProxy proxy : proxies.values()) {
        proxy.cut();
        records.awaitMore(500);
      }

      proxies.values().forEach(proxy -> proxy.delayMs(20));
      records.awaitMore(500);
      for (TcpProxy proxy : proxies.values()) {
        proxy.cut();
        records.awaitMore(500);
      }
      proxies.values().forEach(proxy -> proxy.delayMs(0));

      awaitAllInSync();
      records.awaitMore(500);
      records.assertAllThere();
    }
  }

  @Test
  void connectionsThatComeAndGoByTheHundredFenceNobody() throws Exception {
    start(ThreeBrokers.behindProxies(root, proxies));
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitMore(500);
      for (int round = 0; round < 3; round++) {
        List<Socket> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
          TcpProxy proxy = requireNonNull(proxies.get(1 + client % ThreeBrokers.BROKERS));
          clients.add(new Socket(InetAddress.getLoopbackAddress(), proxy.port()));
        }
        for (TcpProxy proxy : proxies.values()) {
          proxy.cut();
        }
        for (Socket client : clients) {
          client.close();
        }
        records.awaitMore(500);
      }
      for (int id = 1; id <= ThreeBrokers.BROKERS; id++) {
        assertThat(cluster.process(id).out())
            .noneMatch(line -> line.contains("is dead") || line.contains("was silent"));
      }
      records.assertAllThere();
    }
  }

  @Test
  void aControllerThatNobodyReachesLeavesTheOfficeAndFencesNobody() throws Exception {
    start(ThreeBrokers.behindProxies(root, proxies));
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitMore(500);
      int first = admin.describeCluster().controller().get().id();
      TcpProxy proxy = requireNonNull(proxies.get(first));

      proxy.hold();

      Awaitility.await()
          .atMost(A_MINUTE)
          .until(() ->
              others(first)
                  .anyMatch(id ->
                      cluster.process(id).hasSaid("Broker " + id + " is the controller of epoch")));
      Awaitility.await()
          .atMost(A_MINUTE)
          .until(() -> cluster.process(first).hasSaid("Controller " + first + " hears nobody"));
      assertThat(silences(first)).isEmpty();

      proxy.letPass();
      records.awaitMore(1_000);
      awaitAllInSync();
      records.assertAllThere();
    }
  }

  private static IntStream others(int broker) {
    return IntStream.rangeClosed(1, ThreeBrokers.BROKERS).filter(id -> id != broker);
  }

  /** What this broker, as the controller, said of others that it did not hear. */
  private List<Silence> silences(int controller) {
    return cluster.process(controller).out().stream()
        .map(SILENT::matcher)
        .filter(Matcher::find)
        .map(found -> new Silence(parseInt(found.group(1)), parseInt(found.group(2))))
        .toList();
  }

  private record Silence(int broker, int ms) {}

  @Test
  void aBrokerThatComesAndGoesIsGivenMoreTimeEachTime() throws Exception {
    start(new ThreeBrokers(root));
    int controller = admin.describeCluster().controller().get().id();
    int flapping = others(controller).findFirst().orElseThrow();

    for (int times = 1; times <= 2; times++) {
      int expected = times;
      cluster.process(flapping).pause();
      Awaitility.await().atMost(A_MINUTE).until(() -> silences(controller).size() == expected);
      cluster.process(flapping).goOn();
      awaitAllInSync();
    }

    List<Silence> silences = silences(controller);
    assertThat(silences).hasSize(2).allMatch(silence -> silence.broker() == flapping);
    assertThat(silences.getFirst().ms()).isGreaterThanOrEqualTo(2_500);
    // Twice as long, and longer if the heartbeat with which it came back was late not long ago.
    assertThat(silences.getLast().ms())
        .isGreaterThanOrEqualTo(Math.max(5_000, silences.getFirst().ms()));
  }

  @Test
  void aGroupGoesOnWhenItsCoordinatorIsKilled() throws Exception {
    start(new ThreeBrokers(root));
    try (var records = new NumberedRecords(cluster.bootstrapServers());
        var consumer = consumer()) {
      consumer.subscribe(List.of(NumberedRecords.TOPIC));
      Map<TopicPartition, Long> next = new HashMap<>();
      readMore(consumer, next, 2_000);
      consumer.commitSync();
      int coordinator =
          requireNonNull(
                  admin.describeConsumerGroups(List.of("readers")).describedGroups().get("readers"))
              .get()
              .coordinator()
              .id();

      cluster.process(coordinator).kill();

      readMore(consumer, next, 2_000);
      Map<TopicPartition, Long> positions = new HashMap<>();
      consumer.assignment().forEach(one -> positions.put(one, consumer.position(one)));
      consumer.commitSync();
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(positions.keySet());
      positions.forEach((partition, offset) ->
          assertThat(requireNonNull(committed.get(partition)).offset())
              .as("%s", partition)
              .isEqualTo(offset));
      cluster.restart(coordinator);
      awaitAllInSync();
      records.assertAllThere();
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            cluster.bootstrapServers(),
            "group.id",
            "readers",
            "auto.offset.reset",
            "earliest",
            "enable.auto.commit",
            false),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /** Reads so many records more, each partition's without a gap; a rebalance may repeat some. */
  private static void readMore(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> next, int count) {
    int read = 0;
    for (int empty = 0; read < count && empty < 60; ) {
      var records = consumer.poll(Duration.ofSeconds(1));
      empty = records.isEmpty() ? empty + 1 : 0;
      for (var record : records) {
        var partition = new TopicPartition(record.topic(), record.partition());
        assertThat(record.offset()).isLessThanOrEqualTo(next.getOrDefault(partition, 0L));
        next.merge(partition, record.offset() + 1, Math::max);
        read++;
      }
    }
    assertThat(read).isGreaterThanOrEqualTo(count);
  }
}
