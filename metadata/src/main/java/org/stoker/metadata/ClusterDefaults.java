package org.stoker.metadata;

/**
 * What holds where nobody has said otherwise dynamically.
 *
 * @param partitions {@code num.partitions}
 * @param replicationFactor {@code default.replication.factor}
 * @param minInSyncReplicas {@code min.insync.replicas}
 * @param uncleanLeaders {@code unclean.leader.election.enable}
 */
public record ClusterDefaults(
    int partitions, int replicationFactor, int minInSyncReplicas, boolean uncleanLeaders) {
  /** With Kafka's defaults for what is acknowledged, and who may lead. */
  public ClusterDefaults(int partitions, int replicationFactor) {
    this(partitions, replicationFactor, 1, false);
  }
}
