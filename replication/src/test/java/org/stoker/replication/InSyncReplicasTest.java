package org.stoker.replication;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;

/** Broker 1 leads, 2 and 3 follow; the leader's log ended at 100 when its epoch began. */
final class InSyncReplicasTest {
  private static final Uuid TOPIC = new Uuid(1, 2);
  private static final long LAG_NS = 1_000;
  private static final long EPOCH_START = 100;

  private final InSyncReplicas replicas = leaderOf(List.of(1, 2, 3));
  private long nowNs;

  private static InSyncReplicas leaderOf(List<Integer> isr) {
    return new InSyncReplicas(1, () -> 11, state(isr, 50), EPOCH_START, 0);
  }

  private static PartitionState state(List<Integer> isr, int partitionEpoch) {
    return new PartitionState(1, 5, partitionEpoch, List.of(1, 2, 3), isr);
  }

  private void asked(InSyncReplicas leader, int broker, long flushedEnd, long leaderEnd) {
    leader.asked(broker, broker * 10L, flushedEnd, 0, leaderEnd, nowNs);
  }

  private static IsrProposal growth(InSyncReplicas leader, int broker, long highWatermark) {
    return requireNonNull(leader.growth(broker, TOPIC, 0, highWatermark, true));
  }

  @Test
  void theHighWatermarkIsTheSmallestThatAllInSyncHaveOnDisk() {
    asked(replicas, 2, 150, 200);
    asked(replicas, 3, 130, 200);

    assertThat(replicas.highWatermark(180, 100)).isEqualTo(130);
    assertThat(replicas.highWatermark(120, 100)).isEqualTo(120);
  }

  @Test
  void theHighWatermarkStaysUntilEverybodyInSyncWasHeard() {
    asked(replicas, 2, 150, 200);

    assertThat(replicas.highWatermark(180, 90)).isEqualTo(90);
  }

  @Test
  void theHighWatermarkNeverGoesBack() {
    asked(replicas, 2, 150, 200);
    asked(replicas, 3, 150, 200);

    assertThat(replicas.highWatermark(180, 160)).isEqualTo(160);
  }

  @Test
  void whoIsOutOfSyncDoesNotHoldTheHighWatermarkBack() {
    InSyncReplicas leader = leaderOf(List.of(1, 2));
    asked(leader, 2, 150, 200);
    asked(leader, 3, 10, 200);

    assertThat(leader.highWatermark(180, 100)).isEqualTo(150);
  }

  @Test
  void aFollowerThatCatchesUpIsProposedWithTheRegistrationItWasHeardIn() {
    InSyncReplicas leader = leaderOf(List.of(1, 2));
    asked(leader, 3, 150, 150);

    IsrProposal proposal = growth(leader, 3, 150);

    assertThat(proposal.isr())
        .containsExactly(
            new IsrProposal.Replica(1, 11),
            new IsrProposal.Replica(2, -1),
            new IsrProposal.Replica(3, 30));
    assertThat(proposal.leaderEpoch()).isEqualTo(5);
    assertThat(proposal.partitionEpoch()).isEqualTo(50);
  }

  @Test
  void aFollowerWithoutAllThatIsCommittedIsNotProposed() {
    InSyncReplicas leader = leaderOf(List.of(1, 2));
    asked(leader, 3, 149, 200);

    assertThat(leader.growth(3, TOPIC, 0, 150, true)).isNull();
  }

  @Test
  void aFollowerThatWasNotInThisEpochIsNotProposed() {
    InSyncReplicas leader = leaderOf(List.of(1, 2));
    asked(leader, 3, EPOCH_START - 1, EPOCH_START);

    assertThat(leader.growth(3, TOPIC, 0, 50, true)).isNull();
  }

  @Test
  void aFollowerWhoseBrokerIsNotKnownToLiveIsNotProposed() {
    InSyncReplicas leader = leaderOf(List.of(1, 2));
    asked(leader, 3, 150, 150);

    assertThat(leader.growth(3, TOPIC, 0, 150, false)).isNull();
  }

  @Test
  void whoIsProposedCountsBeforeTheAnswer() {
    InSyncReplicas leader = leaderOf(List.of(1, 2));
    asked(leader, 2, 190, 200);
    asked(leader, 3, 150, 200);
    growth(leader, 3, 150);

    assertThat(leader.highWatermark(200, 150)).isEqualTo(150);
    assertThat(leader.isr()).containsExactly(1, 2);
  }

