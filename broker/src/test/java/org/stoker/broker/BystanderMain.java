package org.stoker.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.stoker.base.Clock;
import org.stoker.base.SystemClock;

/**
 * A well-behaved client in a process of its own: writes 0, 1, 2, … with acks=all, reads each and
 * commits its offset before it writes the next. A line on its input begins a new phase, the end of
 * the input ends it: then it says of each phase how long its appends, reads and commits took. It
 * fails if it does not read what it wrote.
 */
final class BystanderMain {
  static final String TOPIC = "bystander";

  /** Said when it has written so much that its figures are those of a running client. */
  static final String WARM = "bystander: warm";

  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final int WARM_AFTER = 500;
  private static final int MEASURED_BEFORE = 300;
  private static final long PAUSE_MS = 10;
  private static final Duration MAX_READ = Duration.ofSeconds(60);

  private final Clock clock = new SystemClock();
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Times appends = new Times("appends");
  private final Times reads = new Times("reads");
  private final Times commits = new Times("commits");
  private volatile boolean isEnded;
  private int written;

  private BystanderMain() {}

  public static void main(String[] arguments) throws Exception {
    QuietClients.hush();
    new BystanderMain().run(arguments[0]);
  }

  private void run(String address) throws Exception {
    Thread.ofPlatform().daemon().start(this::readInput);
    try (var producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", address, "acks", "all", "linger.ms", 0),
                new IntegerSerializer(),
                new IntegerSerializer());
        var consumer =
            new KafkaConsumer<>(
                Map.of(
                    "bootstrap.servers",
                    address,
                    "auto.offset.reset",
                    "earliest",
                    "enable.auto.commit",
                    "false",
                    "group.id",
                    "bystander"),
                new IntegerDeserializer(),
                new IntegerDeserializer())) {
      consumer.assign(List.of(PARTITION));
      while (written < WARM_AFTER) {
        serveOne(producer, consumer);
      }
      forget();
      while (appends.count() < MEASURED_BEFORE) {
        serveOne(producer, consumer);
        lines.poll(PAUSE_MS, TimeUnit.MILLISECONDS);
      }
      report("before");
      System.out.println(WARM);
      String phase = "idle";
      while (!isEnded || !lines.isEmpty()) {
        phase = serveUntilTheNextLine(producer, consumer, phase);
      }
    }
    System.out.println("bystander: wrote and read " + written);
  }

  private void readInput() {
    try (var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        lines.add(line);
      }
    } catch (IOException broken) {
      System.err.println("the input broke: " + broken);
    }
    isEnded = true;
  }

  private String serveUntilTheNextLine(
      Producer<Integer, Integer> producer, Consumer<Integer, Integer> consumer, String phase)
      throws InterruptedException, ExecutionException {
    String next = null;
    while (next == null && !(isEnded && lines.isEmpty())) {
      serveOne(producer, consumer);
      next = lines.poll(PAUSE_MS, TimeUnit.MILLISECONDS);
    }
    report(phase);
    return next == null ? "ended" : next;
  }

  private void report(String phase) {
    System.out.println("bystander, " + phase + ": " + appends + "; " + reads + "; " + commits);
    forget();
  }

  private void forget() {
    appends.clear();
    reads.clear();
    commits.clear();
  }

  private void serveOne(Producer<Integer, Integer> producer, Consumer<Integer, Integer> consumer)
      throws InterruptedException, ExecutionException {
    long beganNs = clock.monotonicNs();
    producer.send(new ProducerRecord<>(TOPIC, 0, written, written)).get();
    long appendedNs = clock.monotonicNs();
    read(consumer);
    long readNs = clock.monotonicNs();
    written++;
    consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(written)));
    appends.add(appendedNs - beganNs);
    reads.add(readNs - appendedNs);
    commits.add(clock.monotonicNs() - readNs);
  }

  private void read(Consumer<Integer, Integer> consumer) {
    long deadlineNs = clock.monotonicNs() + MAX_READ.toNanos();
    while (clock.monotonicNs() < deadlineNs) {
      for (var read : consumer.poll(Duration.ofMillis(200))) {
        if (read.value() != written) {
          throw new IllegalStateException("read " + read.value() + " where " + written + " is");
        }
        return;
      }
    }
    throw new IllegalStateException("nobody can read " + written);
  }

  /** How long things of one kind took. */
  private static final class Times {
    private final String name;
    private final List<Long> us = new ArrayList<>();

    Times(String name) {
      this.name = name;
    }

    void add(long ns) {
      us.add(ns / 1_000);
    }

    int count() {
      return us.size();
    }

    void clear() {
      us.clear();
    }

    @Override
    public String toString() {
      us.sort(Long::compare);
      return "%d %s, p50 %,d us, p99 %,d us, max %,d us"
          .formatted(
              us.size(), name, us.get(us.size() / 2), us.get(us.size() * 99 / 100), us.getLast());
    }
  }
}
