package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.integer;
import static org.stoker.tools.Option.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.stoker.tools.ReplicaAssignments.Assignment;

/** The command line of {@code topics}, and which of its options go together. */
final class TopicsOptions {
  static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "REQUIRED: the brokers, as host:port,….");
  static final Option<String> COMMAND_CONFIG =
      text("command-config", "file", "Property file for the admin client.");
  static final Option<Boolean> LIST = flag("list", "List the topics.");
  static final Option<Boolean> CREATE = flag("create", "Create a topic.");
  static final Option<Boolean> DELETE = flag("delete", "Delete topics.");
  static final Option<Boolean> ALTER =
      flag("alter", "Add partitions to topics. (Their configuration: see configs.)");
  static final Option<Boolean> DESCRIBE = flag("describe", "Show topics and their partitions.");
  static final Option<String> TOPIC =
      text("topic", "topic", "The topic; a regular expression, except with --create.");
  static final Option<String> TOPIC_ID = text("topic-id", "topic-id", "The id to describe.");
  static final Option<String> CONFIG =
      text(
          "config",
          "name=value",
          "A setting of the topic to be created, like retention.ms=3600000; may be repeated.");
  static final Option<String> DELETE_CONFIG =
      text("delete-config", "name", "Accepted and ignored, as in Kafka since 4.0.");
  static final Option<Integer> PARTITIONS =
      integer(
          "partitions",
          "# of partitions",
          "How many partitions the topic gets; by default what the brokers are set to. More "
              + "partitions later means that keys move to other partitions.");
  static final Option<Integer> REPLICATION_FACTOR =
      integer(
          "replication-factor",
          "replication factor",
          "How many replicas each partition gets; by default what the brokers are set to.");
  static final Option<String> REPLICA_ASSIGNMENT =
      text(
          "replica-assignment",
          "b1:b2,b3:b4,…",
          "The brokers of each partition's replicas, partitions separated by commas.");
  static final Option<Boolean> UNDER_REPLICATED =
      flag("under-replicated-partitions", "Describe only partitions that miss a replica.");
  static final Option<Boolean> UNAVAILABLE =
      flag("unavailable-partitions", "Describe only partitions without a live leader.");
  static final Option<Boolean> UNDER_MIN_ISR =
      flag("under-min-isr-partitions", "Describe only partitions below min.insync.replicas.");
  static final Option<Boolean> AT_MIN_ISR =
      flag("at-min-isr-partitions", "Describe only partitions exactly at min.insync.replicas.");
  static final Option<Boolean> WITH_OVERRIDES =
      flag("topics-with-overrides", "Describe only topics with a setting of their own.");
  static final Option<Boolean> IF_EXISTS =
      flag("if-exists", "Do nothing, successfully, when the topic does not exist.");
  static final Option<Boolean> IF_NOT_EXISTS =
      flag("if-not-exists", "Do nothing, successfully, when the topic exists.");
  static final Option<Boolean> EXCLUDE_INTERNAL =
      flag("exclude-internal", "Leave out internal topics.");
  static final Option<Integer> PARTITION_SIZE_LIMIT =
      integer(
          "partition-size-limit-per-response",
          "partitions",
          "How many partitions one response of a describe may hold.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Creates, lists, describes, changes and deletes topics.",
          BOOTSTRAP_SERVER,
          COMMAND_CONFIG,
          LIST,
          CREATE,
          DELETE,
          ALTER,
          DESCRIBE,
          TOPIC,
          TOPIC_ID,
          CONFIG,
          DELETE_CONFIG,
          PARTITIONS,
          REPLICATION_FACTOR,
          REPLICA_ASSIGNMENT,
          UNDER_REPLICATED,
          UNAVAILABLE,
          UNDER_MIN_ISR,
          AT_MIN_ISR,
          WITH_OVERRIDES,
          IF_EXISTS,
          IF_NOT_EXISTS,
          EXCLUDE_INTERNAL,
          PARTITION_SIZE_LIMIT);

  private static final List<Option<Boolean>> ACTIONS =
      List.of(CREATE, LIST, ALTER, DESCRIBE, DELETE);
  private static final List<Option<Boolean>> PARTITION_FILTERS =
      List.of(UNDER_REPLICATED, UNDER_MIN_ISR, AT_MIN_ISR, UNAVAILABLE);

  private final ParsedOptions parsed;

  private TopicsOptions(ParsedOptions parsed) {
    this.parsed = parsed;
  }

  static TopicsOptions parse(String[] args, Terminal terminal) {
    ParsedOptions parsed = OPTIONS.parse(args);
    if (ACTIONS.stream().filter(parsed::has).count() != 1) {
      throw parsed.wrongUsage(
          "Command must include exactly one action: --list, --describe, --create, --alter or "
              + "--delete");
    }
    if (parsed.has(DELETE_CONFIG)) {
      terminal
          .err()
          .println(
              "delete-config option is no longer supported and deprecated since version 4.0. The "
                  + "config will be fully removed in future releases.");
    }
    checkRequired(parsed, terminal);
    checkCombinations(parsed);
    return new TopicsOptions(parsed);
  }

  private static void checkRequired(ParsedOptions parsed, Terminal terminal) {
    if (!parsed.has(BOOTSTRAP_SERVER)) {
      throw new ToolFailure("--bootstrap-server must be specified");
    }
    if (parsed.has(DESCRIBE) && parsed.has(IF_EXISTS)) {
      if (!parsed.has(TOPIC) && !parsed.has(TOPIC_ID)) {
        throw parsed.wrongUsage("--topic or --topic-id is required to describe a topic");
      }
      if (parsed.has(TOPIC) && parsed.has(TOPIC_ID)) {
        terminal
            .out()
            .println(
                "Only topic id will be used when both --topic and --topic-id are specified and "
                    + "topicId is not Uuid.ZERO_UUID");
      }
    }
    if (!parsed.has(LIST) && !parsed.has(DESCRIBE)) {
      parsed.require(TOPIC);
    }
    if (parsed.has(ALTER)) {
      if (parsed.has(CONFIG)) {
        throw parsed.wrongUsage(
            "Option combination \"[[bootstrap-server], [config]]\" can't be used with option"
                + " \"[alter]\" (To alter topic configurations, the kafka-configs tool can be"
                + " used.)");
      }
      parsed.require(PARTITIONS);
    }
  }

  private static void checkCombinations(ParsedOptions parsed) {
    parsed.refuseBeside(CONFIG, otherActionsThan(ALTER, CREATE));
    parsed.refuseBeside(PARTITIONS, otherActionsThan(ALTER, CREATE));
    parsed.refuseBeside(REPLICATION_FACTOR, otherActionsThan(CREATE));
    parsed.refuseBeside(REPLICA_ASSIGNMENT, otherActionsThan(ALTER, CREATE));
    if (parsed.has(CREATE)) {
      parsed.refuseBeside(REPLICA_ASSIGNMENT, PARTITIONS, REPLICATION_FACTOR);
    }
    for (Option<Boolean> filter : PARTITION_FILTERS) {
      var refused = new ArrayList<Option<Boolean>>(otherActionsThan(DESCRIBE));
      refused.add(WITH_OVERRIDES);
      parsed.refuseBeside(filter, refused);
    }
    var besideOverrides = new ArrayList<Option<Boolean>>(otherActionsThan(DESCRIBE));
    besideOverrides.addAll(PARTITION_FILTERS);
    parsed.refuseBeside(WITH_OVERRIDES, besideOverrides);
    parsed.refuseBeside(IF_EXISTS, otherActionsThan(ALTER, DELETE, DESCRIBE));
    parsed.refuseBeside(IF_NOT_EXISTS, otherActionsThan(CREATE));
    parsed.refuseBeside(EXCLUDE_INTERNAL, otherActionsThan(LIST, DESCRIBE));
  }

  private static List<Option<Boolean>> otherActionsThan(Option<?>... allowed) {
    return ACTIONS.stream().filter(action -> !List.of(allowed).contains(action)).toList();
  }

  ParsedOptions parsed() {
    return parsed;
  }

  boolean has(Option<?> option) {
    return parsed.has(option);
  }

  /** Empty unless {@code --replica-assignment} was given. */
  List<Assignment> replicaAssignment() {
    return parsed
        .given(REPLICA_ASSIGNMENT)
        .filter(text -> !text.isEmpty())
        .map(ReplicaAssignments::parse)
        .orElse(List.of());
  }

  Map<String, String> topicConfig() {
    var config = new TreeMap<String, String>();
    for (String word : parsed.values(CONFIG)) {
      int equals = word.indexOf('=');
      if (equals < 0 || equals == word.length() - 1 || word.indexOf('=', equals + 1) >= 0) {
        throw new ToolFailure(
            "requirement failed: Invalid topic config: all configs to be added must be in the "
                + "format \"key=val\".");
      }
      config.put(word.substring(0, equals).strip(), word.substring(equals + 1).strip());
    }
    return config;
  }
}
