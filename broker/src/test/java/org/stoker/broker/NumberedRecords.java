package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A producer that writes 0, 1, 2, … to each partition for as long as it lives, remembers what was
 * acknowledged, and says what of it is missing, out of order or there twice.
 */
final class NumberedRecords implements AutoCloseable {
  static final String TOPIC = "numbered";
  private static final int MOST_EMPTY_READS = 60;
  private static final int MOST_RECORDS_A_READ = 5_000;
  static final int PARTITIONS = 8;
  private static final int MOST_UNACKNOWLEDGED = 400;
  private static final int PADDED_BYTES = 1_000;
  private static final Duration LONGEST_READ = Duration.ofSeconds(60);
  private static final Duration LONGEST_FINISH = Duration.ofMinutes(3);

  private final String address;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Semaphore room = new Semaphore(MOST_UNACKNOWLEDGED);
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLongArray lastAcknowledged = new AtomicLongArray(PARTITIONS);
  private final List<String> failures = new ArrayList<>();
  private final Thread thread;
  private volatile boolean isClosed;

  NumberedRecords(String address) {
    this.address = address;
    QuietClients.hush();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      lastAcknowledged.set(partition, -1);
    }
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                address,
                "acks",
                "all",
                "enable.idempotence",
                true,
                "delivery.timeout.ms",
                600_000,
                "max.block.ms",
                600_000,
                "reconnect.backoff.max.ms",
                200),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    thread = Thread.ofPlatform().daemon().name("numbered-records").start(this::write);
  }

  private void write() {
    try {
      for (long number = 0; !isClosed; number++) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          room.acquire();
          send(partition, number);
        }
      }
    } catch (KafkaException | IllegalStateException | InterruptedException e) {
      if (!isClosed) {
        failed("the producer gave up: " + e);
      }
    }
  }

  private void send(int partition, long number) {
    byte[] value = new byte[PADDED_BYTES];
    byte[] text = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, value, 0, text.length);
    var _ =
        producer.send(
            new ProducerRecord<>(TOPIC, partition, null, value),
            (_, e) -> {
              if (e == null) {
                lastAcknowledged.accumulateAndGet(partition, number, Math::max);
                acknowledged.incrementAndGet();
              } else if (!isClosed) {
                failed("record " + number + " of partition " + partition + " failed: " + e);
              }
              room.release();
            });
  }

  private synchronized void failed(String what) {
    failures.add(what);
  }

  /** What the producer was told and should not have been. */
  synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  long acknowledged() {
    return acknowledged.get();
  }

  /** Waits until so many have been acknowledged in all. */
  void awaitAcknowledged(long count) throws InterruptedException {
    long deadlineSeconds = TimeUnit.MINUTES.toSeconds(2);
    for (long waited = 0; acknowledged.get() < count; waited++) {
      if (waited >= deadlineSeconds * 200 || !failures().isEmpty()) {
        throw new AssertionError(
            "acknowledged " + acknowledged + " of " + count + "; failures " + failures());
      }
      // The callbacks run on the producer's thread: joining ours for a moment is a way to wait.
      thread.join(5);
    }
  }

  /** Waits until so many more have been acknowledged. */
  void awaitMore(long count) throws InterruptedException {
    awaitAcknowledged(acknowledged() + count);
  }

  /** What was acknowledged is there once and in order, and the producer was told nothing else. */
  void assertAllThere() throws InterruptedException {
    finish();
    assertThat(failures()).isEmpty();
    assertThat(problems(lastAcknowledged())).isEmpty();
  }

  /** The last acknowledged number of each partition. */
  long[] lastAcknowledged() {
    long[] last = new long[PARTITIONS];
    for (int partition = 0; partition < PARTITIONS; partition++) {
      last[partition] = lastAcknowledged.get(partition);
    }
    return last;
  }

  /** Stops writing; what is on its way may or may not arrive. */
  @Override
  public void close() {
    isClosed = true;
    producer.close(Duration.ZERO);
    room.release(MOST_UNACKNOWLEDGED);
  }

  /** Stops writing, and waits until all that was sent is acknowledged. */
  void finish() throws InterruptedException {
    finish(LONGEST_FINISH);
  }

  /** The same, with a bound: a record may wait for its acknowledgement for ever. */
  void finish(Duration longest) throws InterruptedException {
    isClosed = true;
    // Each record that was sent holds one permit until it is answered.
    boolean isAllAnswered =
        thread.join(longest)
            && room.tryAcquire(MOST_UNACKNOWLEDGED, longest.toMillis(), TimeUnit.MILLISECONDS);
    if (!isAllAnswered) {
      throw new AssertionError(
          "after %d ms %d records that were sent are not acknowledged; the last that are, by partition: %s; failures %s"
              .formatted(
                  longest.toMillis(),
                  MOST_UNACKNOWLEDGED - room.availablePermits(),
                  Arrays.toString(lastAcknowledged()),
                  failures()));
    }
    producer.close(longest);
  }

  /** Reads everything from the start, and says what is wrong with it. */
  List<String> problems(long[] acknowledgedNumbers) {
    List<String> problems = new ArrayList<>();
    List<TopicPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      partitions.add(new TopicPartition(TOPIC, partition));
    }
    Map<TopicPartition, Long> next = new HashMap<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                address,
                "auto.offset.reset",
                "earliest",
                "max.poll.records",
                MOST_RECORDS_A_READ),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LONGEST_READ);
      int emptyReads = 0;
      while (problems.isEmpty()
          && partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        var read = consumer.poll(Duration.ofSeconds(1));
        for (ConsumerRecord<byte[], byte[]> record : read) {
          var partition = new TopicPartition(TOPIC, record.partition());
          long expected = next.getOrDefault(partition, 0L);
          long number = numberIn(record.value());
          if (number != expected && problems.size() < PARTITIONS) {
            problems.add(
                "%s offset %d holds %d, not %d"
                    .formatted(partition, record.offset(), number, expected));
          }
          next.put(partition, expected + 1);
        }
        // Bounded by what stands still: how much there is to read depends on the machine.
        emptyReads = read.isEmpty() ? emptyReads + 1 : 0;
        if (emptyReads > MOST_EMPTY_READS) {
          problems.add("the end is not reached: " + ends + ", read " + next);
        }
      }
    } catch (KafkaException e) {
      problems.add("cannot be read: " + e);
    }
    for (int partition = 0; partition < PARTITIONS; partition++) {
      long count = next.getOrDefault(new TopicPartition(TOPIC, partition), 0L);
      if (count <= acknowledgedNumbers[partition]) {
        problems.add(
            "partition %d ends before %d, and %d was acknowledged"
                .formatted(partition, count, acknowledgedNumbers[partition]));
      }
    }
    return problems;
  }

  private static long numberIn(byte[] value) {
    return Long.parseLong(new String(value, StandardCharsets.US_ASCII).trim());
  }
}
