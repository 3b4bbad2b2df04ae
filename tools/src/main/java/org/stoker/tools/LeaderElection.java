package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.integer;
import static org.stoker.tools.Option.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** {@code kafka-leader-election.sh}: lets preferred replicas lead, or any that is left. */
final class LeaderElection implements Tool {
  private static final String TIMEOUT_MS = "30000";
  private static final String REQUEST_TIMEOUT_MS = "15000";

  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port", "REQUIRED: the brokers.");
  private static final Option<String> ADMIN_CONFIG =
      text("admin.config", "config file", "The old name of --command-config.");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "Config file", "Property file for the admin client.");
  private static final Option<String> JSON_FILE =
      text(
          "path-to-json-file",
          "Path to JSON file",
          """
          The partitions, instead of --topic:
          {"partitions": [{"topic": "foo", "partition": 1}]}\
          """);
  private static final Option<String> TOPIC =
      text("topic", "topic name", "The topic; --partition says which of its partitions.");
  private static final Option<Integer> PARTITION =
      integer("partition", "partition id", "The partition of --topic.");
  private static final Option<Boolean> ALL =
      flag("all-topic-partitions", "All partitions that need an election of this type.");
  private static final Option<String> ELECTION_TYPE =
      text(
          "election-type",
          "election type",
          "REQUIRED: preferred lets the first replica lead; unclean lets any replica lead where"
              + " none does, even if records are lost by it.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Elects new leaders for partitions.",
          BOOTSTRAP_SERVER,
          ADMIN_CONFIG,
          COMMAND_CONFIG,
          JSON_FILE,
          TOPIC,
          PARTITION,
          ALL,
          ELECTION_TYPE);

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ParsedOptions parsed = OPTIONS.parse(args);
    validate(parsed);
    ElectionType type = type(parsed.value(ELECTION_TYPE));
    Set<TopicPartition> partitions = partitions(parsed);
    if (parsed.has(ADMIN_CONFIG)) {
      terminal
          .out()
          .println(
              "Option --admin.config has been deprecated and will be removed in a future version."
                  + " Use --command-config instead.");
    }
    String file = parsed.valueOrNull(parsed.has(ADMIN_CONFIG) ? ADMIN_CONFIG : COMMAND_CONFIG);
    Properties config = ClientProperties.load(file);
    config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, parsed.value(BOOTSTRAP_SERVER));
    config.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    config.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
    try (Admin admin = Admin.create(config)) {
      tell(type, elect(admin, type, partitions, terminal.out()), terminal.out());
    }
    return 0;
  }

  private static void validate(ParsedOptions parsed) {
    String missing =
        Stream.of(BOOTSTRAP_SERVER, ELECTION_TYPE)
            .filter(option -> !parsed.has(option))
            .map(Option::name)
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      throw new ToolFailure("Missing required option(s): " + missing);
    }
    parsed.refuseBeside(ADMIN_CONFIG, COMMAND_CONFIG);
    if (Stream.of(TOPIC, ALL, JSON_FILE).filter(parsed::has).count() != 1) {
      throw new ToolFailure(
          "One and only one of the following options is required: topic, all-topic-partitions,"
              + " path-to-json-file");
    }
    if (parsed.has(TOPIC) && !parsed.has(PARTITION)) {
      throw new ToolFailure("Missing required option(s): partition");
    }
    if (!parsed.has(TOPIC) && parsed.has(PARTITION)) {
      throw new ToolFailure("Option partition is only allowed if topic is used");
    }
  }

  private static ElectionType type(String word) {
    for (ElectionType type : ElectionType.values()) {
      if (type.name().equals(word.toUpperCase(Locale.ROOT))) {
        return type;
      }
    }
    throw new OptionException(
        "Cannot parse argument '" + word + "' of option " + ELECTION_TYPE.name());
  }

  /** Null for all. */
  private static @Nullable Set<TopicPartition> partitions(ParsedOptions parsed) {
    if (parsed.has(ALL)) {
      return null;
    }
    if (parsed.has(TOPIC)) {
      return Set.of(new TopicPartition(parsed.value(TOPIC), parsed.value(PARTITION)));
    }
    JsonNode list = JsonFile.read(parsed.value(JSON_FILE)).get("partitions");
    if (list == null) {
      throw new ToolFailure("Replica election data is missing \"partitions\" field");
    }
    var partitions = new TreeSet<TopicPartition>(PartitionOrder.BY_TOPIC);
    var twice = new ArrayList<TopicPartition>();
    for (JsonNode entry : list) {
      var partition =
          new TopicPartition(
              JsonFile.field(entry, "topic").asText(), JsonFile.field(entry, "partition").asInt());
      if (!partitions.add(partition)) {
        twice.add(partition);
      }
    }
    if (!twice.isEmpty()) {
      throw new ToolFailure("Replica election data contains duplicate partitions: " + twice);
    }
    return partitions;
  }

  private static Map<TopicPartition, Optional<Throwable>> elect(
      Admin admin, ElectionType type, @Nullable Set<TopicPartition> partitions, PrintStream out)
      throws ExecutionException, InterruptedException {
    try {
      var results = new TreeMap<TopicPartition, Optional<Throwable>>(PartitionOrder.BY_TOPIC);
      results.putAll(admin.electLeaders(type, partitions).partitions().get());
      return results;
    } catch (ExecutionException e) {
      String message =
          switch (e.getCause()) {
            case TimeoutException _ -> "Timeout waiting for election results";
            case ClusterAuthorizationException _ -> "Not authorized to perform leader election";
            case null, default -> throw e;
          };
      out.println(message);
      throw new ToolFailure(message);
    }
  }

  private static void tell(
      ElectionType type, Map<TopicPartition, Optional<Throwable>> results, PrintStream out) {
    var elected = new ArrayList<TopicPartition>();
    var notNeeded = new ArrayList<TopicPartition>();
    var failed = new TreeMap<TopicPartition, Throwable>(PartitionOrder.BY_TOPIC);
    results.forEach((partition, error) -> {
      if (error.isEmpty()) {
        elected.add(partition);
      } else if (error.get() instanceof ElectionNotNeededException) {
        notNeeded.add(partition);
      } else {
        failed.put(partition, error.get());
      }
    });
    if (!elected.isEmpty()) {
      out.printf(
          "Successfully completed leader election (%s) for partitions %s%n", type, joined(elected));
    }
    if (!notNeeded.isEmpty()) {
      out.println("Valid replica already elected for partitions " + joined(notNeeded));
    }
    failed.forEach((partition, error) ->
        out.printf(
            "Error completing leader election (%s) for partition: %s: %s%n",
            type, partition, error));
    if (!failed.isEmpty()) {
      throw new ToolFailure(failed.size() + " replica(s) could not be elected");
    }
  }

  private static String joined(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::toString).collect(Collectors.joining(", "));
  }
}
