package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.StackTrace;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On the real disk, as the JVM saw it: between the sending of each record and its acknowledgement a
 * sync of its segment began and ended. Both are events of one recording, and so of one clock.
 */
final class SyncBeforeAcknowledgementIT {
  private static final int RECORDS = 50;
  private static final String ACKNOWLEDGED = "org.stoker.test.Acknowledged";

  @TempDir private Path temporary;

  /** From the sending of a record to its acknowledgement. */
  @Name(ACKNOWLEDGED)
  @StackTrace(false)
  private static final class Acknowledged extends Event {}

  private record Span(Instant begin, Instant end) {
    static Span of(RecordedEvent event) {
      return new Span(event.getStartTime(), event.getEndTime());
    }

    boolean holds(Span other) {
      return !other.begin.isBefore(begin) && !other.end.isAfter(end);
    }
  }

  /** Sends one record after the other; says how many acknowledgements came with a sync before. */
  private long syncedAcknowledgements(Map<String, String> overrides) throws Exception {
    try (BrokerInside broker = BrokerInside.start(temporary, overrides, UnaryOperator.identity());
        Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withoutThreshold().withoutStackTrace();
      recording.enable(ACKNOWLEDGED).withoutThreshold();
      try (var producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", broker.address(), "acks", "all"),
              new StringSerializer(),
              new StringSerializer())) {
        producer.send(new ProducerRecord<>("synced", 0, null, "makes the topic")).get();
        recording.start();
        for (int i = 0; i < RECORDS; i++) {
          var acknowledged = new Acknowledged();
          acknowledged.begin();
          producer.send(new ProducerRecord<>("synced", 0, null, "record " + i)).get();
          acknowledged.commit();
        }
        recording.stop();
      }
      return syncedAcknowledgements(recording);
    }
  }

  private long syncedAcknowledgements(Recording recording) throws Exception {
    Path file = temporary.resolve("recording.jfr");
    recording.dump(file);
    String segment = temporary.resolve("logs/synced-0/00000000000000000000.log").toString();
    List<Span> syncs = new ArrayList<>();
    List<Span> acknowledgements = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().equals(ACKNOWLEDGED)) {
        acknowledgements.add(Span.of(event));
      } else if (segment.equals(event.getString("path"))) {
        syncs.add(Span.of(event));
      }
    }
    assertThat(acknowledgements).hasSize(RECORDS);
    return acknowledgements.stream()
        .filter(acknowledged -> syncs.stream().anyMatch(acknowledged::holds))
        .count();
  }

  @Test
  void syncOfTheSegmentEndsBeforeTheAcknowledgement() throws Exception {
    assertThat(syncedAcknowledgements(Map.of())).isEqualTo(RECORDS);
  }

  @Test
  void wouldFailIfAcknowledgementsLeftBeforeTheSync() throws Exception {
    assertThat(syncedAcknowledgements(Map.of("log.flush.acks", "false"))).isLessThan(RECORDS);
  }
}
