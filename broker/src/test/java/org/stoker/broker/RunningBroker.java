package org.stoker.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.stoker.settings.ServerProperties;

/**
 * A whole broker inside the test's own process, with its ZooKeeper, at a free port that it keeps
 * when it is started again; and the official clients that talk to it.
 */
final class RunningBroker {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Map<String, String> settings = new TreeMap<>();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private @Nullable BrokerAssembly assembly;

  private RunningBroker(Path directory) {
    settings.put("listeners", "PLAINTEXT://127.0.0.1:0");
    settings.put("log.dirs", directory.resolve("logs").toString());
    settings.put("zookeeper.embedded.dir", directory.resolve("zookeeper").toString());
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.min.session.timeout.ms", "500");
  }

  /** A broker that keeps its files below the directory; it does not run yet. */
  static RunningBroker in(Path directory) {
    return new RunningBroker(directory);
  }

  /** Sets a key, in force from the next start on. */
  RunningBroker with(String key, String value) {
    settings.put(key, value);
    return this;
  }

  RunningBroker start() throws StartException, InterruptedException {
    ServerProperties properties = new ServerProperties();
    settings.forEach(properties::set);
    BrokerAssembly started =
        new BrokerAssembly(BrokerConfig.of(properties.toSettings()), failure::set);
    BrokerLogging.setConsoleQuiet(true);
    assembly = started;
    started.start();
    if ("PLAINTEXT://127.0.0.1:0".equals(settings.get("listeners"))) {
      settings.put("listeners", "PLAINTEXT://" + started.bootstrapServers());
    }
    return this;
  }

  void stop() throws InterruptedException {
    BrokerAssembly running = assembly;
    assembly = null;
    if (running != null) {
      running.stop();
    }
  }

  /** Stops cleanly and starts again at the same port. */
  void restart() throws StartException, InterruptedException {
    stop();
    start();
  }

  /** Stops for good; fails if the broker had given up by itself. */
  void close() throws InterruptedException {
    stop();
    String reason = failure.get();
    if (reason != null) {
      throw new IllegalStateException("the broker gave up: " + reason);
    }
  }

  /** All listeners, with commas between them. */
  String bootstrapServers() {
    BrokerAssembly running = assembly;
    if (running == null) {
      throw new IllegalStateException("the broker does not run");
    }
    return running.bootstrapServers();
  }

  int port() {
    String address = bootstrapServers();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  // ---- Clients.

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
  }

  KafkaProducer<@Nullable String, @Nullable String> producer(Map<String, ?> settings) {
    Map<String, Object> all = new HashMap<>();
    all.put("bootstrap.servers", bootstrapServers());
    all.put("key.serializer", StringSerializer.class);
    all.put("value.serializer", StringSerializer.class);
    all.putAll(settings);
    return new KafkaProducer<>(all);
  }

  /** A consumer that begins at the beginning; its settings may say otherwise. */
  KafkaConsumer<@Nullable String, @Nullable String> consumer(Map<String, ?> settings) {
    Map<String, Object> all = new HashMap<>();
    all.put("bootstrap.servers", bootstrapServers());
    all.put("key.deserializer", StringDeserializer.class);
    all.put("value.deserializer", StringDeserializer.class);
    all.put("auto.offset.reset", "earliest");
    all.put("enable.auto.commit", false);
    all.putAll(settings);
    return new KafkaConsumer<>(all);
  }

  void createTopic(String name, int partitions, Map<String, String> configs)
      throws ExecutionException, InterruptedException {
    try (Admin admin = admin()) {
      NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(configs);
      admin.createTopics(List.of(topic)).all().get();
    }
  }

  /** What the map holds for a key that it must hold. */
  static <K, V> V at(Map<K, V> map, K key) {
    return Objects.requireNonNull(map.get(key), () -> "nothing for " + key);
  }

  /** Why something failed that must fail. */
  static Throwable causeOf(Future<?> failed) throws InterruptedException {
    try {
      failed.get();
    } catch (ExecutionException e) {
      return Objects.requireNonNull(e.getCause());
    }
    throw new AssertionError("it succeeded");
  }

  /** Polls until there are that many records. */
  static List<ConsumerRecord<@Nullable String, @Nullable String>> read(
      KafkaConsumer<@Nullable String, @Nullable String> consumer, int count) {
    List<ConsumerRecord<@Nullable String, @Nullable String>> records = new ArrayList<>();
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> {
          consumer.poll(Duration.ofMillis(200)).forEach(records::add);
          return records.size() >= count;
        });
    return records;
  }
}
