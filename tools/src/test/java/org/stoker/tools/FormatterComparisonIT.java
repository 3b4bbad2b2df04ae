package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.serialization.ByteBufferSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoker.tools.Comparison.Both;

/** The console consumer on the topics of coordinators: the broker's own, and some of each kind. */
@ExtendWith(SharedBroker.class)
final class FormatterComparisonIT {
  private static final String PACKAGE = "org.apache.kafka.tools.consumer.";
  private static final Map<String, List<SimpleRecord>> TOPICS =
      Map.of(
          "formatted-groups", KafkaFiles.groups(),
          "formatted-transactions", KafkaFiles.transactionStates(),
          "formatted-shares", KafkaFiles.shareStates(),
          "formatted-bad-key", List.of(new SimpleRecord(new byte[] {0}, new byte[] {0})),
          "formatted-bad-version",
              List.of(new SimpleRecord(new byte[] {0, 2, 0, 1, 'g'}, new byte[] {0, 99})),
          "formatted-bad-value",
              List.of(new SimpleRecord(new byte[] {0, 2, 0, 1, 'g'}, new byte[] {0, 3})));

  @BeforeAll
  static void write(Both both) throws Exception {
    String servers = both.broker().bootstrapServer();
    try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers))) {
      both.ask("topics", "--create", "--topic", "formatted-SIDE").same();
      admin
          .alterConsumerGroupOffsets(
              "formatted",
              Map.of(new TopicPartition("formatted-qxqa", 0), new OffsetAndMetadata(7, "so far")))
          .all()
          .get();
    }
    Map<String, Object> config = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    try (var producer =
        new KafkaProducer<>(config, new ByteBufferSerializer(), new ByteBufferSerializer())) {
      for (Map.Entry<String, List<SimpleRecord>> topic : TOPICS.entrySet()) {
        for (SimpleRecord record : topic.getValue()) {
          ByteBuffer key = record.key();
          ByteBuffer value = record.value();
          producer.send(new ProducerRecord<>(topic.getKey(), 0, key, value)).get();
        }
      }
    }
  }

  private static Outcome format(Both both, String topic, long count, String formatter)
      throws Exception {
    return both.ask(
            "console-consumer",
            "--topic",
            topic,
            "--partition",
            "0",
            "--offset",
            "earliest",
            "--max-messages",
            Long.toString(count),
            "--timeout-ms",
            "10000",
            "--formatter",
            PACKAGE + formatter)
        // Both read the same, whichever side wrote it.
        .replacing("OTHER", "SIDE")
        .same();
  }

  @ParameterizedTest
  @CsvSource({
    "formatted-groups, OffsetsMessageFormatter, so far",
    "formatted-groups, GroupMetadataMessageFormatter, /127.0.0.1",
    "formatted-groups, ShareGroupMessageFormatter, sharers",
    "formatted-transactions, TransactionLogMessageFormatter, dumper",
    "formatted-shares, group.share.ShareGroupStateMessageFormatter, sharers",
  })
  void showsWhatItWasAskedFor(String topic, String formatter, String shown, Both both)
      throws Exception {
    long count = TOPICS.getOrDefault(topic, List.of()).size();

    assertThat(format(both, topic, count, formatter).out()).contains(shown);
  }

  @ParameterizedTest
  @CsvSource({"formatted-bad-key", "formatted-bad-version", "formatted-bad-value"})
  void endsAtWhatItCannotRead(String topic, Both both) throws Exception {
    both.ask(
            "console-consumer",
            "--topic",
            topic,
            "--partition",
            "0",
            "--offset",
            "earliest",
            "--max-messages",
            "1",
            "--formatter",
            PACKAGE + "GroupMetadataMessageFormatter")
        .ignoringStandardError()
        .same();
  }

  @Test
  void showsTheBrokersOwnGroups(Both both) throws Exception {
    var offsets = new TopicPartition("__consumer_offsets", 0);
    long count;
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, both.broker().bootstrapServer()))) {
      count =
          admin
              .listOffsets(Map.of(offsets, OffsetSpec.latest()))
              .partitionResult(offsets)
              .get()
              .offset();
    }

    assertThat(format(both, offsets.topic(), count, "OffsetsMessageFormatter").out())
        .contains("\"group\":\"formatted\"");
    format(both, offsets.topic(), count, "GroupMetadataMessageFormatter");
  }
}
