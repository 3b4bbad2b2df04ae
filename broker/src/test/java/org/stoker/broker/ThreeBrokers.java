package org.stoker.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.stoker.base.SystemClock;

/**
 * Three broker processes and a ZooKeeper that outlives them, in this process; or with their own, as
 * a quorum.
 */
final class ThreeBrokers implements AutoCloseable {
  static final int BROKERS = 3;
  private static final long LONGEST_WAIT_MS = 120_000;

  private final Path root;
  private @Nullable EmbeddedZooKeeper zooKeeper;
  private final IntFunction<List<String>> coordination;
  private final Map<Integer, BrokerProcess> processes = new TreeMap<>();
  private final Map<Integer, String> addresses = new TreeMap<>();
  private final List<String> overrides;

  ThreeBrokers(Path root, String... overrides) throws IOException {
    this(root, EmbeddedZooKeeper.start(root.resolve("zookeeper"), 0, new SystemClock()), overrides);
  }

  private ThreeBrokers(Path root, EmbeddedZooKeeper zooKeeper, String... overrides) {
    this(
        root, zooKeeper, _ -> List.of("zookeeper.connect=" + zooKeeper.connectString()), overrides);
  }

  private ThreeBrokers(
      Path root,
      @Nullable EmbeddedZooKeeper zooKeeper,
      IntFunction<List<String>> coordination,
      String... overrides) {
    QuietClients.hush();
    this.root = root;
    this.zooKeeper = zooKeeper;
    this.coordination = coordination;
    this.overrides = List.of(overrides);
  }

  /** The same with a ZooKeeper inside each broker, which vote. */
  static ThreeBrokers withQuorum(Path root, String... overrides) {
    String quorum = QuorumPorts.free(BROKERS);
    return new ThreeBrokers(
        root,
        null,
        id -> List.of("zookeeper.embedded.quorum=" + quorum, "zookeeper.embedded.id=" + id),
        overrides);
  }

  /** The same, with a proxy before each broker, at which alone it is known to the others. */
  static ThreeBrokers behindProxies(Path root, Map<Integer, TcpProxy> proxies) throws IOException {
    var zooKeeper = EmbeddedZooKeeper.start(root.resolve("zookeeper"), 0, new SystemClock());
    Map<Integer, List<String>> listeners = new TreeMap<>();
    for (int id = 1; id <= BROKERS; id++) {
      int port = UnusedPort.any();
      var proxy = new TcpProxy(port);
      proxies.put(id, proxy);
      listeners.put(
          id,
          List.of(
              "listeners=PLAINTEXT://localhost:" + port,
              "advertised.listeners=PLAINTEXT://localhost:" + proxy.port(),
              "zookeeper.connect=" + zooKeeper.connectString()));
    }
    return new ThreeBrokers(root, zooKeeper, id -> Objects.requireNonNull(listeners.get(id)));
  }

  /** The same, each on a rack of its own: {@code rack-1} and so on. */
  static ThreeBrokers onRacks(Path root, String... overrides) throws IOException {
    var zooKeeper = EmbeddedZooKeeper.start(root.resolve("zookeeper"), 0, new SystemClock());
    return new ThreeBrokers(
        root,
        zooKeeper,
        id -> List.of("zookeeper.connect=" + zooKeeper.connectString(), "broker.rack=rack-" + id),
        overrides);
  }

  /** ZooKeeper goes away, and comes back at the same address. */
  void restartZooKeeper(Meanwhile meanwhile) throws Exception {
    EmbeddedZooKeeper running = zooKeeper();
    String address = running.connectString();
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    running.close();
    meanwhile.run();
    zooKeeper = EmbeddedZooKeeper.start(root.resolve("zookeeper"), port, new SystemClock());
  }

  /** Something that happens in between. */
  interface Meanwhile {
    void run() throws Exception;
  }

