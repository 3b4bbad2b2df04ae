package org.stoker.handlers;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.replication.ReplicaRole;

/**
 * Which replica a consumer reads from (KIP-392): one in its own rack, if the cluster is told to
 * look for one; whoever is in sync has all that is committed.
 */
final class ReadReplicas {
  static final int LEADER = -1;

  private final Supplier<ClusterImage> image;
  private final int self;
  private final boolean looksAtRacks;

  /**
   * @param looksAtRacks whether {@code replica.selector.class} names the rack-aware selector
   */
  ReadReplicas(Supplier<ClusterImage> image, int self, boolean looksAtRacks) {
    this.image = image;
    this.self = self;
    this.looksAtRacks = looksAtRacks;
  }

  /**
   * The broker that is closer to the consumer than this one; {@link #LEADER} if none is, or this
   * one does not lead.
   *
   * @param spread partitions with different numbers go to different brokers of a rack
   */
  int closerThanLeader(ReplicaRole role, String clientRack, int spread) {
    if (!looksAtRacks
        || clientRack.isEmpty()
        || !(role instanceof ReplicaRole.Leader leader)
        || isIn(clientRack, image.get().broker(self))) {
      return LEADER;
    }
    List<Integer> closer =
        leader.isr().stream().filter(id -> isIn(clientRack, image.get().broker(id))).toList();
    return closer.isEmpty() ? LEADER : closer.get(Math.floorMod(spread, closer.size()));
  }

  private static boolean isIn(String rack, @Nullable BrokerImage broker) {
    return broker != null && broker.isActive() && Objects.equals(broker.rack(), rack);
  }
}
