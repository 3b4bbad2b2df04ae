package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/** {@code kafka-log-dirs.sh}: what lies in the brokers' log directories, as JSON. */
final class LogDirs implements Tool {
  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "REQUIRED: the brokers.");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "file", "Property file for the admin client.");
  private static final Option<Boolean> DESCRIBE =
      flag("describe", "REQUIRED: what this tool does.");
  private static final Option<String> TOPIC_LIST =
      text("topic-list", "Topic list", "The topics, separated by commas; all by default.")
          .orElse("");
  private static final Option<String> BROKER_LIST =
      text("broker-list", "Broker list", "The brokers' ids, separated by commas; all by default.")
          .orElse("");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Tells what lies in the log directories of brokers, and how large it is.",
          BOOTSTRAP_SERVER,
          COMMAND_CONFIG,
          DESCRIBE,
          TOPIC_LIST,
          BROKER_LIST);

  private final ObjectMapper json = new ObjectMapper();

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    ParsedOptions parsed = OPTIONS.parse(args);
    parsed.require(BOOTSTRAP_SERVER, DESCRIBE);
    Properties config = ClientProperties.load(parsed.valueOrNull(COMMAND_CONFIG));
    config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, parsed.value(BOOTSTRAP_SERVER));
    config.putIfAbsent(AdminClientConfig.CLIENT_ID_CONFIG, "log-dirs-tool");
    try (Admin admin = Admin.create(config)) {
      Set<String> topics = Set.copyOf(words(parsed.value(TOPIC_LIST)));
      Set<Integer> brokers = brokers(admin, parsed.value(BROKER_LIST));
      terminal.out().println("Querying brokers for log directories information");
      Map<Integer, Map<String, LogDirDescription>> described =
          admin.describeLogDirs(brokers).allDescriptions().get();
      terminal.out().println("Received log directory information from brokers " + joined(brokers));
      terminal.out().println(asJson(described, topics));
    }
    return 0;
  }

  private static List<String> words(String list) {
    return Arrays.stream(list.split(",", 0)).filter(word -> !word.isEmpty()).distinct().toList();
  }

  private static Set<Integer> brokers(Admin admin, String list) throws Exception {
    var wanted = new TreeSet<Integer>();
    words(list).forEach(word -> wanted.add(Integer.valueOf(word)));
    var existing = new TreeSet<Integer>();
    for (Node node : admin.describeCluster().nodes().get()) {
      existing.add(node.id());
    }
    var unknown = new TreeSet<>(wanted);
    unknown.removeAll(existing);
    if (!unknown.isEmpty()) {
      throw new ToolFailure(
          "ERROR: The given brokers do not exist from --broker-list: "
              + joined(unknown)
              + ". Current existent brokers: "
              + joined(existing));
    }
    return wanted.isEmpty() ? existing : wanted;
  }

  private static String joined(Set<Integer> ids) {
    return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private String asJson(Map<Integer, Map<String, LogDirDescription>> described, Set<String> topics)
      throws JsonProcessingException {
    ObjectNode root = json.createObjectNode();
    ArrayNode brokers = root.putArray("brokers");
    root.put("version", 1);
    new TreeMap<>(described)
        .forEach((id, directories) -> {
          ObjectNode broker = brokers.addObject();
          broker.put("broker", id);
          ArrayNode logDirs = broker.putArray("logDirs");
          new TreeMap<>(directories)
              .forEach((path, directory) -> add(logDirs.addObject(), path, directory, topics));
        });
    return json.writeValueAsString(root);
  }

  private static void add(
      ObjectNode node, String path, LogDirDescription directory, Set<String> topics) {
    ArrayNode partitions = node.putArray("partitions");
    var replicas = new TreeMap<TopicPartition, ReplicaInfo>(PartitionOrder.BY_TOPIC);
    replicas.putAll(directory.replicaInfos());
    replicas.forEach((partition, replica) -> {
      if (topics.isEmpty() || topics.contains(partition.topic())) {
        ObjectNode entry = partitions.addObject();
        entry.put("partition", partition.toString());
        entry.put("size", replica.size());
        entry.put("offsetLag", replica.offsetLag());
        entry.put("isFuture", replica.isFuture());
      }
    });
    node.put("error", directory.error() == null ? null : directory.error().getClass().getName());
    node.put("logDir", path);
  }
}
