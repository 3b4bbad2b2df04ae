package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Followers whose fetch is kept waiting because nothing is produced. */
final class WaitingFollowersIT {
  private static final int PATIENCE_MS = 60_000;

  @TempDir private Path root;

  /**
   * Whoever had to wait until the fetch that knows the old topic alone is over would wait longer.
   */
  @Test
  void copyANewTopicAtOnce() throws Exception {
    try (var cluster =
            new ThreeBrokers(
                    root,
                    "replica.lag.time.max.ms=900000",
                    "replica.fetch.wait.max.ms=600000",
                    "request.timeout.ms=900000")
                .start();
        Admin admin = cluster.admin();
        var producer =
            new KafkaProducer<>(
                Map.of(
                    "bootstrap.servers",
                    cluster.bootstrapServers(),
                    "acks",
                    "all",
                    "request.timeout.ms",
                    PATIENCE_MS,
                    "delivery.timeout.ms",
                    PATIENCE_MS + 1_000),
                new StringSerializer(),
                new StringSerializer())) {
      // So many partitions that each broker leads some of both.
      for (String topic : new String[] {"old", "new"}) {
        cluster.createTopic(admin, topic, 6);
        for (int partition = 0; partition < 6; partition++) {
          long offset =
              producer
                  .send(new ProducerRecord<>(topic, partition, null, "record"))
                  .get(2 * PATIENCE_MS, TimeUnit.MILLISECONDS)
                  .offset();
          assertThat(offset).isZero();
        }
      }
    }
  }
}
