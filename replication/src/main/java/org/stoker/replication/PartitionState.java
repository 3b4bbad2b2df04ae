package org.stoker.replication;

import java.util.List;
import org.stoker.metadata.PartitionImage;

/**
 * What the cluster has decided about a partition, as far as its replicas act on it.
 *
 * @param leader a broker id, or {@link PartitionImage#NO_LEADER}
 * @param partitionEpoch grows with every decision
 * @param replicas all of them, those that are being added or removed too
 */
public record PartitionState(
    int leader, int leaderEpoch, int partitionEpoch, List<Integer> replicas, List<Integer> isr) {
  public PartitionState {
    replicas = List.copyOf(replicas);
    isr = List.copyOf(isr);
  }

  public static PartitionState of(PartitionImage image) {
    return new PartitionState(
        image.leader(), image.leaderEpoch(), image.partitionEpoch(), image.replicas(), image.isr());
  }
}
