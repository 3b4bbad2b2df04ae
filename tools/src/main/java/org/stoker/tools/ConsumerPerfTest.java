package org.stoker.tools;

import java.io.PrintStream;
import java.text.SimpleDateFormat;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.stoker.base.Clock;

/** {@code kafka-consumer-perf-test.sh}: how fast records come out. */
final class ConsumerPerfTest implements Tool {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final double BYTES_PER_MB = 1024.0 * 1024.0;

  private final Clock clock;

  ConsumerPerfTest(Clock clock) {
    this.clock = clock;
  }

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ConsumerPerfOptions options = ConsumerPerfOptions.parse(args, terminal);
    if (!options.hideHeader()) {
      terminal
          .out()
          .println(
              (options.detailed() ? "time, threadId" : "start.time, end.time")
                  + ", data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec,"
                  + " rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec");
    }
    try (var consumer = new KafkaConsumer<byte[], byte[]>(options.consumerProperties())) {
      var measurement = new Measurement(options, terminal);
      measurement.consume(consumer);
      if (!options.detailed()) {
        measurement.printWhole();
      }
      if (options.printMetrics()) {
        ClientMetrics.print(consumer.metrics(), terminal.out());
      }
    }
    return 0;
  }

  /** What was read, in all and when the current interval began. */
  private final class Measurement {
    private final ConsumerPerfOptions options;
    private final PrintStream out;
    private final SimpleDateFormat dateFormat;
    private final long startedMs = clock.wallMs();
    private final JoinTime joinTime = new JoinTime(startedMs);
    private final Progress progress;
    private long endedMs;
    private long recordCount;
    private long bytes;
    private long intervalStartedMs;
    private long recordCountBefore;
    private long bytesBefore;

    Measurement(ConsumerPerfOptions options, Terminal terminal) {
      this.options = options;
      this.out = terminal.out();
      this.dateFormat = options.dateFormat();
      this.progress = new Progress(terminal, clock);
    }

    void consume(Consumer<byte[], byte[]> consumer) {
      long wanted = options.recordCount();
      long timeoutMs = options.timeoutMs();
      long intervalMs = options.reportingIntervalMs();
      if (options.topic().isPresent()) {
        consumer.subscribe(List.of(options.topic().get()), joinTime);
      } else {
        consumer.subscribe(Pattern.compile(options.include().orElseThrow()), joinTime);
      }
      long nowMs = clock.wallMs();
      long lastConsumedMs = nowMs;
      intervalStartedMs = nowMs;
      while (recordCount < wanted && nowMs - lastConsumedMs <= timeoutMs) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        nowMs = clock.wallMs();
        if (!records.isEmpty()) {
          lastConsumedMs = nowMs;
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
          recordCount++;
          bytes += size(record.key()) + size(record.value());
          if (nowMs - intervalStartedMs >= intervalMs) {
            endInterval(nowMs);
          }
        }
        progress.show(recordCount, wanted, "records");
      }
      progress.clear();
      if (recordCount < wanted) {
        out.printf(
            "WARNING: Exiting before consuming the expected number of records: timeout (%d ms)"
                + " exceeded. You can use the --timeout option to increase the timeout.%n",
            timeoutMs);
      }
      endedMs = clock.wallMs();
    }

    private static long size(byte @org.jspecify.annotations.Nullable [] bytes) {
      return bytes == null ? 0 : bytes.length;
    }

    private void endInterval(long nowMs) {
      long joinedMs = joinTime.takeInterval();
      if (options.detailed()) {
        printInterval(nowMs, joinedMs);
      }
      intervalStartedMs = nowMs;
      recordCountBefore = recordCount;
      bytesBefore = bytes;
    }

    private void printInterval(long nowMs, long joinedMs) {
      long elapsedMs = nowMs - intervalStartedMs;
      long fetchMs = elapsedMs - joinedMs;
      double mb = (bytes - bytesBefore) / BYTES_PER_MB;
      double records = recordCount - recordCountBefore;
      out.printf(
          "%s, %d, %.4f, %.4f, %d, %.4f, %d, %d, %.4f, %.4f%n",
          dateFormat.format(nowMs),
          0,
          bytes / BYTES_PER_MB,
          1000.0 * mb / elapsedMs,
          recordCount,
          1000.0 * records / elapsedMs,
          joinedMs,
          fetchMs,
          fetchMs <= 0 ? 0.0 : 1000.0 * mb / fetchMs,
          fetchMs <= 0 ? 0.0 : 1000.0 * records / fetchMs);
    }

    void printWhole() {
      double elapsedSec = (endedMs - startedMs) / 1000.0;
      long fetchMs = endedMs - startedMs - joinTime.wholeMs;
      double fetchSec = fetchMs / 1000.0;
      double mb = bytes / BYTES_PER_MB;
      out.printf(
          "%s, %s, %.4f, %.4f, %d, %.4f, %d, %d, %.4f, %.4f%n",
          dateFormat.format(startedMs),
          dateFormat.format(endedMs),
          mb,
          mb / elapsedSec,
          recordCount,
          recordCount / elapsedSec,
          joinTime.wholeMs,
          fetchMs,
          mb / fetchSec,
          recordCount / fetchSec);
    }
  }

  /** How long the consumer had no partitions because its group was rebalancing. */
  private final class JoinTime implements ConsumerRebalanceListener {
    private final Set<TopicPartition> assigned = new HashSet<>();
    private long startedMs;
    private long wholeMs;
    private long intervalMs;

    JoinTime(long startedMs) {
      this.startedMs = startedMs;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      assigned.removeAll(partitions);
      if (assigned.isEmpty()) {
        startedMs = clock.wallMs();
      }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (assigned.isEmpty()) {
        long elapsedMs = clock.wallMs() - startedMs;
        wholeMs += elapsedMs;
        intervalMs += elapsedMs;
      }
      assigned.addAll(partitions);
    }

    long takeInterval() {
      long taken = intervalMs;
      intervalMs = 0;
      return taken;
    }
  }
}
