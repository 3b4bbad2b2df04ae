package org.stoker.tools;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/** Prints what {@code topics --describe} asks for: topics, or only the partitions in trouble. */
final class TopicDescriptionPrinter {
  private final Admin admin;
  private final TopicsOptions options;
  private final PrintStream out;

  TopicDescriptionPrinter(Admin admin, TopicsOptions options, PrintStream out) {
    this.admin = admin;
    this.options = options;
    this.out = out;
  }

  void print(Collection<TopicDescription> topics) throws ExecutionException, InterruptedException {
    if (topics.isEmpty()) {
      return;
    }
    var sorted = new ArrayList<>(topics);
    sorted.sort(Comparator.comparing(TopicDescription::name));
    Map<ConfigResource, Config> configs = configsOf(sorted);
    Set<Integer> liveBrokers = liveBrokers();
    Map<TopicPartition, PartitionReassignment> moves = reassignmentsOf(sorted);
    for (TopicDescription topic : sorted) {
      Config config = configs.get(resource(topic));
      if (config != null) {
        printTopic(topic, config, moves);
        printPartitions(topic, config, moves, liveBrokers);
      }
    }
  }

  private void printTopic(
      TopicDescription topic, Config config, Map<TopicPartition, PartitionReassignment> moves) {
    boolean overridden = config.entries().stream().anyMatch(entry -> !entry.isDefault());
    if (onlySomePartitions() || (options.has(TopicsOptions.WITH_OVERRIDES) && !overridden)) {
      return;
    }
    TopicPartitionInfo first =
        topic.partitions().stream()
            .min(Comparator.comparingInt(TopicPartitionInfo::partition))
            .orElseThrow();
    var line = new StringBuilder("Topic: ").append(topic.name());
    if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
      line.append("\tTopicId: ").append(topic.topicId());
    }
    line.append("\tPartitionCount: ").append(topic.partitions().size());
    line.append("\tReplicationFactor: ")
        .append(replicationFactor(first, moves.get(partition(topic, first))));
    line.append("\tConfigs: ")
        .append(
            config.entries().stream()
                .filter(entry -> !entry.isDefault())
                .map(entry -> entry.name() + "=" + entry.value())
                .collect(Collectors.joining(",")));
    out.println(line);
  }

  private void printPartitions(
      TopicDescription topic,
      Config config,
      Map<TopicPartition, PartitionReassignment> moves,
      Set<Integer> liveBrokers) {
    if (options.has(TopicsOptions.WITH_OVERRIDES)) {
      return;
    }
    var partitions = new ArrayList<>(topic.partitions());
    partitions.sort(Comparator.comparingInt(TopicPartitionInfo::partition));
    for (TopicPartitionInfo info : partitions) {
      PartitionReassignment move = moves.get(partition(topic, info));
      if (!onlySomePartitions() || isWanted(info, move, config, liveBrokers)) {
        out.println(partitionLine(topic.name(), info, move));
      }
    }
  }

  private boolean onlySomePartitions() {
    return options.has(TopicsOptions.UNDER_REPLICATED)
        || options.has(TopicsOptions.UNAVAILABLE)
        || options.has(TopicsOptions.UNDER_MIN_ISR)
        || options.has(TopicsOptions.AT_MIN_ISR);
  }

  private boolean isWanted(
      TopicPartitionInfo info,
      @Nullable PartitionReassignment move,
      Config config,
      Set<Integer> liveBrokers) {
    int inSync = info.isr().size();
    boolean underReplicated = inSync < replicationFactor(info, move);
    boolean unavailable = info.leader() == null || !liveBrokers.contains(info.leader().id());
    return (options.has(TopicsOptions.UNDER_REPLICATED) && underReplicated)
        || (options.has(TopicsOptions.UNAVAILABLE) && unavailable)
        || (options.has(TopicsOptions.UNDER_MIN_ISR)
            && (info.leader() == null || inSync < minInSyncReplicas(config)))
        || (options.has(TopicsOptions.AT_MIN_ISR) && inSync == minInSyncReplicas(config));
  }

  private static int minInSyncReplicas(Config config) {
    ConfigEntry entry = config.get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
    return Integer.parseInt(entry.value());
  }

  static String partitionLine(
      String topic, TopicPartitionInfo info, @Nullable PartitionReassignment move) {
    var line = new StringBuilder("\tTopic: ").append(topic);
    line.append("\tPartition: ").append(info.partition());
    line.append("\tLeader: ").append(info.leader() == null ? "none" : info.leader().idString());
    line.append("\tReplicas: ").append(ids(info.replicas()));
    line.append("\tIsr: ").append(ids(info.isr()));
    if (move != null) {
      line.append("\tAdding Replicas: ").append(joined(move.addingReplicas()));
      line.append("\tRemoving Replicas: ").append(joined(move.removingReplicas()));
    }
    line.append("\tElr: ").append(info.elr() == null ? "N/A" : ids(info.elr()));
    line.append("\tLastKnownElr: ")
        .append(info.lastKnownElr() == null ? "N/A" : ids(info.lastKnownElr()));
    return line.toString();
  }

  private static String ids(List<Node> nodes) {
    return joined(nodes.stream().map(Node::id).toList());
  }

  private static String joined(List<Integer> ids) {
    return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** While a partition moves, replicas that are only being added do not count yet. */
  static int replicationFactor(TopicPartitionInfo info, @Nullable PartitionReassignment move) {
    if (move != null) {
      var moving = new HashSet<>(move.addingReplicas());
      moving.addAll(move.removingReplicas());
      if (info.replicas().stream().anyMatch(node -> moving.contains(node.id()))) {
        return move.replicas().size() - move.addingReplicas().size();
      }
    }
    return info.replicas().size();
  }

  private Map<ConfigResource, Config> configsOf(List<TopicDescription> topics)
      throws ExecutionException, InterruptedException {
    List<ConfigResource> resources =
        topics.stream().map(TopicDescriptionPrinter::resource).toList();
    return admin.describeConfigs(resources).all().get();
  }

  private static ConfigResource resource(TopicDescription topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
  }

  private static TopicPartition partition(TopicDescription topic, TopicPartitionInfo info) {
    return new TopicPartition(topic.name(), info.partition());
  }

  private Set<Integer> liveBrokers() throws ExecutionException, InterruptedException {
    var ids = new HashSet<Integer>();
    for (Node node : admin.describeCluster().nodes().get()) {
      ids.add(node.id());
    }
    return ids;
  }

  /** A broker that does not know of reassignments, or does not tell us, has none to show. */
  private Map<TopicPartition, PartitionReassignment> reassignmentsOf(List<TopicDescription> topics)
      throws ExecutionException, InterruptedException {
    var partitions = new HashSet<TopicPartition>();
    for (TopicDescription topic : topics) {
      for (TopicPartitionInfo info : topic.partitions()) {
        partitions.add(partition(topic, info));
      }
    }
    try {
      return admin.listPartitionReassignments(partitions).reassignments().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnsupportedVersionException
          || e.getCause() instanceof ClusterAuthorizationException) {
        return Map.of();
      }
      throw e;
    }
  }
}
