package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.text;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** {@code kafka-get-offsets.sh}: where partitions begin and end, and which offset a time has. */
final class GetOffsets implements Tool {
  private static final String ABOUT =
      "Tells where partitions begin and end, and which offset a time has.";
  private static final long NO_OFFSET = -1;

  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "HOST1:PORT1,...,HOST3:PORT3", "REQUIRED: the brokers.");
  private static final Option<String> TOPIC_PARTITIONS =
      text(
          "topic-partitions",
          "topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3",
          "Partitions by topic (a regular expression) and number, or range without its end.");
  private static final Option<String> TOPIC =
      text("topic", "topic", "The topic, as a regular expression; all by default.");
  private static final Option<String> PARTITIONS =
      text("partitions", "partition ids", "The partitions, separated by commas; all by default.");
  private static final Option<String> TIME =
      text(
              "time",
              "timestamp",
              "A time in milliseconds, or latest (-1), earliest (-2), max-timestamp (-3),"
                  + " earliest-local (-4), latest-tiered (-5), earliest-pending-upload (-6).")
          .orElse("latest");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "config file", "Property file for the admin client.");
  private static final Option<Boolean> EXCLUDE_INTERNAL_TOPICS =
      flag("exclude-internal-topics", "Leave out internal topics.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          ABOUT,
          BOOTSTRAP_SERVER,
          TOPIC_PARTITIONS,
          TOPIC,
          PARTITIONS,
          TIME,
          COMMAND_CONFIG,
          EXCLUDE_INTERNAL_TOPICS);

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    try {
      print(OPTIONS.parse(args), terminal);
      return 0;
    } catch (UsageException | VersionRequest e) {
      throw e;
    } catch (ExecutionException | RuntimeException e) {
      throw new ToolFailure("Error occurred: " + Failures.sentence(e));
    }
  }

  private static void print(ParsedOptions parsed, Terminal terminal) throws Exception {
    parsed.require(BOOTSTRAP_SERVER);
    String servers = parsed.value(BOOTSTRAP_SERVER);
    try {
      BootstrapServers.check(servers);
    } catch (IllegalArgumentException e) {
      throw parsed.wrongUsage(String.valueOf(e.getMessage()));
    }
    if (parsed.has(TOPIC_PARTITIONS) && (parsed.has(TOPIC) || parsed.has(PARTITIONS))) {
      throw new ToolFailure("--topic-partitions cannot be used with --topic or --partitions");
    }
    OffsetSpec spec = offsetSpec(parsed.value(TIME));
    PartitionFilter filter =
        parsed.has(TOPIC_PARTITIONS)
            ? PartitionFilter.ofRules(parsed.value(TOPIC_PARTITIONS))
            : PartitionFilter.of(parsed.given(TOPIC), parsed.given(PARTITIONS));
    Properties config = ClientProperties.load(parsed.valueOrNull(COMMAND_CONFIG));
    config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    config.put(AdminClientConfig.CLIENT_ID_CONFIG, "GetOffsetShell");
    try (Admin admin = Admin.create(config)) {
      var partitions = partitions(admin, filter, parsed.has(EXCLUDE_INTERNAL_TOPICS));
      if (partitions.isEmpty()) {
        throw new ToolFailure("Could not match any topic-partitions with the specified filters");
      }
      print(admin, partitions, spec, terminal);
    }
  }

  static OffsetSpec offsetSpec(String time) {
    return switch (time) {
      case "latest", "-1" -> OffsetSpec.latest();
      case "earliest", "-2" -> OffsetSpec.earliest();
      case "max-timestamp", "-3" -> OffsetSpec.maxTimestamp();
      case "earliest-local", "-4" -> OffsetSpec.earliestLocal();
      case "latest-tiered", "-5" -> OffsetSpec.latestTiered();
      case "earliest-pending-upload", "-6" -> OffsetSpec.earliestPendingUpload();
      default -> {
        try {
          yield OffsetSpec.forTimestamp(Long.parseLong(time));
        } catch (NumberFormatException e) {
          throw new ToolFailure(
              "Malformed time argument "
                  + time
                  + ". Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or"
                  + " earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload, or a"
                  + " specified long format timestamp");
        }
      }
    };
  }

  private static SortedSet<TopicPartition> partitions(
      Admin admin, PartitionFilter filter, boolean excludeInternal)
      throws ExecutionException, InterruptedException {
    List<String> topics =
        admin
            .listTopics(new ListTopicsOptions().listInternal(!excludeInternal))
            .names()
            .get()
            .stream()
            .filter(filter::admitsTopic)
            .toList();
    var partitions = new TreeSet<TopicPartition>(Comparator.comparing(TopicPartition::toString));
    for (TopicDescription topic : admin.describeTopics(topics).allTopicNames().get().values()) {
      topic.partitions().stream()
          .map(info -> new TopicPartition(topic.name(), info.partition()))
          .filter(filter::admits)
          .forEach(partitions::add);
    }
    return partitions;
  }

  private static void print(
      Admin admin, SortedSet<TopicPartition> partitions, OffsetSpec spec, Terminal terminal)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    partitions.forEach(partition -> wanted.put(partition, spec));
    ListOffsetsResult result = admin.listOffsets(wanted);
    for (TopicPartition partition : partitions) {
      Optional<Long> offset = offset(result, partition, terminal);
      if (offset.isPresent() && offset.get() != NO_OFFSET) {
        terminal
            .out()
            .println(partition.topic() + ":" + partition.partition() + ":" + offset.get());
      }
    }
  }

  /** A partition that cannot answer is said and skipped: the others' offsets still matter. */
  private static Optional<Long> offset(
      ListOffsetsResult result, TopicPartition partition, Terminal terminal)
      throws ExecutionException, InterruptedException {
    try {
      return Optional.of(result.partitionResult(partition).get().offset());
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof KafkaException)) {
        throw e;
      }
      terminal
          .err()
          .println(
              "Skip getting offsets for topic-partition "
                  + partition
                  + " due to error: "
                  + e.getMessage());
      return Optional.empty();
    }
  }
}