  /** Starts all of them side by side; returns when all serve. */
  ThreeBrokers start() throws IOException, InterruptedException {
    for (int id = 1; id <= BROKERS; id++) {
      processes.put(id, launch(id, 0));
    }
    for (int id = 1; id <= BROKERS; id++) {
      addresses.put(id, process(id).awaitReady());
    }
    return this;
  }

  private BrokerProcess launch(int id, int port) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("start", "--verbose"));
    arguments.addAll(List.of("--data-dir", root.resolve("broker-" + id).toString()));
    override(arguments, "broker.id=" + id);
    override(arguments, "listeners=PLAINTEXT://localhost:" + port);
    coordination.apply(id).forEach(one -> override(arguments, one));
    override(arguments, "log.dirs=" + root.resolve("broker-" + id).resolve("logs"));
    override(arguments, "default.replication.factor=" + BROKERS);
    override(arguments, "offsets.topic.replication.factor=" + BROKERS);
    override(arguments, "min.insync.replicas=2");
    overrides.forEach(one -> override(arguments, one));
    return BrokerProcess.start(BrokerMain.class, arguments.toArray(String[]::new));
  }

  private static void override(List<String> arguments, String keyAndValue) {
    arguments.addAll(List.of("--override", keyAndValue));
  }

  BrokerProcess process(int id) {
    BrokerProcess process = processes.get(id);
    if (process == null) {
      throw new IllegalStateException("broker " + id + " was never started");
    }
    return process;
  }

  EmbeddedZooKeeper zooKeeper() {
    return Objects.requireNonNull(zooKeeper, "the brokers have their own");
  }

  String bootstrapServers() {
    return String.join(",", addresses.values());
  }

  /** Starts a broker again that has ended, on its port and directories. */
  void restart(int id) throws IOException, InterruptedException {
    processes.put(id, launch(id, portOf(id)));
    process(id).awaitReady();
  }

  /** Starts all again; with a quorum of their own none can be ready before most are started. */
  void restartTogether() throws IOException, InterruptedException {
    for (int id = 1; id <= BROKERS; id++) {
      processes.put(id, launch(id, portOf(id)));
    }
    for (int id = 1; id <= BROKERS; id++) {
      process(id).awaitReady();
    }
  }

  private int portOf(int id) {
    String address = String.valueOf(addresses.get(id));
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  Admin admin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            bootstrapServers(),
            "request.timeout.ms",
            2_000,
            "default.api.timeout.ms",
            20_000));
  }

  void createTopic(Admin admin, String name, int partitions) throws Exception {
    admin.createTopics(List.of(new NewTopic(name, partitions, (short) BROKERS))).all().get();
    awaitPartitions(admin, name, partition -> partition.isr().size() == BROKERS);
  }

  /** Returns when all partitions of the topic are as they should be. */
  List<TopicPartitionInfo> awaitPartitions(
      Admin admin, String topic, Predicate<TopicPartitionInfo> wanted) throws Exception {
    var clock = new SystemClock();
    long untilMs = clock.monotonicMs() + LONGEST_WAIT_MS;
    while (true) {
      TopicDescription description = describe(admin, topic);
      if (description != null && description.partitions().stream().allMatch(wanted)) {
        return description.partitions();
      }
      if (clock.monotonicMs() > untilMs) {
        throw new AssertionError(
            "after " + LONGEST_WAIT_MS + " ms " + description + "\n" + processes.values());
      }
    }
  }

  static boolean isInSync(TopicPartitionInfo partition, int broker) {
    return partition.isr().stream().map(Node::id).anyMatch(id -> id == broker);
  }

  /** Null if the broker that was asked does not answer: the next attempt asks another. */
  private static @Nullable TopicDescription describe(Admin admin, String topic)
      throws InterruptedException, ExecutionException {
    try {
      return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    processes.values().forEach(BrokerProcess::close);
    if (zooKeeper != null) {
      zooKeeper.close();
    }
  }
}
