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
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.stoker.base.Clock;
import org.stoker.base.SystemClock;

/**
 * A well-behaved client in a process of its own: writes 0, 1, 2, … with acks=all, one after the
 * other, and reads them. A line on its input begins a new phase, the end of the input ends it: then
 * it says of each phase how long its appends took, and fails unless it has read what it wrote.
 */
final class BystanderMain {
  static final String TOPIC = "bystander";

  /** Said when it has written so much that its figures are those of a running client. */
  static final String WARM = "bystander: warm";

  private static final int WARM_AFTER = 200;
  private static final long PAUSE_MS = 10;
  private static final Duration MAX_READ = Duration.ofSeconds(30);

  private final Clock clock = new SystemClock();
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private volatile boolean isEnded;
  private int written;

  private BystanderMain() {}

  public static void main(String[] arguments) throws Exception {
    QuietClients.hush();
    System.exit(new BystanderMain().run(arguments[0]) ? 0 : 1);
  }

  private boolean run(String address) throws Exception {
    Thread.ofPlatform().daemon().start(this::readInput);
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", address, "acks", "all", "linger.ms", 0),
            new IntegerSerializer(),
            new IntegerSerializer())) {
      while (written < WARM_AFTER) {
        write(producer);
      }
      System.out.println(WARM);
      String phase = "before";
      while (!isEnded || !lines.isEmpty()) {
        phase = writeUntilTheNextLine(producer, phase);
      }
    }
    return hasReadAll(address);
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

  private String writeUntilTheNextLine(KafkaProducer<Integer, Integer> producer, String phase)
      throws InterruptedException, ExecutionException {
    List<Long> tookUs = new ArrayList<>();
    String next = null;
    while (next == null && !(isEnded && lines.isEmpty())) {
      long beganNs = clock.monotonicNs();
      write(producer);
      tookUs.add((clock.monotonicNs() - beganNs) / 1_000);
      next = lines.poll(PAUSE_MS, TimeUnit.MILLISECONDS);
    }
    tookUs.sort(Long::compare);
    System.out.printf(
        "bystander, %s: %d appends, p50 %d us, p99 %d us, max %d us%n",
        phase,
        tookUs.size(),
        tookUs.get(tookUs.size() / 2),
        tookUs.get(tookUs.size() * 99 / 100),
        tookUs.getLast());
    return next == null ? "ended" : next;
  }

  private void write(KafkaProducer<Integer, Integer> producer)
      throws InterruptedException, ExecutionException {
    producer.send(new ProducerRecord<>(TOPIC, 0, written, written)).get();
    written++;
  }

  private boolean hasReadAll(String address) {
    int expected = 0;
    long deadlineNs = clock.monotonicNs() + MAX_READ.toNanos();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", address, "auto.offset.reset", "earliest"),
            new IntegerDeserializer(),
            new IntegerDeserializer())) {
      consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
      while (expected < written && clock.monotonicNs() < deadlineNs) {
        for (var read : consumer.poll(Duration.ofMillis(200))) {
          if (read.value() != expected) {
            System.out.println("bystander: read " + read.value() + " where " + expected + " is");
            return false;
          }
          expected++;
        }
      }
    }
    System.out.println("bystander: wrote " + written + ", read " + expected + " in order");
    return expected == written;
  }
}
