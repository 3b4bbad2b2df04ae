package org.stoker.benchmarks.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.stoker.base.Clock;

/**
 * One producer at a fixed rate, and a consumer that reads along: how long from the moment a record
 * was due until it was acknowledged, and until it was read.
 */
final class OpenLoopJob implements Job {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long WAIT_S = 120;

  private final Clock clock;

  OpenLoopJob(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void run(JobArguments arguments, Events events) throws Exception {
    Topic topic = Topic.of(arguments);
    topic.create(arguments);
    int perSecond = arguments.integer("perSecond");
    int warmUp = arguments.integer("warmUpS") * perSecond;
    int measured = arguments.integer("measuredS") * perSecond;

    try (ExecutorService consumers =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("consumer").factory());
        var sender =
            new Sender(
                clock,
                arguments.client(Map.of("acks", "all", "linger.ms", "0")),
                topic,
                0,
                arguments.integer("size"),
                Sender.Spread.BY_CLIENT)) {
      var measuredFromNs = new AtomicLong(Long.MAX_VALUE);
      var consumer = new Reader(arguments, topic, warmUp + measured, measuredFromNs);
      Future<Histogram> read = consumers.submit(consumer::read);

      send(sender, warmUp, perSecond);
      sender.flush();
      sender.beginMeasuring();
      measuredFromNs.set(clock.monotonicNs());

      var usage = new ClientUsage(clock);
      events.say("measuring");
      send(sender, measured, perSecond);
      sender.flush();
      Histogram endToEnd = read.get(WAIT_S, TimeUnit.SECONDS);
      ObjectNode event = events.event("measured");
      usage.put(event);

      event.put("records", measured).put("bytes", (long) measured * arguments.integer("size"));
      Events.putLatencies(event.putObject("acknowledged"), sender.latencies());
      Events.putLatencies(event.putObject("endToEnd"), endToEnd);
      event.putArray("sent").add(sender.sent());
      events.say(event);
    }
  }

  private void send(Sender sender, int records, int perSecond) throws Exception {
    new OpenLoopSchedule(clock.monotonicNs(), perSecond)
        .run(records, clock, OpenLoopSchedule.Waiting.PARKED, sender::sendDueAt);
  }

  /** The consumer, on a thread of its own. */
  private final class Reader {
    private final JobArguments arguments;
    private final Topic topic;
    private final int records;
    private final AtomicLong measuredFromNs;

    Reader(JobArguments arguments, Topic topic, int records, AtomicLong measuredFromNs) {
      this.arguments = arguments;
      this.topic = topic;
      this.records = records;
      this.measuredFromNs = measuredFromNs;
    }

    Histogram read() throws JobFailed {
      Histogram latencies = Latencies.histogram();
      long heardNs = clock.monotonicNs();
      try (var consumer =
          new KafkaConsumer<>(
              arguments.client(Map.of("enable.auto.commit", "false")),
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer())) {
        consumer.assign(topic.partitions());
        consumer.seekToBeginning(topic.partitions());
        int left = records;
        while (left > 0) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            long nowNs = clock.monotonicNs();
            heardNs = nowNs;
            long dueNs = NumberedRecord.dueNs(record.value());
            if (dueNs >= measuredFromNs.get()) {
              Latencies.record(latencies, nowNs - dueNs);
            }
            left--;
          }
          if (clock.monotonicNs() - heardNs > TimeUnit.SECONDS.toNanos(WAIT_S)) {
            throw new JobFailed("the consumer heard nothing, " + left + " records left");
          }
        }
      }
      return latencies;
    }
  }
}