  @Test
  void whoIsToBeDroppedCountsUntilTheAnswer() {
    asked(replicas, 2, 150, 200);
    asked(replicas, 3, 150, 200);
    nowNs = LAG_NS + 1;
    asked(replicas, 2, 200, 200);

    IsrProposal proposal = requireNonNull(replicas.shrinkage(TOPIC, 0, 200, nowNs, LAG_NS));
    assertThat(proposal.isr().stream().map(IsrProposal.Replica::brokerId)).containsExactly(1, 2);
    assertThat(replicas.highWatermark(200, 100)).isEqualTo(150);

    replicas.answered(proposal, new IsrProposal.Reply.Accepted(5, 51, List.of(1, 2)), nowNs);
    assertThat(replicas.isr()).containsExactly(1, 2);
    assertThat(replicas.highWatermark(200, 100)).isEqualTo(200);
  }

  @Test
  void whoHasEverythingIsNeverTooLate() {
    asked(replicas, 2, 200, 200);
    asked(replicas, 3, 200, 200);
    nowNs = 100 * LAG_NS;

    assertThat(replicas.shrinkage(TOPIC, 0, 200, nowNs, LAG_NS)).isNull();
  }

  @Test
  void whoAlwaysHasWhatTheLeaderHadWhenItAskedBeforeIsInSync() {
    InSyncReplicas leader = leaderOf(List.of(1, 2));
    for (long end = 200; end < 1_000; end += 100) {
      asked(leader, 2, end - 100, end);
      nowNs += LAG_NS / 2;
    }

    assertThat(leader.shrinkage(TOPIC, 0, 1_000, nowNs, LAG_NS)).isNull();
    assertThat(leader.shrinkage(TOPIC, 0, 1_000, nowNs + LAG_NS, LAG_NS)).isNotNull();
  }

  @Test
  void onlyOneProposalIsOpenAtATime() {
    InSyncReplicas leader = leaderOf(List.of(1));
    asked(leader, 2, 150, 150);
    asked(leader, 3, 150, 150);
    IsrProposal first = growth(leader, 2, 150);

    assertThat(leader.growth(3, TOPIC, 0, 150, true)).isNull();

    leader.answered(first, new IsrProposal.Reply.Declined(ErrorCode.INELIGIBLE_REPLICA), nowNs);
    assertThat(leader.isr()).containsExactly(1);
    assertThat(growth(leader, 3, 150).isr()).hasSize(2);
  }

  @Test
  void anAnswerThatSaysNothingKeepsBothSetsUntilTheLogTells() {
    InSyncReplicas leader = leaderOf(List.of(1, 2));
    asked(leader, 2, 200, 200);
    asked(leader, 3, 150, 150);
    IsrProposal proposal = growth(leader, 3, 150);

    leader.answered(
        proposal, new IsrProposal.Reply.Outdated(ErrorCode.INVALID_UPDATE_VERSION), nowNs);
    assertThat(leader.isProposing()).isTrue();
    assertThat(leader.highWatermark(200, 100)).isEqualTo(150);

    leader.holds(state(List.of(1, 2), 52), nowNs);
    assertThat(leader.isProposing()).isFalse();
    assertThat(leader.highWatermark(200, 150)).isEqualTo(200);
  }

  @Test
  void olderNewsAndOtherEpochsAreIgnored() {
    replicas.holds(state(List.of(1), 50), nowNs);
    replicas.holds(new PartitionState(1, 6, 60, List.of(1, 2, 3), List.of(1)), nowNs);

    assertThat(replicas.isr()).containsExactly(1, 2, 3);
  }

  @Test
  void anEarlierLifeOfAFollowerIsNotHeardAnyMore() {
    replicas.asked(2, 21, 150, 0, 200, nowNs);
    replicas.asked(2, 20, 190, 0, 200, nowNs);
    asked(replicas, 3, 200, 200);

    assertThat(replicas.highWatermark(200, 100)).isEqualTo(150);
  }

  @Test
  void whatIsDroppedByAllWhoLiveIsTheLowWatermark() {
    // Each follower says that its log begins at 0.
    asked(replicas, 2, 150, 200);

    assertThat(replicas.lowWatermark(70, _ -> true)).as("3 was not heard").isEqualTo(-1);
    assertThat(replicas.lowWatermark(70, broker -> broker == 2)).isEqualTo(0);
    assertThat(replicas.lowWatermark(70, _ -> false)).isEqualTo(70);
  }

  @Test
  void aBrokerThatIsNoReplicaIsNotHeard() {
    asked(replicas, 9, 150, 200);

    assertThat(replicas.growth(9, TOPIC, 0, 100, true)).isNull();
  }
}
