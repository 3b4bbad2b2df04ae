package org.stoker.tools;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/** The configurations that hold a reassignment back, set before it and cleared after it. */
final class ReassignmentThrottles {
  private static final String LEADER_RATE = "leader.replication.throttled.rate";
  private static final String FOLLOWER_RATE = "follower.replication.throttled.rate";
  private static final String DIRECTORY_RATE = "replica.alter.log.dirs.io.max.bytes.per.second";
  private static final String LEADER_REPLICAS = "leader.replication.throttled.replicas";
  private static final String FOLLOWER_REPLICAS = "follower.replication.throttled.replicas";

  private final Admin admin;
  private final PrintStream out;

  ReassignmentThrottles(Admin admin, PrintStream out) {
    this.admin = admin;
    this.out = out;
  }

  /** From where to where a partition moves. */
  private record Move(Set<Integer> sources, Set<Integer> destinations) {}

  /** Holds back what moves already and what is about to. */
  void set(
      Map<TopicPartition, PartitionReassignment> current,
      SortedMap<TopicPartition, List<Integer>> proposed,
      Map<TopicPartition, List<Integer>> today,
      long rate)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Move> moves = moves(current, proposed, today);
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    SortedMap<String, NavigableSet<String>> leaders = new TreeMap<>();
    SortedMap<String, NavigableSet<String>> followers = new TreeMap<>();
    NavigableSet<Integer> brokers = new TreeSet<>();
    moves.forEach((partition, move) -> {
      leaders
          .computeIfAbsent(partition.topic(), _ -> new TreeSet<>())
          .addAll(pairs(partition, move.sources()));
      followers
          .computeIfAbsent(partition.topic(), _ -> new TreeSet<>())
          .addAll(pairs(partition, move.destinations()));
      brokers.addAll(move.sources());
      brokers.addAll(move.destinations());
    });
    leaders.forEach((topic, pairs) ->
        changes.put(
            new ConfigResource(ConfigResource.Type.TOPIC, topic),
            List.of(
                setting(LEADER_REPLICAS, String.join(",", pairs)),
                setting(
                    FOLLOWER_REPLICAS,
                    String.join(",", followers.getOrDefault(topic, new TreeSet<>()))))));
    admin.incrementalAlterConfigs(changes).all().get();
    changes.clear();
    String bytes = Long.toString(rate);
    brokers.forEach(broker ->
        changes.put(
            new ConfigResource(ConfigResource.Type.BROKER, broker.toString()),
            List.of(setting(LEADER_RATE, bytes), setting(FOLLOWER_RATE, bytes))));
    admin.incrementalAlterConfigs(changes).all().get();
    out.println("The inter-broker throttle limit was set to " + rate + " B/s");
  }

  private static Map<TopicPartition, Move> moves(
      Map<TopicPartition, PartitionReassignment> current,
      Map<TopicPartition, List<Integer>> proposed,
      Map<TopicPartition, List<Integer>> today) {
    Map<TopicPartition, Move> moves = new HashMap<>();
    current.forEach((partition, reassignment) -> {
      // During a reassignment the replicas include those that are being added.
      Set<Integer> sources = new HashSet<>(reassignment.replicas());
      sources.removeAll(Set.copyOf(reassignment.addingReplicas()));
      moves.put(partition, new Move(sources, Set.copyOf(reassignment.addingReplicas())));
    });
    proposed.forEach((partition, replicas) -> {
      Move underWay = moves.get(partition);
      Set<Integer> sources =
          underWay == null
              ? Set.copyOf(today.getOrDefault(partition, List.of()))
              : underWay.sources();
      Set<Integer> destinations = new HashSet<>(replicas);
      destinations.removeAll(sources);
      moves.put(partition, new Move(sources, destinations));
    });
    return moves;
  }

  private static List<String> pairs(TopicPartition partition, Set<Integer> brokers) {
    return brokers.stream().map(broker -> partition.partition() + ":" + broker).toList();
  }

  /** Lifts all of them: who was a source is not known any more. */
  void clear(List<ReassignmentFile.Entry> targets) throws ExecutionException, InterruptedException {
    NavigableSet<Integer> brokers = new TreeSet<>();
    admin.describeCluster().nodes().get().stream().map(Node::id).forEach(brokers::add);
    targets.forEach(target -> brokers.addAll(target.replicas()));
    out.printf(
        "Clearing broker-level throttles on broker%s %s%n",
        brokers.size() == 1 ? "" : "s",
        brokers.stream().map(String::valueOf).collect(Collectors.joining(",")));
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    brokers.forEach(broker ->
        changes.put(
            new ConfigResource(ConfigResource.Type.BROKER, broker.toString()),
            deletions(LEADER_RATE, FOLLOWER_RATE, DIRECTORY_RATE)));
    admin.incrementalAlterConfigs(changes).all().get();
    NavigableSet<String> topics = new TreeSet<>();
    targets.forEach(target -> topics.add(target.partition().topic()));
    out.printf(
        "Clearing topic-level throttles on topic%s %s%n",
        topics.size() == 1 ? "" : "s", String.join(",", topics));
    changes.clear();
    topics.forEach(topic ->
        changes.put(
            new ConfigResource(ConfigResource.Type.TOPIC, topic),
            deletions(LEADER_REPLICAS, FOLLOWER_REPLICAS)));
    admin.incrementalAlterConfigs(changes).all().get();
  }

  private static List<AlterConfigOp> deletions(String... names) {
    var deletions = new ArrayList<AlterConfigOp>();
    for (String name : names) {
      deletions.add(change(name, null, AlterConfigOp.OpType.DELETE));
    }
    return deletions;
  }

  private static AlterConfigOp setting(String name, String value) {
    return change(name, value, AlterConfigOp.OpType.SET);
  }

  private static AlterConfigOp change(
      String name, @Nullable String value, AlterConfigOp.OpType type) {
    return new AlterConfigOp(new ConfigEntry(name, value), type);
  }
}
