package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.Compression;

/** When offsets are forgotten (KIP-211). */
@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class OffsetExpiryTest {
  private static final long RETENTION_MS = 3_600_000;
  private static final long CHECK_MS = 60_000;
  private static final GroupCoordinatorConfig SHORT =
      new GroupCoordinatorConfig(
          6_000,
          1_800_000,
          0,
          Integer.MAX_VALUE,
          new GroupCoordinatorConfig.Offsets(
              50, 4096, RETENTION_MS, CHECK_MS, 5_000, Compression.NONE));

  private final GroupRig rig = new GroupRig(SHORT);

  @Test
  void aLoneConsumersOffsetsGrowOldFromTheirCommitOn() {
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));

    rig.clock.advanceMs(RETENTION_MS - CHECK_MS);
    assertThat(rig.committed("lone")).isEqualTo(7);
    rig.clock.advanceMs(2 * CHECK_MS);

    assertThat(rig.committed("lone")).isEqualTo(-1);
    assertThat(groupIds()).as("and with the last one the group goes").isEmpty();
  }

  @Test
  void aMembersOffsetsGrowOldFromTheMomentTheGroupIsEmpty() {
    String member = rig.stableGroup(1).get(0);
    rig.commit(member, 1, 42);
    keepAlive(member, 2 * RETENTION_MS);
    assertThat(rig.committed(GroupRig.GROUP)).as("while somebody consumes").isEqualTo(42);

    rig.leave(member);
    rig.clock.advanceMs(RETENTION_MS - CHECK_MS);
    assertThat(rig.committed(GroupRig.GROUP)).isEqualTo(42);
    rig.clock.advanceMs(2 * CHECK_MS);

    assertThat(rig.committed(GroupRig.GROUP)).isEqualTo(-1);
    assertThat(groupIds()).isEmpty();
  }

  @Test
  void theMomentTheGroupBecameEmptySurvivesARestart() {
    String member = rig.stableGroup(1).get(0);
    rig.commit(member, 1, 42);
    rig.leave(member);
    rig.clock.advanceMs(RETENTION_MS - 2 * CHECK_MS);

    rig.reload();
    rig.clock.advanceMs(3 * CHECK_MS);

    assertThat(rig.committed(GroupRig.GROUP)).isEqualTo(-1);
  }

  @Test
  void offsetsOfTopicsThatNobodyIsSubscribedToAnyMoreGrowOldFromTheirCommitOn() {
    String member = rig.stableGroup(1).get(0);
    rig.groups.commitOffsets(
        new CommitOffsetsCommand(
            GroupRig.GROUP,
            member,
            null,
            1,
            -1,
            true,
            List.of(
                new CommitOffsetsCommand.Topic(
                    "no longer consumed",
                    org.stoker.base.Uuid.ZERO,
                    List.of(new CommitOffsetsCommand.Partition(0, 5, -1, ""))))));
    rig.commit(member, 1, 42);

    keepAlive(member, RETENTION_MS + 2 * CHECK_MS);

    FetchOffsetsReply all =
        rig.groups
            .fetchOffsets(new FetchOffsetsCommand(GroupRig.GROUP, null, false), _ -> true)
            .join();
    assertThat(all.topics()).extracting(FetchOffsetsReply.Topic::name).containsExactly("orders");
  }

  @Test
  void aClientsOwnRetentionTimeCounts() {
    CommitOffsetsCommand usual = GroupRig.commitCommand("lone", "", -1, 7);
    rig.groups.commitOffsets(
        new CommitOffsetsCommand("lone", "", null, -1, 2 * CHECK_MS, false, usual.topics()));

    rig.reload();
    rig.clock.advanceMs(CHECK_MS);
    assertThat(rig.committed("lone")).isEqualTo(7);
    rig.clock.advanceMs(CHECK_MS);

    assertThat(rig.committed("lone")).isEqualTo(-1);
  }

  @Test
  void aGroupThatCommittedNothingGoesWhenItIsEmpty() {
    String member = rig.stableGroup(1).get(0);
    rig.leave(member);

    rig.clock.advanceMs(CHECK_MS);

    assertThat(groupIds()).isEmpty();
    assertThat(Coordinators.records(rig.log).getLast())
        .isEqualTo(new GroupRecord.GroupRemoved(GroupRig.GROUP));
  }

  @Test
  void expiryDoesNotOutrunACommitThatIsOnItsWay() {
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));
    rig.clock.advanceMs(RETENTION_MS - CHECK_MS);
    rig.log.holdAppends(true);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 8));

    rig.clock.advanceMs(2 * CHECK_MS);
    rig.log.settleAll(ErrorCode.NONE);

    assertThat(rig.committed("lone")).isEqualTo(8);
    rig.reload();
    assertThat(rig.committed("lone")).isEqualTo(8);
  }

  @Test
  void whatCouldNotBeRemovedIsRemovedTheNextTime() {
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));
    rig.log.refuseWith(ErrorCode.KAFKA_STORAGE_ERROR);
    rig.clock.advanceMs(RETENTION_MS + CHECK_MS);
    assertThat(rig.committed("lone")).isEqualTo(7);
    assertThat(groupIds()).containsExactly("lone");

    rig.log.refuseWith(null);
    rig.clock.advanceMs(CHECK_MS);

    assertThat(rig.committed("lone")).isEqualTo(-1);
    assertThat(groupIds()).isEmpty();
  }

  @Test
  void manyTombstonesGoInSeveralBatches() {
    for (int group = 0; group < 100; group++) {
      rig.groups.commitOffsets(GroupRig.commitCommand("lone-" + group, "", -1, 7));
    }
    rig.log.setMaxBatchBytes(1_000);
    int before = rig.log.batchCount();

    rig.clock.advanceMs(RETENTION_MS + CHECK_MS);

    assertThat(groupIds()).isEmpty();
    assertThat(rig.log.batchCount() - before).isBetween(10, 40);
    for (int batch = before; batch < rig.log.batchCount(); batch++) {
      assertThat(rig.log.batch(batch).sizeInBytes()).isLessThanOrEqualTo(1_000);
    }
  }

  private void keepAlive(String member, long forMs) {
    for (long passedMs = 0; passedMs < forMs; passedMs += 9_000) {
      assertThat(rig.heartbeat(member, 1)).isEqualTo(ErrorCode.NONE);
      rig.clock.advanceMs(9_000);
    }
  }

  private List<String> groupIds() {
    return rig.groups.listGroups(Set.of(), Set.of(), _ -> true).join().groups().stream()
        .map(GroupListing::groupId)
        .toList();
  }
}
