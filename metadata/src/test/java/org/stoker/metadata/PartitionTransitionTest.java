package org.stoker.metadata;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.PartitionTransition.Election;
import org.stoker.protocol.record.PartitionChangeRecord;

/** Who leads and who is in sync, after one thing or another has happened to brokers 1, 2 and 3. */
final class PartitionTransitionTest {
  private static final Uuid TOPIC = new Uuid(1, 2);

  private final Set<Integer> living = new HashSet<>(Set.of(1, 2, 3, 4));
  private final Set<Integer> returning = new HashSet<>();
  private static final int MIN_IN_SYNC = 2;
  private boolean keepsEligible = true;
  private boolean allowsUnclean;
  private PartitionImage partition = image(List.of(1, 2, 3), List.of(1, 2, 3), 1);

  private final PartitionTransition.Surroundings surroundings =
      new PartitionTransition.Surroundings() {
        @Override
        public boolean mayLead(int broker) {
          return living.contains(broker);
        }

        @Override
        public boolean isReturning(int broker) {
          return returning.contains(broker);
        }

        @Override
        public int minInSyncReplicas() {
          return MIN_IN_SYNC;
        }

        @Override
        public boolean keepsEligibleReplicas() {
          return keepsEligible;
        }

        @Override
        public boolean allowsUncleanLeaders() {
          return allowsUnclean;
        }

        @Override
        public Uuid directoryOf(int broker) {
          return new Uuid(7, broker);
        }
      };

  private static PartitionImage image(List<Integer> replicas, List<Integer> isr, int leader) {
    return new PartitionImage(
        replicas,
        isr,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Collections.nCopies(replicas.size(), LogDirectoryId.UNASSIGNED),
        leader,
        5,
        50,
        false);
  }

  private PartitionTransition transition() {
    return new PartitionTransition(partition, surroundings);
  }

  /** As the controller does when brokers come and go. */
  private void brokersChange(Integer... alive) {
    living.clear();
    living.addAll(List.of(alive));
    apply(transition().isr(partition.isr().stream().filter(living::contains).toList()));
  }

  private boolean apply(PartitionTransition transition) {
    @Nullable PartitionChangeRecord record = transition.record(TOPIC, 0);
    if (record != null) {
      partition = partition.changedBy(record);
    }
    return record != null;
  }

  @Test
  void nothingChangesWhileEverybodyIsThere() {
    assertThat(apply(transition())).isFalse();
  }

  @Test
  void theNextInSyncReplicaLeadsInANewEpoch() {
    brokersChange(2, 3);

    assertThat(partition.leader()).isEqualTo(2);
    assertThat(partition.leaderEpoch()).isEqualTo(6);
    assertThat(partition.isr()).containsExactly(2, 3);
    assertThat(partition.eligibleLeaderReplicas()).isEmpty();
  }

  @Test
  void aFollowerThatGoesLeavesTheLeaderInItsEpoch() {
    brokersChange(1, 2);

    assertThat(partition.leader()).isEqualTo(1);
    assertThat(partition.leaderEpoch()).isEqualTo(5);
    assertThat(partition.isr()).containsExactly(1, 2);
  }

  @Test
  void whoLeavesBelowTheMinimumStaysEligibleAndLeadsWhenItIsTheFirstToComeBack() {
    brokersChange(1);
    assertThat(partition.isr()).containsExactly(1);
    assertThat(partition.eligibleLeaderReplicas()).containsExactlyInAnyOrder(2, 3);

    brokersChange();
    assertThat(partition.leader()).isEqualTo(PartitionImage.NO_LEADER);
    assertThat(partition.isr()).isEmpty();
    assertThat(partition.eligibleLeaderReplicas()).containsExactlyInAnyOrder(1, 2, 3);

    brokersChange(3);
    assertThat(partition.leader()).isEqualTo(3);
    assertThat(partition.isr()).containsExactly(3);
    assertThat(partition.eligibleLeaderReplicas()).containsExactlyInAnyOrder(1, 2);
    assertThat(partition.recovering()).isFalse();
  }

  @Test
  void aLoneLeaderThatReturnsInANewLifeGoesOnInANewEpoch() {
    partition = image(List.of(1), List.of(1), 1);
    living.clear();
    returning.add(1);

    apply(transition().isr(List.of()).startEpoch());

    assertThat(partition.leader()).isEqualTo(1);
    assertThat(partition.leaderEpoch()).isEqualTo(6);
    assertThat(partition.isr()).containsExactly(1);
    living.add(1);
    assertThat(apply(transition())).isFalse();
  }

  @Test
  void whoReturnsDoesNotLeadWhereAnotherCan() {
    living.remove(1);
    returning.add(1);

    apply(transition().isr(List.of(2, 3)).startEpoch());

    assertThat(partition.leader()).isEqualTo(2);
    assertThat(partition.isr()).containsExactly(2, 3);
  }

