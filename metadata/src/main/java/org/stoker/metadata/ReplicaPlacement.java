package org.stoker.metadata;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Seed;

/**
 * Where the replicas of new partitions go: leaders in turn over the brokers, from a random one on;
 * followers first on racks that the partition is not on yet, and shifted from one round of leaders
 * to the next, so that a broker's partitions do not all share their followers.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class ReplicaPlacement {
  private final List<BrokerImage> active;
  private final List<BrokerImage> inactive;
  private final int racks;
  private final int start;
  private final int shift;
  private int placed;

  /** There is at least one broker that is active. */
  ReplicaPlacement(Collection<BrokerImage> brokers, Seed seed) {
    active = inTurnOverRacks(brokers.stream().filter(BrokerImage::isActive).toList());
    inactive = inTurnOverRacks(brokers.stream().filter(broker -> !broker.isActive()).toList());
    racks = (int) brokers.stream().map(ReplicaPlacement::rackOf).distinct().count();
    start = seed.nextInt(active.size());
    shift = seed.nextInt(active.size());
  }

  /** The replicas of one more partition; there are at least as many brokers. */
  List<Integer> next(int replicationFactor) {
    int turn = placed++;
    List<BrokerImage> candidates = new ArrayList<>();
    int first = (start + turn) % active.size();
    candidates.add(active.get(first));
    int others = active.size() - 1;
    for (int at = 0; at < others; at++) {
      int step = 1 + (shift + turn / active.size() + at) % others;
      candidates.add(active.get((first + step) % active.size()));
    }
    // A fenced broker is better than too few replicas.
    candidates.addAll(inactive);
    return spread(candidates, replicationFactor);
  }

  private List<Integer> spread(List<BrokerImage> candidates, int replicationFactor) {
    List<Integer> replicas = new ArrayList<>(replicationFactor);
    Set<String> usedRacks = new HashSet<>();
    List<BrokerImage> passedOver = new ArrayList<>();
    for (BrokerImage broker : candidates) {
      if (replicas.size() < replicationFactor
          && usedRacks.size() < racks
          && usedRacks.add(rackOf(broker))) {
        replicas.add(broker.id());
      } else {
        passedOver.add(broker);
      }
    }
    for (BrokerImage broker : passedOver) {
      if (replicas.size() < replicationFactor) {
        replicas.add(broker.id());
      }
    }
    return replicas;
  }

  /** One of each rack, then the next of each, so that neighbours are on different racks. */
  private static List<BrokerImage> inTurnOverRacks(List<BrokerImage> brokers) {
    Map<String, ArrayDeque<BrokerImage>> byRack = new TreeMap<>();
    for (BrokerImage broker : brokers) {
      byRack.computeIfAbsent(rackOf(broker), _ -> new ArrayDeque<>()).add(broker);
    }
    List<BrokerImage> inTurn = new ArrayList<>();
    while (inTurn.size() < brokers.size()) {
      for (ArrayDeque<BrokerImage> rack : byRack.values()) {
        if (!rack.isEmpty()) {
          inTurn.add(rack.poll());
        }
      }
    }
    return inTurn;
  }

  private static String rackOf(BrokerImage broker) {
    String rack = broker.rack();
    return rack == null ? "" : rack;
  }
}
