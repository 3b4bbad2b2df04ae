package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.longInteger;
import static org.stoker.tools.Option.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** {@code kafka-reassign-partitions.sh}: moves partitions to other brokers. */
final class ReassignPartitions implements Tool {
  private static final Option<Boolean> VERIFY =
      flag("verify", "Tell whether the reassignment is done; lift its throttle if it is.");
  private static final Option<Boolean> GENERATE =
      flag("generate", "Propose a reassignment; nothing is moved.");
  private static final Option<Boolean> EXECUTE = flag("execute", "Start the reassignment.");
  private static final Option<Boolean> CANCEL = flag("cancel", "Cancel the reassignment.");
  private static final Option<Boolean> LIST = flag("list", "List all that are under way.");
  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "Server(s) to use for bootstrapping", "REQUIRED: the brokers.");
  private static final Option<String> BOOTSTRAP_CONTROLLER =
      text(
          "bootstrap-controller",
          "Controller(s) to use for bootstrapping",
          "Kafka's controllers; Stoker's are brokers: --bootstrap-server.");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "Admin client property file", "Property file for the admin client.");
  private static final Option<String> REASSIGNMENT_FILE =
      text(
          "reassignment-json-file",
          "manual assignment json file path",
          """
          The reassignment:
          {"partitions": [{"topic": "foo", "partition": 1, "replicas": [1,2,3]}], "version": 1}\
          """);
  private static final Option<String> TOPICS_FILE =
      text(
          "topics-to-move-json-file",
          "topics to reassign json file path",
          """
          For --generate, the topics to move:
          {"topics": [{"topic": "foo"},{"topic": "foo1"}], "version": 1}\
          """);
  private static final Option<String> BROKER_LIST =
      text("broker-list", "brokerlist", "For --generate, the brokers to move to, like 0,1,2.");
  private static final Option<Boolean> DISABLE_RACK_AWARE =
      flag("disable-rack-aware", "Do not look at racks.");
  private static final Option<Long> THROTTLE =
      longInteger("throttle", "throttle", "Bytes a second between brokers; at least 1 KB.")
          .orElse(-1L);
  private static final Option<Long> DIRECTORY_THROTTLE =
      longInteger(
              "replica-alter-log-dirs-throttle",
              "replicaAlterLogDirsThrottle",
              "Bytes a second between log directories; nothing moves between them here.")
          .orElse(-1L);
  private static final Option<Long> TIMEOUT =
      longInteger("timeout", "timeout", "Milliseconds to wait for moves between log directories.")
          .orElse(10_000L);
  private static final Option<Boolean> ADDITIONAL =
      flag("additional", "Beside others that are under way; also changes their throttle.");
  private static final Option<Boolean> PRESERVE_THROTTLES =
      flag("preserve-throttles", "Leave throttles as they are.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Moves topic partitions between brokers.",
          VERIFY,
          GENERATE,
          EXECUTE,
          CANCEL,
          LIST,
          BOOTSTRAP_SERVER,
          BOOTSTRAP_CONTROLLER,
          COMMAND_CONFIG,
          REASSIGNMENT_FILE,
          TOPICS_FILE,
          BROKER_LIST,
          DISABLE_RACK_AWARE,
          THROTTLE,
          DIRECTORY_THROTTLE,
          TIMEOUT,
          ADDITIONAL,
          PRESERVE_THROTTLES);

  /** What each action needs beside the brokers, and what it may have. */
  private record Needs(List<Option<?>> required, List<Option<?>> permitted) {}

  private static final Map<Option<?>, Needs> ACTIONS = actions();

  private static Map<Option<?>, Needs> actions() {
    Map<Option<?>, Needs> actions = new LinkedHashMap<>();
    actions.put(
        GENERATE,
        new Needs(
            List.of(TOPICS_FILE, BROKER_LIST),
            List.of(BOOTSTRAP_SERVER, COMMAND_CONFIG, DISABLE_RACK_AWARE)));
    actions.put(
        EXECUTE,
        new Needs(
            List.of(REASSIGNMENT_FILE),
            List.of(
                ADDITIONAL,
                BOOTSTRAP_SERVER,
                COMMAND_CONFIG,
                THROTTLE,
                DIRECTORY_THROTTLE,
                TIMEOUT)));
    actions.put(
        VERIFY,
        new Needs(
            List.of(REASSIGNMENT_FILE),
            List.of(BOOTSTRAP_SERVER, COMMAND_CONFIG, PRESERVE_THROTTLES)));
    actions.put(
        CANCEL,
        new Needs(
            List.of(REASSIGNMENT_FILE),
            List.of(
                BOOTSTRAP_SERVER,
                BOOTSTRAP_CONTROLLER,
                COMMAND_CONFIG,
                PRESERVE_THROTTLES,
                TIMEOUT)));
    actions.put(
        LIST,
        new Needs(List.of(), List.of(BOOTSTRAP_SERVER, BOOTSTRAP_CONTROLLER, COMMAND_CONFIG)));
    return actions;
  }

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ParsedOptions parsed = OPTIONS.parseOrShowUsage(args);
    Option<?> action = action(parsed);
    try {
      Properties config = ClientProperties.load(parsed.valueOrNull(COMMAND_CONFIG));
      if (parsed.has(BOOTSTRAP_CONTROLLER)) {
        config.put("bootstrap.controllers", parsed.value(BOOTSTRAP_CONTROLLER));
      } else {
        config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, parsed.value(BOOTSTRAP_SERVER));
      }
      config.putIfAbsent(AdminClientConfig.CLIENT_ID_CONFIG, "reassign-partitions-tool");
      try (Admin admin = Admin.create(config)) {
        act(action, admin, parsed, terminal.out());
      }
      return 0;
    } catch (ActionFailed e) {
      throw e;
    } catch (Exception e) {
      throw new ActionFailed("Error: " + e.getMessage());
    }
  }

  private static Option<?> action(ParsedOptions parsed) {
    List<Option<?>> chosen = ACTIONS.keySet().stream().filter(parsed::has).toList();
    if (chosen.size() != 1) {
      throw parsed.wrongUsage(
          "Command must include exactly one action: "
              + ACTIONS.keySet().stream()
                  .map(option -> "--" + option.name())
                  .collect(Collectors.joining(", ")));
    }
    if (parsed.has(BOOTSTRAP_SERVER) && parsed.has(BOOTSTRAP_CONTROLLER)) {
      throw parsed.wrongUsage(
          "Please don't specify both --bootstrap-server and --bootstrap-controller");
    }
    if (!parsed.has(BOOTSTRAP_SERVER) && !parsed.has(BOOTSTRAP_CONTROLLER)) {
      throw parsed.wrongUsage("Please specify either --bootstrap-server or --bootstrap-controller");
    }
    Option<?> action = chosen.getFirst();
    Needs needs = ACTIONS.getOrDefault(action, new Needs(List.of(), List.of()));
    parsed.require(needs.required().toArray(Option<?>[]::new));
    for (Option<?> option : parsed.inOrder()) {
      if (option != action
          && !needs.required().contains(option)
          && !needs.permitted().contains(option)) {
        throw parsed.wrongUsage(
            "Option \"" + option + "\" can't be used with action \"" + action + "\"");
      }
    }
    return action;
  }

  private static void act(Option<?> action, Admin admin, ParsedOptions parsed, PrintStream out)
      throws Exception {
    if (action == GENERATE) {
      generate(admin, parsed, out);
    } else if (action == EXECUTE) {
      execute(admin, parsed, out);
    } else if (action == VERIFY) {
      verify(admin, parsed, out);
    } else if (action == CANCEL) {
      cancel(admin, parsed, out);
    } else {
      list(admin, out);
    }
  }

  // ---- generate

  private static void generate(Admin admin, ParsedOptions parsed, PrintStream out)
      throws IOException, ExecutionException, InterruptedException {
    List<Integer> brokers =
        Arrays.stream(parsed.value(BROKER_LIST).split(",", 0)).map(Integer::valueOf).toList();
    if (!ReassignmentFile.duplicates(brokers).isEmpty()) {
      throw new ToolFailure(
          "Broker list contains duplicate entries: " + ReassignmentFile.duplicates(brokers));
    }
    List<String> topics = topics(parsed.value(TOPICS_FILE));
    Map<String, TopicDescription> described = describe(admin, topics);
    Collection<Node> nodes =
        admin.describeCluster().nodes().get().stream()
            .filter(node -> brokers.contains(node.id()))
            .toList();
    var spread = new ReplicaSpread(nodes, !parsed.has(DISABLE_RACK_AWARE));
    var today = new TreeMap<TopicPartition, List<Integer>>(PartitionOrder.BY_TOPIC);
    var proposed = new TreeMap<TopicPartition, List<Integer>>(PartitionOrder.BY_TOPIC);
    described.forEach((topic, description) ->
        description
            .partitions()
            .forEach(info -> {
              var partition = new TopicPartition(topic, info.partition());
              List<Integer> replicas = info.replicas().stream().map(Node::id).toList();
              today.put(partition, replicas);
              int factor = description.partitions().getFirst().replicas().size();
              proposed.put(partition, spread.replicas(info.partition(), factor));
            }));
    out.printf(
        "Current partition replica assignment%n%s%n%n",
        ReassignmentFile.write(today, logDirs(admin, today)));
    out.printf(
        "Proposed partition reassignment configuration%n%s%n",
        ReassignmentFile.write(proposed, Map.of()));
  }

  private static List<String> topics(String file) {
    JsonNode root = JsonFile.read(file);
    JsonFile.checkVersion(root);
    var topics = new ArrayList<String>();
    root.path("topics").forEach(entry -> topics.add(JsonFile.field(entry, "topic").asText()));
    if (!ReassignmentFile.duplicates(topics).isEmpty()) {
      throw new ToolFailure(
          "List of topics to reassign contains duplicate entries: "
              + ReassignmentFile.duplicates(topics));
    }
    return topics;
  }

  private static Map<String, TopicDescription> describe(Admin admin, Collection<String> topics)
      throws ExecutionException, InterruptedException {
    var described = new TreeMap<String, TopicDescription>();
    for (var topic : admin.describeTopics(topics).topicNameValues().entrySet()) {
      try {
        described.put(topic.getKey(), topic.getValue().get());
      } catch (ExecutionException e) {
        if (e.getCause() instanceof UnknownTopicOrPartitionException) {
          throw new ExecutionException(
              new UnknownTopicOrPartitionException("Topic " + topic.getKey() + " not found."));
        }
        throw e;
      }
    }
    return described;
  }

  // ---- execute

  private static void execute(Admin admin, ParsedOptions parsed, PrintStream out)
      throws IOException, ExecutionException, InterruptedException {
    List<ReassignmentFile.Entry> targets = ReassignmentFile.read(parsed.value(REASSIGNMENT_FILE));
    SortedMap<TopicPartition, List<Integer>> proposed = ReassignmentFile.checked(targets);
    Map<TopicPartition, PartitionReassignment> current =
        admin.listPartitionReassignments().reassignments().get();
    if (!parsed.has(ADDITIONAL) && !current.isEmpty()) {
      throw new ActionFailed(
          "Cannot execute because there is an existing partition assignment.  Use --additional to"
              + " override this and create a new partition assignment in addition to the existing"
              + " one. The --additional flag can also be used to change the throttle by"
              + " resubmitting the current reassignment.");
    }
    checkBrokers(admin, proposed.values());
    NamedDirectories.refuseMoves(admin, targets);
    Map<TopicPartition, List<Integer>> today = replicasToday(admin, proposed.keySet());
    out.printf(
        "Current partition replica assignment%n%n%s%n%nSave this to use as the"
            + " --reassignment-json-file option during rollback%n",
        ReassignmentFile.write(today, logDirs(admin, today)));
    long rate = parsed.value(THROTTLE);
    if (rate >= 0) {
      out.println(
          "Warning: You must run --verify periodically, until the reassignment completes, to"
              + " ensure the throttle is removed.");
      new ReassignmentThrottles(admin, out).set(current, proposed, today, rate);
    }
    start(admin, proposed);
    out.printf(
        "Successfully started partition reassignment%s for %s%n",
        proposed.size() == 1 ? "" : "s", joined(proposed.keySet()));
  }

  private static void checkBrokers(Admin admin, Collection<List<Integer>> replicas)
      throws ExecutionException, InterruptedException {
    Set<Integer> known =
        admin.describeCluster().nodes().get().stream().map(Node::id).collect(Collectors.toSet());
    Optional<Integer> unknown =
        replicas.stream()
            .flatMap(List::stream)
            .filter(id -> !known.contains(id))
            .sorted()
            .findFirst();
    if (unknown.isPresent()) {
      throw new ToolFailure("Unknown broker id " + unknown.get());
    }
  }

  private static Map<TopicPartition, List<Integer>> replicasToday(
      Admin admin, Set<TopicPartition> partitions) throws ExecutionException, InterruptedException {
    Set<String> topics = partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet());
    var today = new TreeMap<TopicPartition, List<Integer>>(PartitionOrder.BY_TOPIC);
    describe(admin, topics)
        .forEach((topic, description) ->
            description
                .partitions()
                .forEach(info ->
                    today.put(
                        new TopicPartition(topic, info.partition()),
                        info.replicas().stream().map(Node::id).toList())));
    today.keySet().retainAll(partitions);
    var missing = new TreeSet<>(PartitionOrder.BY_TOPIC);
    missing.addAll(partitions);
    missing.removeAll(today.keySet());
    if (!missing.isEmpty()) {
      throw new ExecutionException(
          new UnknownTopicOrPartitionException(
              "Unable to find partition: "
                  + missing.stream().map(Object::toString).collect(Collectors.joining(", "))));
    }
    return today;
  }

  private static Map<TopicPartitionReplica, String> logDirs(
      Admin admin, Map<TopicPartition, List<Integer>> assignment)
      throws ExecutionException, InterruptedException {
    var replicas = new ArrayList<TopicPartitionReplica>();
    assignment.forEach((partition, brokers) ->
        brokers.forEach(broker ->
            replicas.add(
                new TopicPartitionReplica(partition.topic(), partition.partition(), broker))));
    Map<TopicPartitionReplica, String> logDirs = new HashMap<>();
    for (var replica : admin.describeReplicaLogDirs(replicas).values().entrySet()) {
      try {
        String logDir = replica.getValue().get().getCurrentReplicaLogDir();
        if (logDir != null) {
          logDirs.put(replica.getKey(), logDir);
        }
      } catch (ExecutionException e) {
        // A broker that is down cannot say; moving what it holds is often why one is here.
        logDirs.remove(replica.getKey());
      }
    }
    return logDirs;
  }

  private static void start(Admin admin, SortedMap<TopicPartition, List<Integer>> proposed)
      throws InterruptedException {
    Map<TopicPartition, Optional<NewPartitionReassignment>> wanted = new LinkedHashMap<>();
    proposed.forEach((partition, replicas) ->
        wanted.put(partition, Optional.of(new NewPartitionReassignment(replicas))));
    Map<TopicPartition, String> errors = alter(admin, wanted);
    if (!errors.isEmpty()) {
      throw new ActionFailed("Error reassigning partition(s):\n" + lines(errors));
    }
  }

  /** What the controller refused. */
  private static Map<TopicPartition, String> alter(
      Admin admin, Map<TopicPartition, Optional<NewPartitionReassignment>> wanted)
      throws InterruptedException {
    var errors = new TreeMap<TopicPartition, String>(PartitionOrder.BY_TOPIC);
    for (var result : admin.alterPartitionReassignments(wanted).values().entrySet()) {
      try {
        result.getValue().get();
      } catch (ExecutionException e) {
        errors.put(result.getKey(), String.valueOf(Failures.reason(e).getMessage()));
      }
    }
    return errors;
  }

  private static String lines(Map<TopicPartition, String> errors) {
    return errors.entrySet().stream()
        .map(error -> error.getKey() + ": " + error.getValue())
        .collect(Collectors.joining("\n"));
  }

  private static String joined(Collection<TopicPartition> partitions) {
    return partitions.stream()
        .sorted(PartitionOrder.BY_TOPIC)
        .map(Object::toString)
        .collect(Collectors.joining(","));
  }

  private static String ids(Collection<Integer> brokers) {
    return brokers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  // ---- verify

  private static void verify(Admin admin, ParsedOptions parsed, PrintStream out)
      throws IOException, ExecutionException, InterruptedException {
    List<ReassignmentFile.Entry> targets = ReassignmentFile.read(parsed.value(REASSIGNMENT_FILE));
    NamedDirectories.refuseMoves(admin, targets);
    Map<TopicPartition, PartitionReassignment> current =
        admin.listPartitionReassignments().reassignments().get();
    var states = new TreeMap<TopicPartition, String>(PartitionOrder.BY_TOPIC);
    Set<String> topics =
        targets.stream()
            .map(ReassignmentFile.Entry::partition)
            .filter(partition -> !current.containsKey(partition))
            .map(TopicPartition::topic)
            .collect(Collectors.toSet());
    Map<String, KafkaFuture<TopicDescription>> described =
        admin.describeTopics(topics).topicNameValues();
    for (ReassignmentFile.Entry target : targets) {
      TopicPartition partition = target.partition();
      states.put(
          partition,
          current.containsKey(partition)
              ? "Reassignment of partition " + partition + " is still in progress."
              : stateOf(target, replicas(described, partition)));
    }
    out.println("Status of partition reassignment:");
    states.values().forEach(out::println);
    // Where Kafka tells of moves between log directories.
    out.println();
    if (current.isEmpty() && !parsed.has(PRESERVE_THROTTLES)) {
      new ReassignmentThrottles(admin, out).clear(targets);
    }
  }

  private static String stateOf(ReassignmentFile.Entry target, List<Integer> replicas) {
    return replicas.equals(target.replicas())
        ? "Reassignment of partition " + target.partition() + " is completed."
        : "There is no active reassignment of partition %s, but replica set is %s rather than %s."
            .formatted(target.partition(), ids(replicas), ids(target.replicas()));
  }

  /** Empty if there is no such partition. */
  private static List<Integer> replicas(
      Map<String, KafkaFuture<TopicDescription>> described, TopicPartition partition)
      throws ExecutionException, InterruptedException {
    KafkaFuture<TopicDescription> topic = described.get(partition.topic());
    try {
      return topic == null
          ? List.of()
          : topic.get().partitions().stream()
              .filter(info -> info.partition() == partition.partition())
              .flatMap(info -> info.replicas().stream().map(Node::id))
              .toList();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return List.of();
      }
      throw e;
    }
  }

  // ---- cancel and list

  private static void cancel(Admin admin, ParsedOptions parsed, PrintStream out)
      throws IOException, ExecutionException, InterruptedException {
    List<ReassignmentFile.Entry> targets = ReassignmentFile.read(parsed.value(REASSIGNMENT_FILE));
    Set<TopicPartition> named = new HashSet<>();
    targets.forEach(target -> named.add(target.partition()));
    Set<TopicPartition> active =
        admin.listPartitionReassignments(named).reassignments().get().keySet();
    if (active.isEmpty()) {
      out.println("None of the specified partition reassignments are active.");
    } else {
      Map<TopicPartition, Optional<NewPartitionReassignment>> none = new LinkedHashMap<>();
      active.forEach(partition -> none.put(partition, Optional.empty()));
      Map<TopicPartition, String> errors = alter(admin, none);
      if (!errors.isEmpty()) {
        throw new ActionFailed(
            "Error cancelling partition reassignment%s for:%n%s"
                .formatted(errors.size() == 1 ? "" : "s", lines(errors)));
      }
      out.printf(
          "Successfully cancelled partition reassignment%s for: %s%n",
          active.size() == 1 ? "" : "s", joined(active));
    }
    // Without an end of the line, as Kafka prints it.
    out.print("None of the specified partition moves are active.");
    if (!parsed.has(PRESERVE_THROTTLES)) {
      new ReassignmentThrottles(admin, out).clear(targets);
    }
  }

  private static void list(Admin admin, PrintStream out)
      throws ExecutionException, InterruptedException {
    var current = new TreeMap<TopicPartition, PartitionReassignment>(PartitionOrder.BY_TOPIC);
    current.putAll(admin.listPartitionReassignments().reassignments().get());
    out.println(
        current.isEmpty()
            ? "No partition reassignments found."
            : "Current partition reassignments:");
    current.forEach((partition, reassignment) ->
        out.println(
            partition
                + ": replicas: "
                + ids(reassignment.replicas())
                + "."
                + part(" adding: ", reassignment.addingReplicas())
                + part(" removing: ", reassignment.removingReplicas())));
  }

  private static String part(String name, List<Integer> brokers) {
    return brokers.isEmpty() ? "" : name + ids(brokers) + ".";
  }
}
