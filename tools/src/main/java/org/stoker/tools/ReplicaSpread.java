package org.stoker.tools;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.Node;

/**
 * Spreads the partitions of a topic over brokers: leaders in turn, followers on other racks first
 * and shifted from round to round. The same brokers give the same answer, so that a proposal can be
 * looked at twice.
 */
final class ReplicaSpread {
  private final List<Node> brokers;
  private final boolean mindsRacks;

  ReplicaSpread(Collection<Node> nodes, boolean mindsRacks) {
    long rackless = nodes.stream().filter(node -> node.rack() == null).count();
    if (mindsRacks && rackless != 0 && rackless != nodes.size()) {
      throw new ToolFailure(
          "Not all brokers have rack information. Add --disable-rack-aware in command line to make"
              + " replica assignment without rack information.");
    }
    this.mindsRacks = mindsRacks && rackless == 0;
    this.brokers = inTurnOverRacks(nodes);
  }

  private List<Node> inTurnOverRacks(Collection<Node> nodes) {
    Map<String, ArrayDeque<Node>> byRack = new TreeMap<>();
    nodes.stream()
        .sorted((a, b) -> Integer.compare(a.id(), b.id()))
        .forEach(node -> byRack.computeIfAbsent(rackOf(node), _ -> new ArrayDeque<>()).add(node));
    var inTurn = new ArrayList<Node>();
    while (inTurn.size() < nodes.size()) {
      for (ArrayDeque<Node> rack : byRack.values()) {
        Node next = rack.poll();
        if (next != null) {
          inTurn.add(next);
        }
      }
    }
    return inTurn;
  }

  private String rackOf(Node node) {
    return mindsRacks ? node.rack() : "";
  }

  /** The brokers of one partition. */
  List<Integer> replicas(int partition, int replicationFactor) {
    if (brokers.isEmpty()) {
      throw new ToolFailure(
          "All brokers are currently fenced, or have all their log directories cordoned.");
    }
    if (replicationFactor > brokers.size()) {
      throw new ToolFailure(
          "Replication factor: %d larger than available brokers: %d."
              .formatted(replicationFactor, brokers.size()));
    }
    int count = brokers.size();
    var candidates = new ArrayList<Node>(List.of(brokers.get(partition % count)));
    for (int at = 0; at < count - 1; at++) {
      int step = 1 + (partition / count + at) % (count - 1);
      candidates.add(brokers.get((partition + step) % count));
    }
    int racks = (int) brokers.stream().map(this::rackOf).distinct().count();
    var replicas = new ArrayList<Integer>();
    Set<String> used = new HashSet<>();
    while (replicas.size() < replicationFactor) {
      if (used.size() == racks) {
        used.clear();
      }
      Node next =
          candidates.stream()
              .filter(node -> !used.contains(rackOf(node)))
              .findFirst()
              .orElse(candidates.getFirst());
      used.add(rackOf(next));
      candidates.remove(next);
      replicas.add(next.id());
    }
    return replicas;
  }
}
