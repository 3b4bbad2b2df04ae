package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that a disk has changed while its broker was stopped. */
final class DamagedSegmentIT {
  private static final String SEGMENT = "00000000000000000000.log";
  private static final int RECORDS = 60;
  private static final int DAMAGED = 2;

  @TempDir Path root;

  @Test
  void aByteThatFlippedInAnOldBatchIsReplacedByAnotherReplicas() throws Exception {
    try (ThreeBrokers brokers =
            new ThreeBrokers(root, "log.initial.task.delay.ms=0", "log.scrub.interval.ms=86400000")
                .start();
        Admin admin = brokers.admin()) {
      // Its preferred leader is the broker whose disk goes bad.
      NewTopic topic = new NewTopic("orders", Map.of(0, List.of(DAMAGED, 1, 3)));
      admin.createTopics(List.of(topic)).all().get();
      produce(brokers);
      brokers.process(DAMAGED).terminate();
      byte[] intact = Files.readAllBytes(segment());
      flipOneByte(intact.length / 2 + 200);

      brokers.restart(DAMAGED);

      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> Arrays.equals(Files.readAllBytes(segment()), intact));
      assertThat(String.join("\n", brokers.process(DAMAGED).out()))
          .contains("orders-0 cannot be read: its checksum is wrong")
          .contains("of orders-0 is repaired");
    }
  }

  private static void produce(ThreeBrokers brokers) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", brokers.bootstrapServers(), "acks", "all", "linger.ms", 0),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        producer.send(new ProducerRecord<>("orders", 0, null, ("" + i % 10).repeat(1_000))).get();
      }
    }
  }

  private Path segment() {
    return root.resolve("broker-" + DAMAGED).resolve("logs").resolve("orders-0").resolve(SEGMENT);
  }

  private void flipOneByte(int position) throws IOException {
    byte[] bytes = Files.readAllBytes(segment());
    bytes[position] ^= 0x10;
    Files.write(segment(), bytes);
  }
}
