package org.stoker.metadata;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Uuid;
import org.stoker.protocol.record.PartitionChangeRecord;

/**
 * From what a partition is to what it should be: finishes a reassignment that has come to its end,
 * keeps account of who has everything that was acknowledged (KIP-966), and chooses the leader last.
 *
 * <p>An acknowledged record is on the disk of each replica that was in sync, so whoever left the
 * in-sync set while it shrank below min.insync.replicas still has everything: nothing is committed
 * while the set is that small. Those are the eligible leader replicas.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class PartitionTransition {
  /** How the leader is chosen. */
  enum Election {
    /** The leader stays if it can. */
    ONLY_IF_NEEDED,
    /** The first of the replicas, if it is in sync; otherwise as above. */
    PREFERRED,
    /** As the first, and if nobody has all records, anybody who lives. */
    UNCLEAN
  }

  /** What the surroundings of a partition say. */
  interface Surroundings {
    /** Whether the broker lives, and has the disk on which it kept the partition. */
    boolean mayLead(int broker);

    /** Whether the broker has just come back in a new life, and is about to serve. */
    boolean isReturning(int broker);

    /** {@code min.insync.replicas} of the topic. */
    int minInSyncReplicas();

    /** Whether the cluster keeps eligible leader replicas. */
    boolean keepsEligibleReplicas();

    /** {@code unclean.leader.election.enable} of the topic. */
    boolean allowsUncleanLeaders();

    /** Where a broker puts a partition that is new to it. */
    Uuid directoryOf(int broker);
  }

  private final PartitionImage before;
  private final Surroundings surroundings;
  private List<Integer> replicas;
  private List<Integer> adding;
  private List<Integer> removing;
  private List<Integer> isr;
  private List<Integer> eligible;
  private List<Integer> lastKnownEligible;
  private Set<Integer> lost = Set.of();
  private List<Uuid> directories;
  private int leader;
  private boolean recovering;
  private boolean startsEpoch;
  private Election election = Election.ONLY_IF_NEEDED;

  PartitionTransition(PartitionImage before, Surroundings surroundings) {
    this.before = before;
    this.surroundings = surroundings;
    this.replicas = before.replicas();
    this.adding = before.addingReplicas();
    this.removing = before.removingReplicas();
    this.isr = before.isr();
    this.eligible = before.eligibleLeaderReplicas();
    this.lastKnownEligible = before.lastKnownEligibleLeaderReplicas();
    this.leader = before.leader();
    this.recovering = before.recovering();
    this.directories = before.directories();
  }

  PartitionTransition elect(Election how) {
    election = how;
    return this;
  }

  /**
   * The leader starts a new epoch even if it is the same: it may have lost what was not flushed.
   */
  PartitionTransition startEpoch() {
    startsEpoch = true;
    return this;
  }

  PartitionTransition isr(List<Integer> wanted) {
    isr = List.copyOf(wanted);
    return this;
  }

  /** These have lost their disk, and with it what they had acknowledged. */
  PartitionTransition lost(Set<Integer> brokers) {
    lost = Set.copyOf(brokers);
    return this;
  }

  /** A replica is in that log directory. */
  PartitionTransition directory(int broker, Uuid directory) {
    List<Uuid> changed = new ArrayList<>(before.directories());
    changed.set(before.replicas().indexOf(broker), directory);
    directories = List.copyOf(changed);
    return this;
  }

  PartitionTransition recovered() {
    recovering = false;
    return this;
  }

  /**
   * Reassigns.
   *
   * @param wanted the replicas in their new order, followed by those that are about to go
   */
  PartitionTransition replicas(List<Integer> wanted, List<Integer> toAdd, List<Integer> toRemove) {
    replicas = List.copyOf(wanted);
    adding = List.copyOf(toAdd);
    removing = List.copyOf(toRemove);
    return this;
  }

  /** The change; null if everything stays as it is. */
  @Nullable PartitionChangeRecord record(Uuid topicId, int partition) {
    isr = without(lost, isr);
    finishReassignment();
    accountForEligible();
    chooseLeader();
    return difference(topicId, partition);
  }

  private void finishReassignment() {
    if (adding.isEmpty() && removing.isEmpty()) {
      return;
    }
    List<Integer> remaining = without(Set.copyOf(removing), isr);
    if (!remaining.isEmpty() && remaining.containsAll(adding)) {
      replicas = without(Set.copyOf(removing), replicas);
      isr = remaining;
      adding = List.of();
      removing = List.of();
    }
  }

  private void accountForEligible() {
    Set<Integer> had = new LinkedHashSet<>(eligible);
    had.addAll(before.isr());
    had.retainAll(replicas);
    isr = among(replicas, isr);
    if (!surroundings.keepsEligibleReplicas()) {
      eligible = List.of();
      lastKnownEligible = List.of();
      keepTheLastInSync(had);
      return;
    }
    if (isr.size() >= Math.min(surroundings.minInSyncReplicas(), replicas.size())) {
      eligible = List.of();
      lastKnownEligible = List.of();
      return;
    }
    Set<Integer> formerly = new LinkedHashSet<>(lastKnownEligible);
    formerly.addAll(had);
    had.removeAll(isr);
    had.removeAll(lost);
    eligible = List.copyOf(had);
    formerly.retainAll(replicas);
    formerly.removeAll(isr);
    formerly.removeAll(eligible);
    lastKnownEligible = List.copyOf(formerly);
  }

  /** Without eligible replicas the last ones stay in sync however they fare. */
  private void keepTheLastInSync(Set<Integer> had) {
    if (isr.isEmpty()) {
      isr = without(lost, List.copyOf(had));
    }
  }

  private void chooseLeader() {
    int preferred = replicas.getFirst();
    if (election == Election.PREFERRED && mayLeadInSync(preferred)) {
      leader = preferred;
      return;
    }
    if (leader != PartitionImage.NO_LEADER && replicas.contains(leader) && mayLeadInSync(leader)) {
      return;
    }
    leader = firstOf(replicas, this::mayLeadInSync);
    if (leader == PartitionImage.NO_LEADER) {
      leader = firstOf(replicas, this::isEligible);
      takeAsOnlyInSync();
    }
    if (leader == PartitionImage.NO_LEADER && mayGoOnLeading(before.leader())) {
      // Nobody else can, and it will in a moment: one change instead of two.
      leader = before.leader();
      takeAsOnlyInSync();
    }
    boolean isUncleanAllowed = election == Election.UNCLEAN || surroundings.allowsUncleanLeaders();
    if (leader == PartitionImage.NO_LEADER && isUncleanAllowed) {
      leader = firstOf(replicas, surroundings::mayLead);
      recovering |= leader != PartitionImage.NO_LEADER;
      eligible = leader == PartitionImage.NO_LEADER ? eligible : List.of();
      takeAsOnlyInSync();
    }
  }

  private void takeAsOnlyInSync() {
    if (leader != PartitionImage.NO_LEADER) {
      Set<Integer> others = new LinkedHashSet<>(eligible);
      others.remove(leader);
      boolean isEnough = 1 >= Math.min(surroundings.minInSyncReplicas(), replicas.size());
      isr = List.of(leader);
      eligible = isEnough ? List.of() : List.copyOf(others);
      lastKnownEligible = isEnough ? List.of() : without(Set.of(leader), lastKnownEligible);
    }
  }

  private boolean mayLeadInSync(int broker) {
    return isr.contains(broker) && surroundings.mayLead(broker);
  }

  private boolean isEligible(int broker) {
    return eligible.contains(broker) && surroundings.mayLead(broker);
  }

  private boolean mayGoOnLeading(int broker) {
    return (isr.contains(broker) || eligible.contains(broker)) && surroundings.isReturning(broker);
  }

  private static int firstOf(List<Integer> replicas, IntPredicate wanted) {
    for (int replica : replicas) {
      if (wanted.test(replica)) {
        return replica;
      }
    }
    return PartitionImage.NO_LEADER;
  }

  private @Nullable PartitionChangeRecord difference(Uuid topicId, int partition) {
    var change = new PartitionChangeRecord().setTopicId(topicId).setPartitionId(partition);
    boolean isChanged = false;
    // A replica that was dismissed must not be taken for one that fetches in the present epoch.
    boolean isAnyDismissed = !replicas.containsAll(before.replicas());
    boolean isNewEpoch =
        leader != before.leader()
            || (leader != PartitionImage.NO_LEADER && (startsEpoch || isAnyDismissed));
    if (isNewEpoch) {
      change.setLeader(leader);
      isChanged = true;
    }
    if (!isr.equals(before.isr())) {
      change.setIsr(isr);
      isChanged = true;
    }
    if (!replicas.equals(before.replicas())) {
      change.setReplicas(replicas).setDirectories(directories(surroundings::directoryOf));
      isChanged = true;
    } else if (!directories.equals(before.directories())) {
      change.setDirectories(directories);
      isChanged = true;
    }
    if (!adding.equals(before.addingReplicas())) {
      change.setAddingReplicas(adding);
      isChanged = true;
    }
    if (!removing.equals(before.removingReplicas())) {
      change.setRemovingReplicas(removing);
      isChanged = true;
    }
    if (!eligible.equals(before.eligibleLeaderReplicas())) {
      change.setEligibleLeaderReplicas(eligible);
      isChanged = true;
    }
    if (!lastKnownEligible.equals(before.lastKnownEligibleLeaderReplicas())) {
      change.setLastKnownElr(lastKnownEligible);
      isChanged = true;
    }
    if (recovering != before.recovering()) {
      change.setLeaderRecoveryState((byte) (recovering ? 1 : 0));
      isChanged = true;
    }
    return isChanged ? change : null;
  }

  /** A replica keeps its directory when the list of replicas changes around it. */
  private List<Uuid> directories(IntFunction<Uuid> ofNewReplica) {
    List<Uuid> next = new ArrayList<>(replicas.size());
    for (int replica : replicas) {
      int at = before.replicas().indexOf(replica);
      next.add(at < 0 ? ofNewReplica.apply(replica) : directories.get(at));
    }
    return next;
  }

  private static List<Integer> without(Set<Integer> brokers, List<Integer> list) {
    List<Integer> rest = new ArrayList<>(list);
    rest.removeAll(brokers);
    return List.copyOf(rest);
  }

  /** Those of the list that are replicas, in the list's own order. */
  private static List<Integer> among(List<Integer> replicas, List<Integer> list) {
    List<Integer> rest = new ArrayList<>(list);
    rest.retainAll(replicas);
    return List.copyOf(rest);
  }
}
