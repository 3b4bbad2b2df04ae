package org.stoker.metadata;

import java.util.Map;

/**
 * What a cluster can do at one of several levels, chosen for all its brokers together (KIP-584).
 * The levels of Kafka's other features would promise what is not here.
 */
public final class Features {
  /** Whether partitions keep account of who has everything outside of the in-sync set (KIP-966). */
  public static final String ELIGIBLE_LEADER_REPLICAS = "eligible.leader.replicas.version";

  /** What this version of the broker can work at. */
  public static final Map<String, FeatureRange> SUPPORTED =
      Map.of(ELIGIBLE_LEADER_REPLICAS, new FeatureRange((short) 0, (short) 1));

  /** What clusters are founded with; older ones go on as they are. */
  public static final Map<String, Short> OF_NEW_CLUSTERS =
      Map.of(ELIGIBLE_LEADER_REPLICAS, (short) 1);

  private Features() {}

  /** The level that the cluster is at; 0 if it never rose above. */
  static short level(ClusterImage image, String feature) {
    return image.features().getOrDefault(feature, (short) 0);
  }
}
