package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.HeapBudget;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.EncodedRecord;
import org.stoker.coordinator.runtime.Shard;
import org.stoker.coordinator.runtime.Shards;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.BatchBuilder;
import org.stoker.records.Compression;
import org.stoker.records.CompressionType;
import org.stoker.records.ControlRecord;
import org.stoker.records.RecordBatch;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/** Loading, leading and resigning; what becomes of those who wait. */
@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class ShardTest {
  private final GroupRig rig = new GroupRig();

  @Test
  void beforeItIsStartedNobodyIsServed() {
    GroupCoordinator groups = notStarted();

    assertThat(groups.heartbeat(new HeartbeatCommand("g", "m", null, 1)).join())
        .isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(GroupRig.only(groups.commitOffsets(commit(1)).join()))
        .isEqualTo(ErrorCode.NOT_COORDINATOR);
    // Not refused: clients would ask on until the topic is there, and nobody may ever need it.
    assertThat(groups.listGroups(Set.of(), Set.of(), _ -> true).join().error())
        .isEqualTo(ErrorCode.NONE);
    assertThat(groups.deleteGroups(List.of("g")).join())
        .containsEntry("g", ErrorCode.NOT_COORDINATOR);
  }

  private GroupCoordinator notStarted() {
    var clock = new SimulatedClock();
    return Coordinators.of(
        GroupRig.NO_DELAY,
        GroupMemory.ofHeap(1 << 28, new HeapBudget(1 << 28), clock),
        new SplitMixSeed(1),
        rig.log,
        clock,
        partition -> new CallerRunsLane("shard", Runnable::run));
  }

  @Test
  void groupsBelongToAllPartitionsOfATopicThatHasGrown() {
    GroupCoordinator groups = notStarted();
    groups.start(1);

    groups.start(3);

    assertThat(groups.partitionFor("g")).isEqualTo(Shards.partitionFor("g", 3));
    groups.resign(2, 1);
    assertThat(groups.heartbeat(new HeartbeatCommand("g", "m", null, 1)).join())
        .isEqualTo(ErrorCode.NOT_COORDINATOR);
  }

  private static CommitOffsetsCommand commit(long offset) {
    return GroupRig.commitCommand("lone", "", -1, offset);
  }

  @Test
  void whoAsksABrokerThatDoesNotLeadIsSentElsewhere() {
    rig.stableGroup(1);

    rig.resign();

    assertThat(rig.heartbeat("m", 1)).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(rig.rejoin("m").join().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(GroupRig.only(rig.groups.commitOffsets(commit(1)).join()))
        .isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(rig.committedStable("lone", false).join().error())
        .isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(rig.committedStable("lone", true).join().error())
        .isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(rig.described().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(rig.groups.listGroups(Set.of(), Set.of(), _ -> true).join())
        .as("others list what they lead")
        .isEqualTo(new GroupCoordinator.Listing(ErrorCode.NONE, List.of()));
  }

  @Test
  void whileTheLogIsReadEverybodyIsAskedToWaitButHeartbeatsAreFine() {
    String member = rig.stableGroup(1).get(0);
    rig.resign();
    rig.log.holdLoads(true);

    rig.lead();

    assertThat(rig.rejoin(member).join().error()).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    assertThat(rig.committedStable("lone", true).join().error())
        .isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    assertThat(rig.groups.listGroups(Set.of(), Set.of(), _ -> true).join().error())
        .isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    assertThat(rig.heartbeat(member, 1)).isEqualTo(ErrorCode.NONE);
    rig.log.finishOldestLoad(ErrorCode.NONE);
    assertThat(rig.heartbeat(member, 1)).isEqualTo(ErrorCode.NONE);
    assertThat(rig.state()).isEqualTo("Stable");
  }

  @Test
  void aLogThatCannotBeReadIsTriedAgain() {
    rig.groups.commitOffsets(commit(7));
    rig.resign();
    rig.log.holdLoads(true);
    rig.lead();

    rig.log.finishOldestLoad(ErrorCode.KAFKA_STORAGE_ERROR);
    assertThat(rig.log.heldLoadCount()).isZero();
    rig.clock.advanceMs(Shard.LOAD_RETRY_MS);
    rig.log.finishOldestLoad(ErrorCode.NONE);

    assertThat(rig.committed("lone")).isEqualTo(7);
  }

  @Test
  void aLogThatStaysUnreadableIsTriedLessAndLessOften() {
    rig.resign();
    rig.log.holdLoads(true);
    rig.lead();

    for (long waitMs = Shard.LOAD_RETRY_MS; waitMs < 64_000; waitMs *= 2) {
      rig.log.finishOldestLoad(ErrorCode.KAFKA_STORAGE_ERROR);
      rig.clock.advanceMs(Math.min(waitMs, Shard.MAX_LOAD_RETRY_MS) - 1);
      assertThat(rig.log.heldLoadCount()).as("before %d ms", waitMs).isZero();
      rig.clock.advanceMs(1);
      assertThat(rig.log.heldLoadCount()).as("after %d ms", waitMs).isEqualTo(1);
    }
    rig.log.finishOldestLoad(ErrorCode.KAFKA_STORAGE_ERROR);
    rig.clock.advanceMs(Shard.MAX_LOAD_RETRY_MS);
    assertThat(rig.log.heldLoadCount()).isEqualTo(1);
  }

  @Test
  void nothingIsServedFromALogWithABatchThatCannotBeRead() {
    rig.groups.commitOffsets(commit(7));
    rig.groups.commitOffsets(GroupRig.commitCommand("other", "", -1, 8));
    // The count of its records no longer fits them.
    RecordBatch second = rig.log.batch(1);
    second.buffer().putInt(57, 2);

    rig.reload();

    assertThat(rig.committedStable("lone", false).join().error())
        .as("what it committed last may be in what cannot be read")
        .isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    second.buffer().putInt(57, 1);
    rig.clock.advanceMs(Shard.LOAD_RETRY_MS);
    assertThat(rig.committed("lone")).isEqualTo(7);
    assertThat(rig.committed("other")).isEqualTo(8);
  }

  @Test
  void aLoadThatWasOvertakenByAResignationCountsForNothing() {
    rig.resign();
    rig.log.holdLoads(true);
    rig.lead();
    rig.resign();

    rig.log.finishOldestLoad(ErrorCode.NONE);

    assertThat(rig.heartbeat("m", 1)).isEqualTo(ErrorCode.NOT_COORDINATOR);
  }

  @Test
  void anElectionThatIsHeardOfAfterALaterResignationIsIgnored() {
    rig.groups.resign(0, 6);

    rig.groups.becomeLeader(0, 5);

    assertThat(rig.heartbeat("m", 1)).isEqualTo(ErrorCode.NOT_COORDINATOR);
    rig.groups.becomeLeader(0, 7);
    assertThat(GroupRig.only(rig.groups.commitOffsets(commit(7)).join())).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void resignationsOnlyEverCountForward() {
    rig.groups.resign(0, 6);
    rig.groups.resign(0, 3);

    rig.groups.becomeLeader(0, 5);

    assertThat(rig.heartbeat("m", 1)).isEqualTo(ErrorCode.NOT_COORDINATOR);
  }

  @Test
  void nothingIsLedOnceTheCoordinatorHasStopped() {
    rig.log.holdLoads(true);
    rig.groups.stop();

    rig.lead();

    assertThat(rig.log.heldLoadCount()).isZero();
  }

  @Test
  void aResignationOfAnEarlierEpochIsIgnored() {
    rig.lead();

    rig.groups.resign(0, rig.leaderEpoch() - 1);

    assertThat(GroupRig.only(rig.groups.commitOffsets(commit(7)).join())).isEqualTo(ErrorCode.NONE);
    assertThat(rig.log.lastEpoch()).isEqualTo(rig.leaderEpoch());
  }

  @Test
  void aLeaderThatIsElectedAgainGoesOnWithWhatItKnows() {
    List<String> members = rig.stableGroup(2);
    CompletableFuture<JoinGroupReply> waiting = rig.rejoin(members.get(0));

    rig.lead();
    rig.rejoin(members.get(1));

    assertThat(waiting.join().generationId()).isEqualTo(2);
  }

  @Test
  void whoWaitsWhenLeadershipEndsIsSentElsewhere() {
    List<String> members = rig.stableGroup(2);
    CompletableFuture<JoinGroupReply> join = rig.rejoin(members.get(0));
    rig.log.holdAppends(true);
    CompletableFuture<CommitOffsetsReply> commit = rig.groups.commitOffsets(commit(7));
    CompletableFuture<FetchOffsetsReply> fetch = rig.committedStable("lone", true);

    rig.resign();

    assertThat(join.join().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(GroupRig.only(commit.join())).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(fetch.join().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(rig.clock.timersWaiting()).isZero();
  }

  @Test
  void whoWaitsForItsAssignmentIsSentElsewhereToo() {
    List<String> members = rig.joinedGroup(2);
    CompletableFuture<SyncGroupReply> follower = rig.sync(members.get(1), 1, Map.of());
    rig.log.holdAppends(true);
    CompletableFuture<SyncGroupReply> leader = rig.sync(members.get(0), 1, Map.of());

    rig.resign();

    assertThat(follower.join().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(leader.join().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
  }

  @Test
  void anOutcomeThatComesAfterTheEndIsIgnored() {
    rig.log.holdAppends(true);
    rig.groups.commitOffsets(commit(7));
    rig.resign();
    rig.log.holdAppends(false);
    rig.lead();

    rig.log.settleAll(ErrorCode.NOT_LEADER_OR_FOLLOWER);

    assertThat(rig.committed("lone")).isEqualTo(-1);
    rig.groups.commitOffsets(commit(8));
    assertThat(rig.committed("lone")).isEqualTo(8);
  }

  @Test
  void anAppendThatTakesTooLongIsAnsweredAndStillCounts() {
    rig.log.holdAppends(true);
    CompletableFuture<CommitOffsetsReply> commit = rig.groups.commitOffsets(commit(7));

    rig.clock.advanceMs(4_999);
    assertThat(commit).isNotDone();
    rig.clock.advanceMs(1);
    assertThat(GroupRig.only(commit.join())).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    rig.log.settleAll(ErrorCode.NONE);

    assertThat(rig.committed("lone")).isEqualTo(7);
  }

  @Test
  void batchesAreCompressedIfTheTopicIsConfiguredSo() {
    var zipped =
        new GroupRig(
            new GroupCoordinatorConfig(
                6_000,
                1_800_000,
                0,
                100,
                new GroupCoordinatorConfig.Offsets(
                    50, 4096, 1_000_000, 600_000, 5_000, Compression.of(CompressionType.GZIP))));

    zipped.groups.commitOffsets(commit(7));
    zipped.reload();

    assertThat(zipped.log.batch(0).compressionType()).isEqualTo(CompressionType.GZIP);
    assertThat(zipped.committed("lone")).isEqualTo(7);
  }

  @Test
  void aGroupThatGrewTooLargeSinceIsShrunkAfterLoading() {
    List<String> members = rig.stableGroup(3);
    var small = new GroupRig(GroupRig.withMaxSize(2));
    for (EncodedRecord record : rig.log.encoded()) {
      small.log.put(batch(record));
    }

    small.reload();

    assertThat(small.state()).isEqualTo("PreparingRebalance");
    assertThat(small.rejoin(members.get(0))).isNotDone();
    assertThat(small.rejoin(members.get(1))).isNotDone();
    assertThat(small.rejoin(members.get(2)).join().error())
        .isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
  }

  private static java.nio.ByteBuffer batch(EncodedRecord record) {
    Bytes value = record.value();
    return BatchBuilder.uncompressed()
        .append(1L, record.key().array(), value == null ? null : value.array())
        .build();
  }

  @Test
  void oneRecordThatCannotBeReadDoesNotTakeTheOthersAlong() {
    rig.groups.commitOffsets(commit(7));
    rig.log.put(
        BatchBuilder.uncompressed().append(1L, new byte[] {0, 1, 0, 99}, new byte[] {9}).build());
    rig.log.put(BatchBuilder.uncompressed().append(1L, new byte[] {77, 1}, new byte[0]).build());
    rig.groups.commitOffsets(GroupRig.commitCommand("other", "", -1, 8));

    rig.reload();

    assertThat(rig.committed("lone")).isEqualTo(7);
    assertThat(rig.committed("other")).isEqualTo(8);
  }

  @Test
  void offsetsOfATransactionCountFromItsCommitOn() {
    putInTransaction(1, "committed", 5);
    putInTransaction(2, "aborted", 6);
    putInTransaction(3, "open", 7);
    putInTransaction(4, "overtaken", 8);
    rig.groups.commitOffsets(GroupRig.commitCommand("overtaken", "", -1, 80));
    rig.log.put(ControlRecord.COMMIT.markerBatch(0, 1, 1L, 1, (short) 0, 0));
    rig.log.put(ControlRecord.ABORT.markerBatch(0, 1, 1L, 2, (short) 0, 0));
    rig.log.put(ControlRecord.COMMIT.markerBatch(0, 1, 1L, 4, (short) 0, 0));

    rig.reload();

    assertThat(rig.committed("committed")).isEqualTo(5);
    assertThat(rig.committed("aborted")).isEqualTo(-1);
    assertThat(rig.committed("open")).isEqualTo(-1);
    assertThat(rig.committed("overtaken")).isEqualTo(80);
  }

  private void putInTransaction(long producerId, String groupId, long offset) {
    EncodedRecord record =
        GroupRecordCodec.CODEC.encode(
            new GroupRecord.OffsetCommitted(
                new OffsetKey(groupId, "orders", 0),
                new CommittedOffset(offset, -1, "", 1, -1, org.stoker.base.Uuid.ZERO)));
    Bytes value = record.value();
    rig.log.put(
        BatchBuilder.uncompressed()
            .producer(producerId, (short) 0, 0)
            .transactional(true)
            .append(1L, record.key().array(), value == null ? null : value.array())
            .build());
  }

  @Test
  void stoppingAnswersEverybody() {
    List<String> members = rig.stableGroup(2);
    CompletableFuture<JoinGroupReply> waiting = rig.rejoin(members.get(0));

    rig.groups.stop();

    assertThat(waiting.join().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(rig.heartbeat(members.get(0), 1)).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    assertThat(rig.clock.timersWaiting()).isZero();
  }

  @Test
  void startedAgainWithMorePartitionsTheCoordinatorReadsThemAnew() {
    rig.groups.commitOffsets(commit(7));
    CompletableFuture<JoinGroupReply> waiting = rig.rejoin(rig.newMemberId());
    int moved = Shards.partitionFor("lone", 7);
    assertThat(moved).isNotZero();

    rig.groups.start(7);
    rig.groups.becomeLeader(moved, 0);

    assertThat(waiting.join().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(rig.committed("lone")).as("every partition of this log is the same").isEqualTo(7);
  }

  @Test
  void whoWaitsForItToBeReadyIsToldWhenTheLogIsRead() {
    rig.resign();
    rig.log.holdLoads(true);
    CompletableFuture<ErrorCode> ready = rig.groups.whenReady("g", 500);
    rig.lead();
    assertThat(ready).isNotDone();

    rig.log.finishOldestLoad(ErrorCode.NONE);

    assertThat(ready).isCompletedWithValue(ErrorCode.NONE);
    assertThat(rig.groups.whenReady("g", 500)).isCompletedWithValue(ErrorCode.NONE);
  }

  @Test
  void whoWaitsTooLongIsToldWhatItIsBusyWith() {
    rig.resign();
    CompletableFuture<ErrorCode> ofNobody = rig.groups.whenReady("g", 500);
    rig.clock.advanceMs(499);
    assertThat(ofNobody).isNotDone();
    rig.clock.advanceMs(1);
    assertThat(ofNobody).isCompletedWithValue(ErrorCode.NOT_COORDINATOR);

    rig.log.holdLoads(true);
    rig.lead();
    CompletableFuture<ErrorCode> ofReader = rig.groups.whenReady("g", 500);
    rig.clock.advanceMs(500);

    assertThat(ofReader).isCompletedWithValue(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
  }
}
