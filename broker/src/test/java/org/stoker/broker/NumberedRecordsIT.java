package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The judge of other tests, judged: it fails, and does not hang, where nothing is acknowledged. */
final class NumberedRecordsIT {
  @TempDir private Path temporary;

  @Test
  @Timeout(120)
  void failsWhenARecordIsNeverAcknowledged() throws Exception {
    var disk = new AtomicReference<CrampedDisk>();
    try (BrokerInside broker =
            BrokerInside.start(
                temporary,
                Map.of(),
                below -> {
                  disk.set(new CrampedDisk(below));
                  return disk.get();
                });
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
      var topic = new NewTopic(NumberedRecords.TOPIC, NumberedRecords.PARTITIONS, (short) 1);
      admin.createTopics(List.of(topic)).all().get();
      try (var records = new NumberedRecords(broker.address())) {
        records.awaitMore(100);

        disk.get().leave(0);

        assertThatThrownBy(() -> records.finish(Duration.ofSeconds(2)))
            .isInstanceOf(AssertionError.class)
            .hasMessageMatching(
                "after 2000 ms \\d+ records that were sent are not acknowledged; .*");
      }
    }
  }
}
