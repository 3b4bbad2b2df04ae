package org.stoker.replication;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;

/**
 * A leader's account of its followers during one leader epoch: how far each has got on its disk,
 * and who is in sync.
 *
 * <p>A follower asks from where its disk ends, so what it asks for says what it has. The set that
 * counts for the high watermark is the larger of what holds and what was proposed: while nobody
 * knows whether a proposal holds, a replica that it adds must have everything that is committed,
 * and one that it drops may still be counted on by the next leader.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class InSyncReplicas {
  private static final long UNKNOWN = -1;

  private final int self;
  private final LongSupplier selfEpoch;
  private final long epochStartOffset;
  private final Map<Integer, Follower> followers = new HashMap<>();
  private PartitionState committed;
  private @Nullable IsrProposal pending;

  private static final class Follower {
    private long brokerEpoch = UNKNOWN;
    private long flushedEnd = UNKNOWN;
    private long logStartOffset = UNKNOWN;
    // When it last had all that the leader had, and where the leader ended when it last asked.
    private long caughtUpNs;
    private long askedNs;
    private long leaderEndWhenAsked = UNKNOWN;
  }

  /**
   * Begins an epoch.
   *
   * @param selfEpoch this broker's registration, which may become another while it leads
   * @param epochStartOffset where the leader's log ended when it began to lead
   */
  InSyncReplicas(
      int self,
      LongSupplier selfEpoch,
      PartitionState committed,
      long epochStartOffset,
      long nowNs) {
    this.self = self;
    this.selfEpoch = selfEpoch;
    this.committed = committed;
    this.epochStartOffset = epochStartOffset;
    know(committed.replicas(), nowNs);
  }

  private void know(List<Integer> replicas, long nowNs) {
    followers.keySet().retainAll(replicas);
    for (int replica : replicas) {
      if (replica != self && !followers.containsKey(replica)) {
        var follower = new Follower();
        // It has as long as anybody to show that it keeps up.
        follower.caughtUpNs = nowNs;
        followers.put(replica, follower);
      }
    }
  }

  PartitionState committed() {
    return committed;
  }

  List<Integer> isr() {
    return committed.isr();
  }

  /** Whether fewer are in sync than acks=all asks for. */
  boolean hasTooFew(int minInSync) {
    return isr().size() < required(minInSync);
  }

  /** A partition cannot be asked for more replicas than it has. */
  private int required(int minInSync) {
    return Math.min(minInSync, committed.replicas().size());
  }

  /** What a producer hears then. */
  String tooFew(int minInSync, TopicPartition partition) {
    return "The size of the current ISR : %d is insufficient to satisfy the min.isr requirement of"
            .formatted(isr().size())
        + " %d for partition %s, live replica(s) broker.id are : %s"
            .formatted(required(minInSync), partition, isr());
  }

  boolean isReplica(int broker) {
    return committed.replicas().contains(broker);
  }

  /** The cluster's log or the controller's answer says what holds; older news is ignored. */
  void holds(PartitionState state, long nowNs) {
    if (state.leaderEpoch() == committed.leaderEpoch()
        && state.partitionEpoch() > committed.partitionEpoch()) {
      committed = state;
      pending = null;
      know(state.replicas(), nowNs);
    }
  }

  // ---- What followers say.

  /**
   * A follower asks for what comes at {@code flushedEnd}.
   *
   * @param leaderEnd where this leader's log ends
   */
  void asked(
      int broker,
      long brokerEpoch,
      long flushedEnd,
      long logStartOffset,
      long leaderEnd,
      long nowNs) {
    Follower follower = followers.get(broker);
    if (follower == null || brokerEpoch < follower.brokerEpoch) {
      return;
    }
    if (flushedEnd >= leaderEnd) {
      follower.caughtUpNs = nowNs;
    } else if (follower.leaderEndWhenAsked != UNKNOWN
        && flushedEnd >= follower.leaderEndWhenAsked) {
      follower.caughtUpNs = Math.max(follower.caughtUpNs, follower.askedNs);
    }
    follower.brokerEpoch = brokerEpoch;
    follower.flushedEnd = flushedEnd;
    follower.logStartOffset = logStartOffset;
    follower.askedNs = nowNs;
    follower.leaderEndWhenAsked = leaderEnd;
  }

  /**
   * What every replica has dropped whose broker lives; −1 while one of them has not been heard.
   *
   * @param lives whether a broker does
   */
  long lowWatermark(long ownLogStart, IntPredicate lives) {
    long lowest = ownLogStart;
    for (Map.Entry<Integer, Follower> follower : followers.entrySet()) {
      if (lives.test(follower.getKey())) {
        lowest = Math.min(lowest, follower.getValue().logStartOffset);
      }
    }
    return lowest;
  }

  // ---- The high watermark.

  /**
   * The smallest offset that all who count have on disk.
   *
   * @param current the high watermark so far; it is returned while some follower was not heard
   */
  long highWatermark(long ownFlushedEnd, long current) {
    long smallest = smallestOnDisk(committed.isr(), ownFlushedEnd);
    IsrProposal proposal = pending;
    if (proposal != null) {
      smallest = Math.min(smallest, smallestOnDisk(proposal.brokerIds(), ownFlushedEnd));
    }
    return Math.max(current, smallest);
  }

  /** Below every offset if somebody was not heard yet. */
  private long smallestOnDisk(List<Integer> isr, long ownFlushedEnd) {
    long smallest = ownFlushedEnd;
    for (int replica : isr) {
      Follower follower = followers.get(replica);
      if (follower != null) {
        smallest = Math.min(smallest, follower.flushedEnd);
      }
    }
    return smallest;
  }

  // ---- Proposals.

  /**
   * A set with this follower, if it has earned it: it has all that is committed, and has been in
   * this epoch.
   *
   * @param mayBeInSync whether its broker is known to live, in the registration that it was heard
   *     with
   */
  @Nullable IsrProposal growth(
      int broker, Uuid topicId, int partition, long highWatermark, boolean mayBeInSync) {
    Follower follower = followers.get(broker);
    if (pending != null
        || follower == null
        || !mayBeInSync
        || committed.isr().contains(broker)
        || follower.flushedEnd < Math.max(highWatermark, epochStartOffset)) {
      return null;
    }
    List<Integer> isr = new ArrayList<>(committed.isr());
    isr.add(broker);
    return propose(topicId, partition, isr);
  }

  /** A set without those who have not caught up for too long; null if all have. */
  @Nullable IsrProposal shrinkage(
      Uuid topicId, int partition, long leaderEnd, long nowNs, long mostLagNs) {
    if (pending != null) {
      return null;
    }
    List<Integer> isr = new ArrayList<>(committed.isr());
    isr.removeIf(replica -> {
      Follower follower = followers.get(replica);
      return follower != null
          && follower.flushedEnd < leaderEnd
          && nowNs - follower.caughtUpNs > mostLagNs;
    });
    return isr.size() == committed.isr().size() ? null : propose(topicId, partition, isr);
  }

  long brokerEpoch(int broker) {
    Follower follower = followers.get(broker);
    return follower == null ? UNKNOWN : follower.brokerEpoch;
  }

  private IsrProposal propose(Uuid topicId, int partition, List<Integer> isr) {
    List<IsrProposal.Replica> replicas = new ArrayList<>(isr.size());
    for (int broker : isr) {
      replicas.add(
          new IsrProposal.Replica(
              broker, broker == self ? selfEpoch.getAsLong() : brokerEpoch(broker)));
    }
    var proposal =
        new IsrProposal(
            topicId, partition, committed.leaderEpoch(), committed.partitionEpoch(), replicas);
    pending = proposal;
    return proposal;
  }

  /** The controller has answered; only what it accepted, or declined as a whole, is known. */
  void answered(IsrProposal proposal, IsrProposal.Reply reply, long nowNs) {
    if (!proposal.equals(pending)) {
      return;
    }
    switch (reply) {
      case IsrProposal.Reply.Accepted(int leaderEpoch, int partitionEpoch, List<Integer> isr) ->
          holds(
              new PartitionState(
                  committed.leader(), leaderEpoch, partitionEpoch, committed.replicas(), isr),
              nowNs);
      case IsrProposal.Reply.Declined _ -> pending = null;
      // Until the cluster's log tells, both sets count.
      case IsrProposal.Reply.Outdated _ -> {}
    }
  }

  boolean isProposing() {
    return pending != null;
  }
}
