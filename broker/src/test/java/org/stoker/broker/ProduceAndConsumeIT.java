package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stoker.broker.RunningBroker.PATIENCE;
import static org.stoker.broker.RunningBroker.at;
import static org.stoker.broker.RunningBroker.causeOf;
import static org.stoker.broker.RunningBroker.read;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.base.Clock;
import org.stoker.base.SystemClock;

/** Records go in by the official producer and come out by the official consumer as they were. */
final class ProduceAndConsumeIT {
  private static final Clock CLOCK = new SystemClock();
  private static RunningBroker broker;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker = RunningBroker.in(directory).start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private static KafkaConsumer<@Nullable String, @Nullable String> readerOf(String topic) {
    return readerOf(topic, Map.of());
  }

  private static KafkaConsumer<@Nullable String, @Nullable String> readerOf(
      String topic, Map<String, ?> settings) {
    var consumer = broker.consumer(settings);
    consumer.assign(List.of(new TopicPartition(topic, 0)));
    consumer.seekToBeginning(consumer.assignment());
    return consumer;
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
  void everyCompressionTypeBringsKeysValuesHeadersAndTimesThrough(String compression)
      throws Exception {
    String topic = "compressed-" + compression;
    // The records are years old: a broker that lives for half a minute would delete them.
    broker.createTopic(topic, 1, Map.of("retention.ms", "-1"));

    int count = 500;
    try (var producer = broker.producer(Map.of("compression.type", compression, "linger.ms", 20))) {
      for (int i = 0; i < count; i++) {
        var record =
            new ProducerRecord<@Nullable String, @Nullable String>(
                topic,
                0,
                1_600_000_000_000L + i,
                i % 3 == 0 ? null : "key-" + i,
                i % 5 == 0 ? null : "value of the record number " + i);
        record.headers().add("number", Integer.toString(i).getBytes(StandardCharsets.UTF_8));
        record.headers().add(new RecordHeader("nothing", (byte[]) null));
        record.headers().add("number", new byte[0]);
        var _ = producer.send(record);
      }
    }

    try (var consumer = readerOf(topic)) {
      var records = read(consumer, count);
      assertThat(records).hasSize(count);
      for (int i = 0; i < count; i++) {
        ConsumerRecord<@Nullable String, @Nullable String> record = records.get(i);
        assertThat(record.offset()).isEqualTo(i);
        assertThat(record.key()).isEqualTo(i % 3 == 0 ? null : "key-" + i);
        assertThat(record.value()).isEqualTo(i % 5 == 0 ? null : "value of the record number " + i);
        assertThat(record.timestamp()).isEqualTo(1_600_000_000_000L + i);
        assertThat(record.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
        assertThat(record.headers().toArray()).hasSize(3);
        assertThat(record.headers().headers("number").iterator().next().value())
            .asString(StandardCharsets.UTF_8)
            .isEqualTo(Integer.toString(i));
        assertThat(record.headers().lastHeader("nothing").value()).isNull();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "all"})
  void everyKindOfAckKeepsTheOrderOfEachPartition(String acks) throws Exception {
    String topic = "acks-" + acks;
    broker.createTopic(topic, 3, Map.of());

    int count = 3_000;
    try (var producer =
        broker.producer(Map.of("acks", acks, "enable.idempotence", acks.equals("all")))) {
      for (int i = 0; i < count; i++) {
        var _ = producer.send(new ProducerRecord<>(topic, i % 3, null, Integer.toString(i)));
      }
    }

    try (var consumer = broker.consumer(Map.of())) {
      var partitions = IntStream.range(0, 3).mapToObj(p -> new TopicPartition(topic, p)).toList();
      consumer.assign(partitions);
      var records = read(consumer, count);
      for (TopicPartition partition : partitions) {
        assertThat(
                records.stream()
                    .filter(record -> record.partition() == partition.partition())
                    .map(ConsumerRecord::value))
            .containsExactlyElementsOf(
                IntStream.range(0, count)
                    .filter(i -> i % 3 == partition.partition())
                    .mapToObj(Integer::toString)
                    .toList());
      }
    }
  }

  @Test
  void anAckOfAcksZeroNamesNoOffsetAndOneOfAcksAllDoes() throws Exception {
    broker.createTopic("offsets-of-acks", 1, Map.of());

    try (var silent = broker.producer(Map.of("acks", "0", "enable.idempotence", false));
        var careful = broker.producer(Map.of("acks", "all"))) {
      RecordMetadata first =
          silent.send(new ProducerRecord<>("offsets-of-acks", 0, null, "a")).get();
      assertThat(first.hasOffset()).isFalse();
      // The first one may still be on its way on the other connection.
      try (var consumer = readerOf("offsets-of-acks")) {
        read(consumer, 1);
      }
      RecordMetadata second =
          careful.send(new ProducerRecord<>("offsets-of-acks", 0, null, "b")).get();
      assertThat(second.offset()).isEqualTo(1);
    }
  }

  @Test
  void logAppendTimeReplacesTheTimesOfTheProducer() throws Exception {
    broker.createTopic("append-time", 1, Map.of("message.timestamp.type", "LogAppendTime"));

    long before = CLOCK.wallMs();
    try (var producer = broker.producer(Map.of("compression.type", "lz4"))) {
      RecordMetadata metadata =
          producer.send(new ProducerRecord<>("append-time", 0, 5L, "k", "v")).get();
      assertThat(metadata.timestamp()).isGreaterThanOrEqualTo(before);
    }

    try (var consumer = readerOf("append-time")) {
      var record = read(consumer, 1).getFirst();
      assertThat(record.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
      assertThat(record.timestamp()).isGreaterThanOrEqualTo(before);
    }
  }

  @Test
  void aTimeTooFarFromTheBrokersIsRefused() throws Exception {
    broker.createTopic(
        "near-times",
        1,
        Map.of(
            "message.timestamp.before.max.ms", "60000", "message.timestamp.after.max.ms", "60000"));

    try (var producer = broker.producer(Map.of())) {
      assertThat(causeOf(producer.send(new ProducerRecord<>("near-times", 0, 5L, "k", "v"))))
          .isInstanceOf(InvalidTimestampException.class);
      long tomorrow = CLOCK.wallMs() + Duration.ofDays(1).toMillis();
      assertThat(causeOf(producer.send(new ProducerRecord<>("near-times", 0, tomorrow, "k", "v"))))
          .isInstanceOf(InvalidTimestampException.class);
      assertThat(producer.send(new ProducerRecord<>("near-times", 0, "k", "v")).get().offset())
          .isZero();
    }
  }

  @Test
  void aRecordAsLargeAsAllowedIsTakenAndOneByteMoreIsRefusedWithItsSize() throws Exception {
    broker.createTopic("large", 1, Map.of("max.message.bytes", "200000"));
    int overhead = 61 + 11;

    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "max.request.size", 4_000_000);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      byte[] fits = new byte[200_000 - overhead];
      RecordMetadata taken = producer.send(new ProducerRecord<>("large", 0, null, fits)).get();
      assertThat(taken.offset()).isZero();

      byte[] tooLarge = new byte[200_000];
      assertThat(causeOf(producer.send(new ProducerRecord<>("large", 0, null, tooLarge))))
          .isInstanceOf(RecordTooLargeException.class);

      assertThat(producer.send(new ProducerRecord<>("large", 0, null, fits)).get().offset())
          .isEqualTo(1);
    }
  }

  @Test
  void aRecordWithoutAKeyIsRefusedByACompactedTopicWithItsIndex() throws Exception {
    broker.createTopic("compacted", 1, Map.of("cleanup.policy", "compact"));

    try (var producer = broker.producer(Map.of("linger.ms", 100))) {
      Future<RecordMetadata> keyed =
          producer.send(new ProducerRecord<>("compacted", 0, "key", "a"));
      Future<RecordMetadata> bare = producer.send(new ProducerRecord<>("compacted", 0, null, "b"));
      producer.flush();

      assertThat(causeOf(bare)).isInstanceOf(InvalidRecordException.class);
      // One bad record takes its whole batch with it; the client names the cause to the others.
      assertThat(causeOf(keyed)).isNotNull();
      assertThat(producer.send(new ProducerRecord<>("compacted", 0, "key", "c")).get().offset())
          .isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "snappy", "lz4", "zstd", "uncompressed"})
  void theTopicsCompressionReplacesTheProducers(String wanted) throws Exception {
    String topic = "recompressed-" + wanted;
    broker.createTopic(topic, 1, Map.of("compression.type", wanted));
    String value = "many bytes that are all alike ".repeat(2_000);

    try (var producer =
        broker.producer(Map.of("compression.type", wanted.equals("gzip") ? "none" : "gzip"))) {
      for (int i = 0; i < 10; i++) {
        producer.send(new ProducerRecord<>(topic, 0, "k" + i, value)).get();
      }
    }

    try (var consumer = readerOf(topic);
        var admin = broker.admin()) {
      assertThat(read(consumer, 10)).allMatch(record -> value.equals(record.value()));
      long stored =
          at(admin.describeLogDirs(List.of(0)).allDescriptions().get(), 0).values().stream()
              .mapToLong(dir -> at(dir.replicaInfos(), new TopicPartition(topic, 0)).size())
              .sum();
      if (wanted.equals("uncompressed")) {
        assertThat(stored).isGreaterThan(10L * value.length());
      } else {
        assertThat(stored).isBetween(1L, 10L * value.length() / 2);
      }
    }
  }

  @Test
  void aFetchWaitsUntilThereAreEnoughBytes() throws Exception {
    broker.createTopic("min-bytes", 1, Map.of());

    try (var producer = broker.producer(Map.of());
        var consumer =
            readerOf("min-bytes", Map.of("fetch.min.bytes", 100_000, "fetch.max.wait.ms", 5_000))) {
      producer.send(new ProducerRecord<>("min-bytes", 0, null, "few")).get();
      assertThat(consumer.poll(Duration.ofMillis(500))).isEmpty();

      for (int i = 0; i < 3; i++) {
        producer.send(new ProducerRecord<>("min-bytes", 0, null, "x".repeat(40_000))).get();
      }
      // Had the first one not waited, it would have come alone.
      List<Integer> counts = new ArrayList<>();
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInSameThread()
          .until(() -> {
            counts.add(consumer.poll(Duration.ofMillis(200)).count());
            return counts.getLast() > 0;
          });
      assertThat(counts.getLast()).isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void aFetchAnswersWithLessWhenItsTimeIsUp() throws Exception {
    broker.createTopic("max-wait", 1, Map.of());

    try (var producer = broker.producer(Map.of());
        var consumer =
            readerOf("max-wait", Map.of("fetch.min.bytes", 100_000, "fetch.max.wait.ms", 300))) {
      producer.send(new ProducerRecord<>("max-wait", 0, null, "few")).get();

      assertThat(read(consumer, 1)).hasSize(1);
    }
  }

  @Test
  void aFetchOfFewBytesStillBringsALargeRecord() throws Exception {
    broker.createTopic("small-fetch", 1, Map.of());
    try (var producer = broker.producer(Map.of())) {
      for (int i = 0; i < 3; i++) {
        producer.send(new ProducerRecord<>("small-fetch", 0, null, "x".repeat(100_000))).get();
      }
    }

    try (var consumer =
        readerOf("small-fetch", Map.of("max.partition.fetch.bytes", 1, "fetch.max.bytes", 1))) {
      assertThat(read(consumer, 3)).allMatch(record -> record.serializedValueSize() == 100_000);
    }
  }

  @Test
  void aReaderOfCommittedRecordsSeesPlainOnes() throws Exception {
    broker.createTopic("committed", 1, Map.of());
    try (var producer = broker.producer(Map.of())) {
      for (int i = 0; i < 100; i++) {
        var _ = producer.send(new ProducerRecord<>("committed", 0, null, Integer.toString(i)));
      }
    }

    try (var consumer = readerOf("committed", Map.of("isolation.level", "read_committed"))) {
      assertThat(read(consumer, 100)).hasSize(100);
      assertThat(consumer.endOffsets(consumer.assignment()).values()).containsExactly(100L);
    }
  }

  @Test
  void aTopicOfTheProducersOwnIsMadeWhenItIsFirstUsed() throws Exception {
    try (var producer = broker.producer(Map.of())) {
      producer.send(new ProducerRecord<>("made-on-the-way", "k", "v")).get();
    }

    try (var consumer = readerOf("made-on-the-way")) {
      assertThat(read(consumer, 1).getFirst().value()).isEqualTo("v");
    }
  }

  @Test
  void aTransactionalProducerIsToldThatThereAreNoTransactions() {
    try (var producer = broker.producer(Map.of("transactional.id", "t", "max.block.ms", 5_000))) {
      assertThatThrownBy(producer::initTransactions)
          .isInstanceOf(org.apache.kafka.common.KafkaException.class)
          .isNotInstanceOf(org.apache.kafka.common.errors.TimeoutException.class);
    }
  }

  @Test
  void manyProducersToManyPartitionsLoseNothing() throws Exception {
    broker.createTopic("many", 12, Map.of());
    List<KafkaProducer<@Nullable String, @Nullable String>> producers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      producers.add(broker.producer(Map.of("batch.size", 1_000, "compression.type", "lz4")));
    }

    for (int i = 0; i < 4_000; i++) {
      var _ = producers.get(i % 4).send(new ProducerRecord<>("many", "k" + i, "v" + i));
    }
    producers.forEach(KafkaProducer::close);

    try (var consumer = broker.consumer(Map.of())) {
      consumer.assign(IntStream.range(0, 12).mapToObj(p -> new TopicPartition("many", p)).toList());
      assertThat(read(consumer, 4_000).stream().map(ConsumerRecord::key).distinct()).hasSize(4_000);
    }
  }
}
