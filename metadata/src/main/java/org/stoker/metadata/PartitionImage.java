package org.stoker.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.protocol.record.PartitionChangeRecord;
import org.stoker.protocol.record.PartitionRecord;

/**
 * One partition as the cluster knows it.
 *
 * @param replicas broker ids, the preferred leader first
 * @param isr the replicas that have everything that was acknowledged
 * @param leader a broker id, or {@value #NO_LEADER}
 * @param leaderEpoch grows with each leader, also when the same one comes back
 * @param partitionEpoch grows with every change
 * @param recovering whether an unclean leader has not finished yet
 * @param directories the log directory of each replica, in the order of replicas
 */
public record PartitionImage(
    List<Integer> replicas,
    List<Integer> isr,
    List<Integer> removingReplicas,
    List<Integer> addingReplicas,
    List<Integer> eligibleLeaderReplicas,
    List<Integer> lastKnownEligibleLeaderReplicas,
    List<Uuid> directories,
    int leader,
    int leaderEpoch,
    int partitionEpoch,
    boolean recovering) {
  public static final int NO_LEADER = -1;

  /** What a change record says when the leader stays. */
  static final int SAME_LEADER = -2;

  private static final byte SAME_RECOVERY = -1;

  public PartitionImage {
    replicas = List.copyOf(replicas);
    isr = isr.equals(replicas) ? replicas : List.copyOf(isr);
    removingReplicas = List.copyOf(removingReplicas);
    addingReplicas = List.copyOf(addingReplicas);
    eligibleLeaderReplicas = List.copyOf(eligibleLeaderReplicas);
    lastKnownEligibleLeaderReplicas = List.copyOf(lastKnownEligibleLeaderReplicas);
    directories = List.copyOf(directories);
  }

  static PartitionImage of(PartitionRecord record) {
    return new PartitionImage(
        record.replicas(),
        record.isr(),
        record.removingReplicas(),
        record.addingReplicas(),
        orNone(record.eligibleLeaderReplicas()),
        orNone(record.lastKnownElr()),
        record.directories().isEmpty()
            ? Collections.nCopies(record.replicas().size(), LogDirectoryId.MIGRATING)
            : record.directories(),
        record.leader(),
        record.leaderEpoch(),
        record.partitionEpoch(),
        record.leaderRecoveryState() == 1);
  }

  PartitionImage changedBy(PartitionChangeRecord change) {
    List<Integer> nextReplicas = or(change.replicas(), replicas);
    return new PartitionImage(
        nextReplicas,
        or(change.isr(), isr),
        or(change.removingReplicas(), removingReplicas),
        or(change.addingReplicas(), addingReplicas),
        or(change.eligibleLeaderReplicas(), eligibleLeaderReplicas),
        or(change.lastKnownElr(), lastKnownEligibleLeaderReplicas),
        directoriesAfter(change.directories(), nextReplicas),
        change.leader() == SAME_LEADER ? leader : change.leader(),
        change.leader() == SAME_LEADER ? leaderEpoch : leaderEpoch + 1,
        partitionEpoch + 1,
        change.leaderRecoveryState() == SAME_RECOVERY
            ? recovering
            : change.leaderRecoveryState() == 1);
  }

  /** Whether replicas are on their way to or from the partition. */
  public boolean isBeingReassigned() {
    return !addingReplicas.isEmpty() || !removingReplicas.isEmpty();
  }

  /** A replica keeps its directory when the list of replicas changes around it. */
  private List<Uuid> directoriesAfter(@Nullable List<Uuid> changed, List<Integer> nextReplicas) {
    if (changed != null && !changed.isEmpty()) {
      return changed;
    }
    if (nextReplicas.equals(replicas)) {
      return directories;
    }
    List<Uuid> next = new ArrayList<>(nextReplicas.size());
    for (int replica : nextReplicas) {
      int before = replicas.indexOf(replica);
      next.add(before < 0 ? LogDirectoryId.UNASSIGNED : directories.get(before));
    }
    return next;
  }

  PartitionRecord toRecord(Uuid topicId, int partition) {
    return new PartitionRecord()
        .setTopicId(topicId)
        .setPartitionId(partition)
        .setReplicas(replicas)
        .setIsr(isr)
        .setRemovingReplicas(removingReplicas)
        .setAddingReplicas(addingReplicas)
        .setEligibleLeaderReplicas(orNull(eligibleLeaderReplicas))
        .setLastKnownElr(orNull(lastKnownEligibleLeaderReplicas))
        .setDirectories(directories)
        .setLeader(leader)
        .setLeaderEpoch(leaderEpoch)
        .setPartitionEpoch(partitionEpoch)
        .setLeaderRecoveryState((byte) (recovering ? 1 : 0));
  }

  private static <T> List<T> or(@Nullable List<T> changed, List<T> same) {
    return changed == null ? same : changed;
  }

  private static List<Integer> orNone(@Nullable List<Integer> list) {
    return list == null ? List.of() : list;
  }

  private static @Nullable List<Integer> orNull(List<Integer> list) {
    return list.isEmpty() ? null : list;
  }
}
