package org.stoker.benchmarks.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.stoker.base.Clock;

/**
 * Reads a topic from its beginning and compares with what was acknowledged; then again and again,
 * measured, if that was asked for. Every pass is checked.
 */
final class ReadJob implements Job {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final long MOST_SILENT_MS = 60_000;

  private final Clock clock;

  ReadJob(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void run(JobArguments arguments, Events events) throws Exception {
    int[] sent = arguments.integers("sent");
    Topic topic = Topic.of(arguments);
    read(arguments, topic, sent);

    int passes = arguments.integer("measuredPasses", 0);
    if (passes > 0) {
      var usage = new ClientUsage(clock);
      events.say("measuring");
      long bytes = 0;
      for (int i = 0; i < passes; i++) {
        bytes += read(arguments, topic, sent);
      }
      ObjectNode event = events.event("measured").put("bytes", bytes);
      usage.put(event);
      events.say(event);
    }
  }

  /** Returns how many bytes of values were read. */
  private long read(JobArguments arguments, Topic topic, int[] sent) throws JobFailed {
    var check = new ReadBackCheck(topic.partitionCount(), sent);
    long bytes = 0;
    try (var consumer =
        new KafkaConsumer<>(
            arguments.client(Map.of("enable.auto.commit", "false")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      long left = begin(consumer, topic);
      long heardMs = clock.monotonicMs();
      while (left > 0) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        for (ConsumerRecord<byte[], byte[]> record : records) {
          check.accept(record.partition(), record.value());
          bytes += record.value().length;
        }
        left -= records.count();
        if (!records.isEmpty()) {
          heardMs = clock.monotonicMs();
        } else if (clock.monotonicMs() - heardMs > MOST_SILENT_MS) {
          throw new JobFailed("the reader heard nothing for a minute, " + left + " records left");
        }
      }
    }
    List<String> faults = check.faults();
    if (!faults.isEmpty()) {
      throw new JobFailed("read back " + topic.name() + ": " + String.join(", ", faults));
    }
    return bytes;
  }

  /** Returns how many records there are. */
  private static long begin(KafkaConsumer<byte[], byte[]> consumer, Topic topic) {
    List<TopicPartition> partitions = topic.partitions();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    long records = 0;
    for (long end : consumer.endOffsets(partitions).values()) {
      records += end;
    }
    return records;
  }
}
