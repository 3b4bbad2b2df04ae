package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stoker.broker.RunningBroker.read;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose files were damaged while it was stopped in order starts, and serves the rest. */
final class DamagedFilesIT {
  private RunningBroker broker;
  private Path directory;

  @BeforeEach
  void start(@TempDir Path where) throws Exception {
    directory = where;
    broker = RunningBroker.in(where).start();
    broker.createTopic("damaged", 1, Map.of("index.interval.bytes", "100"));
    broker.createTopic("whole", 1, Map.of());
    for (int i = 0; i < 20; i++) {
      send("damaged", "before " + i);
    }
    send("whole", "before");
    broker.stop();
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  private void send(String topic, String value) throws Exception {
    try (var producer =
        broker.producer(Map.of("delivery.timeout.ms", 5000, "request.timeout.ms", 2000))) {
      producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
    }
  }

  private List<String> valuesOf(String topic, int count) {
    try (var consumer = broker.consumer(Map.of())) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      var values = new ArrayList<String>();
      for (ConsumerRecord<?, ?> record : read(consumer, count)) {
        values.add(String.valueOf(record.value()));
      }
      return values;
    }
  }

  private Path file(String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(path -> path.toString().contains("damaged-0") && path.toString().endsWith(suffix))
          .findFirst()
          .orElseThrow();
    }
  }

  private static byte[] garbage(int sizeBytes) {
    byte[] bytes = new byte[sizeBytes];
    for (int i = 0; i < sizeBytes; i++) {
      bytes[i] = (byte) (i * 167 + 131);
    }
    return bytes;
  }

  @Test
  void garbageBehindTheLastBatchIsCutOffAndProducingGoesOn() throws Exception {
    try (var log = new RandomAccessFile(file(".log").toFile(), "rw")) {
      log.seek(log.length());
      log.write(garbage(100));
    }

    broker.start();
    send("damaged", "after");

    assertThat(valuesOf("damaged", 21)).startsWith("before 0").endsWith("after");
  }

  @Test
  void aChangedLastBatchRefusesItsPartitionAndTheOthersGoOn() throws Exception {
    try (var log = new RandomAccessFile(file(".log").toFile(), "rw")) {
      log.seek(log.length() - 2);
      log.write(77);
    }

    broker.start();
    send("whole", "after");

    assertThat(valuesOf("whole", 2)).containsExactly("before", "after");
    assertThatThrownBy(() -> send("damaged", "after")).isInstanceOf(ExecutionException.class);
  }

  @Test
  void garbageInIndexesHindersNeitherProducersNorConsumers() throws Exception {
    for (String kind : List.of(".index", ".timeindex")) {
      Files.write(file(kind), garbage((int) Files.size(file(kind))));
    }

    broker.start();
    send("damaged", "after");

    assertThat(valuesOf("damaged", 21)).startsWith("before 0").endsWith("after");
  }
}
