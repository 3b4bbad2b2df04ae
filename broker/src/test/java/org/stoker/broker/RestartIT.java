package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stoker.broker.RunningBroker.at;
import static org.stoker.broker.RunningBroker.read;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that was stopped and started again is the broker it was. */
final class RestartIT {
  private RunningBroker broker;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    broker = RunningBroker.in(directory).start();
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  @Test
  void topicsRecordsOffsetsAndConfigurationsAreStillThere() throws Exception {
    TopicPartition partition = new TopicPartition("kept", 1);
    broker.createTopic("kept", 2, Map.of("retention.ms", "123456789"));
    try (var producer = broker.producer(Map.of("compression.type", "zstd"))) {
      for (int i = 0; i < 100; i++) {
        var _ = producer.send(new ProducerRecord<>("kept", 1, "k" + i, "v" + i));
      }
    }
    String clusterId;
    try (Admin admin = broker.admin()) {
      admin
          .alterConsumerGroupOffsets("group", Map.of(partition, new OffsetAndMetadata(40, "here")))
          .all()
          .get();
      clusterId = admin.describeCluster().clusterId().get();
    }

    broker.restart();

    try (Admin admin = broker.admin();
        var consumer = broker.consumer(Map.of("group.id", "group"))) {
      assertThat(admin.describeCluster().clusterId().get()).isEqualTo(clusterId);
      assertThat(admin.listTopics().names().get()).containsExactly("kept");
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "kept");
      assertThat(
              at(admin.describeConfigs(List.of(resource)).all().get(), resource)
                  .get("retention.ms")
                  .value())
          .isEqualTo("123456789");
      assertThat(consumer.committed(Set.of(partition)))
          .containsEntry(partition, new OffsetAndMetadata(40, "here"));
      consumer.assign(List.of(partition));
      assertThat(read(consumer, 60).stream().map(ConsumerRecord::key))
          .containsExactlyElementsOf(IntStream.range(40, 100).mapToObj(i -> "k" + i).toList());
    }
  }

  @Test
  void anIdempotentProducerAndAGroupGoOnOverARestart() throws Exception {
    broker.createTopic("over", 1, Map.of());
    int count = 20_000;
    AtomicInteger failed = new AtomicInteger();

    try (var consumer = broker.consumer(Map.of("group.id", "over"));
        var producer = broker.producer(Map.of("batch.size", 500, "retry.backoff.ms", 20))) {
      consumer.subscribe(List.of("over"));
      CompletableFuture<Void> restarted = new CompletableFuture<>();
      for (int i = 0; i < count; i++) {
        var sent =
            producer.send(
                new ProducerRecord<>("over", 0, null, Integer.toString(i)),
                (_, failure) -> {
                  if (failure != null) {
                    failed.incrementAndGet();
                  }
                });
        if (i == count / 4) {
          sent.get();
          read(consumer, 1);
          consumer.commitSync();
          restartMeanwhile(restarted);
        }
      }
      producer.flush();
      restarted.get();
      assertThat(failed).hasValue(0);
      // The member is still one: what it read before the restart and after it is its own.
      consumer.commitSync();
    }

    try (var reader = broker.consumer(Map.of())) {
      reader.assign(List.of(new TopicPartition("over", 0)));
      List<String> surprises = new ArrayList<>();
      int expected = 0;
      for (ConsumerRecord<@Nullable String, @Nullable String> record : read(reader, count)) {
        String value = Objects.requireNonNull(record.value());
        if (!value.equals(Integer.toString(expected)) && surprises.size() < 10) {
          surprises.add(value + " at offset=" + record.offset() + " instead of " + expected);
        }
        expected = Integer.parseInt(value) + 1;
      }
      assertThat(surprises).isEmpty();
      assertThat(expected).isEqualTo(count);
    }
  }

  private void restartMeanwhile(CompletableFuture<Void> restarted) {
    Thread.ofPlatform()
        .start(() -> {
          try {
            broker.restart();
            restarted.complete(null);
          } catch (StartException | InterruptedException | RuntimeException e) {
            restarted.completeExceptionally(e);
          }
        });
  }

  @Test
  void producerIdsAreNotGivenAgain() throws Exception {
    broker.createTopic("ids", 1, Map.of());
    TopicPartition partition = new TopicPartition("ids", 0);
    try (var producer = broker.producer(Map.of())) {
      producer.send(new ProducerRecord<>("ids", 0, "k", "v")).get();
    }

    broker.restart();

    try (var producer = broker.producer(Map.of());
        Admin admin = broker.admin()) {
      producer.send(new ProducerRecord<>("ids", 0, "k", "v")).get();
      var producers =
          admin
              .describeProducers(List.of(partition))
              .partitionResult(partition)
              .get()
              .activeProducers();
      assertThat(producers.stream().map(state -> state.producerId()).distinct()).hasSize(2);
    }
  }
}