  @Test
  void enoughInSyncReplicasEndTheEligibility() {
    brokersChange(1);

    apply(transition().isr(List.of(1, 2)));

    assertThat(partition.isr()).containsExactly(1, 2);
    assertThat(partition.eligibleLeaderReplicas()).isEmpty();
    assertThat(partition.lastKnownEligibleLeaderReplicas()).isEmpty();
  }

  @Test
  void whoWasOutOfSyncWhileEnoughWereInSyncIsNotEligible() {
    partition = image(List.of(1, 2, 3), List.of(1, 2), 1);

    brokersChange(3);

    assertThat(partition.leader()).isEqualTo(PartitionImage.NO_LEADER);
    assertThat(partition.eligibleLeaderReplicas()).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void withoutEligibleReplicasTheLastOnesStayInSync() {
    keepsEligible = false;

    brokersChange(1);
    brokersChange();
    assertThat(partition.leader()).isEqualTo(PartitionImage.NO_LEADER);
    assertThat(partition.isr()).containsExactly(1);
    assertThat(partition.eligibleLeaderReplicas()).isEmpty();

    brokersChange(2, 3);
    assertThat(partition.leader()).isEqualTo(PartitionImage.NO_LEADER);

    brokersChange(1, 2, 3);
    assertThat(partition.leader()).isEqualTo(1);
  }

  @Test
  void anUncleanLeaderIsTakenOnlyWhereThatIsAllowedAndAlone() {
    partition = image(List.of(1, 2, 3), List.of(1, 2), 1);
    allowsUnclean = true;

    brokersChange(3);

    assertThat(partition.leader()).isEqualTo(3);
    assertThat(partition.isr()).containsExactly(3);
    assertThat(partition.recovering()).isTrue();
  }

  @Test
  void anOperatorMayAskForAnUncleanLeader() {
    partition = image(List.of(1, 2, 3), List.of(1, 2), 1);
    brokersChange(3);

    assertThat(apply(transition().elect(Election.UNCLEAN))).isTrue();

    assertThat(partition.leader()).isEqualTo(3);
    assertThat(partition.recovering()).isTrue();
  }

  @Test
  void whoHasLostItsDiskNeitherLeadsNorCounts() {
    brokersChange(1);
    living.addAll(Set.of(2, 3));
    living.remove(1);

    apply(transition().isr(List.of()).lost(Set.of(2)));

    assertThat(partition.leader()).isEqualTo(3);
    assertThat(partition.eligibleLeaderReplicas()).containsExactly(1);
    assertThat(partition.lastKnownEligibleLeaderReplicas()).containsExactly(2);
  }

  @Test
  void aRestartedLeaderStartsANewEpoch() {
    assertThat(apply(transition().startEpoch())).isTrue();

    assertThat(partition.leader()).isEqualTo(1);
    assertThat(partition.leaderEpoch()).isEqualTo(6);
  }

  @Test
  void thePreferredReplicaLeadsIfItIsInSync() {
    partition = image(List.of(1, 2, 3), List.of(2, 3), 2);
    assertThat(apply(transition().elect(Election.PREFERRED))).isFalse();

    partition = image(List.of(1, 2, 3), List.of(2, 3, 1), 2);
    assertThat(apply(transition().elect(Election.PREFERRED))).isTrue();
    assertThat(partition.leader()).isEqualTo(1);
  }

  @Test
  void aReassignmentEndsWhenAllWhoWereAddedAreInSync() {
    apply(transition().replicas(List.of(4, 2, 1, 3), List.of(4), List.of(1, 3)));
    assertThat(partition.replicas()).containsExactly(4, 2, 1, 3);
    assertThat(partition.isBeingReassigned()).isTrue();
    assertThat(partition.leader()).isEqualTo(1);
    assertThat(partition.directories().getFirst()).isEqualTo(new Uuid(7, 4));

    apply(transition().isr(List.of(1, 2, 3, 4)));

    assertThat(partition.replicas()).containsExactly(4, 2);
    assertThat(partition.isr()).containsExactlyInAnyOrder(2, 4);
    assertThat(partition.isBeingReassigned()).isFalse();
    assertThat(partition.leader()).isEqualTo(4);
    assertThat(partition.leaderEpoch()).isEqualTo(6);
    assertThat(partition.directories()).hasSize(2).contains(new Uuid(7, 4));
  }

  @Test
  void aChangeSaysNothingButWhatIsDifferent() {
    living.remove(3);

    PartitionChangeRecord record = requireNonNull(transition().isr(List.of(1, 2)).record(TOPIC, 0));

    assertThat(record.isr()).containsExactly(1, 2);
    assertThat(record.leader()).isEqualTo(PartitionImage.SAME_LEADER);
    assertThat(record.replicas()).isNull();
    assertThat(record.eligibleLeaderReplicas()).isNull();
    assertThat(record.leaderRecoveryState()).isEqualTo((byte) -1);
  }
}
