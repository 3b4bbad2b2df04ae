package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.SystemClock;

/** Consumers that read from a replica near them (KIP-392). */
final class ClosestReplicaIT {
  private static final String TOPIC = "orders";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final int RECORDS = 50;
  private static final long PATIENCE_MS = 60_000;
  private static final Duration POLL = Duration.ofMillis(200);

  @TempDir private Path root;

  private ThreeBrokers cluster;
  private Admin admin;

  @BeforeEach
  void start() throws Exception {
    // A follower that had to ask again to hear of what is committed would take longer than the
    // test has patience.
    cluster =
        ThreeBrokers.onRacks(
                root,
                "replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector",
                "replica.lag.time.max.ms=900000",
                "replica.fetch.wait.max.ms=600000",
                "request.timeout.ms=900000")
            .start();
    admin = cluster.admin();
    cluster.createTopic(admin, TOPIC, 1);
  }

  @AfterEach
  void stop() {
    admin.close();
    cluster.close();
  }

  @Test
  void recordsComeFromTheFollowerOnTheSameRackAsSoonAsTheyAreCommitted() throws Exception {
    int leader =
        cluster
            .awaitPartitions(admin, TOPIC, one -> one.isr().size() == 3)
            .getFirst()
            .leader()
            .id();
    int near = leader % ThreeBrokers.BROKERS + 1;
    List<String> sent = new ArrayList<>();
    List<String> read = new ArrayList<>();
    try (var producer = producer();
        var consumer = consumerOn("rack-" + near)) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      for (int i = 0; i < RECORDS; i++) {
        sent.add("record-" + i);
        producer.send(new ProducerRecord<>(TOPIC, 0, null, sent.getLast())).get();
        readUntil(consumer, read, sent.size());
      }

      assertThat(read).isEqualTo(sent);
      assertThat(bytesFrom(consumer, near)).isGreaterThan(bytesFrom(consumer, leader));
    }
  }

  private static void readUntil(
      KafkaConsumer<String, String> consumer, List<String> read, int count) {
    var clock = new SystemClock();
    long untilMs = clock.monotonicMs() + PATIENCE_MS;
    while (read.size() < count && clock.monotonicMs() < untilMs) {
      consumer.poll(POLL).forEach(one -> read.add(one.value()));
    }
    assertThat(read).hasSize(count);
  }

  private KafkaProducer<String, String> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", cluster.bootstrapServers(), "acks", "all"),
        new StringSerializer(),
        new StringSerializer());
  }

  private KafkaConsumer<String, String> consumerOn(String rack) {
    return new KafkaConsumer<>(
        Map.of("bootstrap.servers", cluster.bootstrapServers(), "client.rack", rack),
        new StringDeserializer(),
        new StringDeserializer());
  }

  /** What a consumer has received from one broker, by its own account. */
  private static double bytesFrom(KafkaConsumer<?, ?> consumer, int broker) {
    return consumer.metrics().values().stream()
        .filter(metric -> metric.metricName().name().equals("incoming-byte-total"))
        .filter(metric -> ("node-" + broker).equals(metric.metricName().tags().get("node-id")))
        .mapToDouble(metric -> (double) metric.metricValue())
        .sum();
  }
}
