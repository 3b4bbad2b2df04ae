package org.stoker.replication;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which replicas of a topic are throttled, as {@code leader.replication.throttled.replicas} and its
 * counterpart say it.
 *
 * @param all whether all are, whatever the rest says
 * @param brokers by partition
 */
public record ThrottledReplicas(boolean all, Map<Integer, Set<Integer>> brokers) {
  public static final ThrottledReplicas NONE = new ThrottledReplicas(false, Map.of());

  private static final String EVERY = "*";

  public ThrottledReplicas {
    brokers = Map.copyOf(brokers);
  }

  /** Reads {@code partition:broker} pairs, or one star; what is wrong was refused before. */
  public static ThrottledReplicas of(List<String> pairs) {
    if (pairs.contains(EVERY)) {
      return new ThrottledReplicas(true, Map.of());
    }
    Map<Integer, Set<Integer>> brokers = new HashMap<>();
    for (String pair : pairs) {
      int colon = pair.indexOf(':');
      brokers
          .computeIfAbsent(Integer.valueOf(pair.substring(0, colon)), _ -> new HashSet<>())
          .add(Integer.valueOf(pair.substring(colon + 1)));
    }
    return new ThrottledReplicas(false, brokers);
  }

  boolean contains(int partition, int broker) {
    return all || brokers.getOrDefault(partition, Set.of()).contains(broker);
  }
}
