package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.protocol.ErrorCode;

@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class SyncGroupTest {
  private final GroupRig rig = new GroupRig();

  @Test
  void everyMemberGetsWhatTheLeaderGaveItOnceThatIsStored() {
    List<String> members = rig.joinedGroup(2);
    rig.log.holdAppends(true);

    CompletableFuture<SyncGroupReply> follower = rig.sync(members.get(1), 1, Map.of());
    CompletableFuture<SyncGroupReply> leader =
        rig.sync(members.get(0), 1, Map.of(members.get(1), Bytes.of(new byte[] {7})));
    assertThat(follower).isNotDone();
    assertThat(leader).isNotDone();
    rig.log.settleOldest(ErrorCode.NONE);

    assertThat(follower.join().assignment()).isEqualTo(Bytes.of(new byte[] {7}));
    assertThat(leader.join())
        .as("whom the leader forgets gets nothing to do")
        .isEqualTo(new SyncGroupReply(ErrorCode.NONE, "consumer", "range", Bytes.EMPTY));
    assertThat(rig.state()).isEqualTo("Stable");
  }

  @Test
  void aStableMemberGetsItsAssignmentAgain() {
    List<String> members = rig.stableGroup(2);

    assertThat(rig.sync(members.get(1), 1, Map.of()).join().assignment())
        .isEqualTo(GroupRig.assignmentOf(members.get(1)));
  }

  @Test
  void theAssignmentSurvivesARestart() {
    List<String> members = rig.stableGroup(2);

    rig.reload();

    assertThat(rig.sync(members.get(1), 1, Map.of()).join().assignment())
        .isEqualTo(GroupRig.assignmentOf(members.get(1)));
    assertThat(rig.heartbeat(members.get(0), 1)).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void strangersAndOldGenerationsAreRefused() {
    List<String> members = rig.stableGroup(1);

    assertThat(rig.sync("stranger", 1, Map.of()).join().error())
        .isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(rig.sync(members.get(0), 0, Map.of()).join().error())
        .isEqualTo(ErrorCode.ILLEGAL_GENERATION);
  }

  @Test
  void aMemberThatIsWrongAboutTheProtocolIsRefused() {
    String member = rig.stableGroup(1).get(0);

    assertThat(syncWith(member, "connect", null)).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    assertThat(syncWith(member, null, "sticky")).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    assertThat(syncWith(member, null, null)).isEqualTo(ErrorCode.NONE);
  }

  private ErrorCode syncWith(
      String member, @Nullable String protocolType, @Nullable String protocolName) {
    return rig.groups
        .syncGroup(
            new SyncGroupCommand(
                GroupRig.GROUP, member, null, 1, protocolType, protocolName, Map.of()))
        .join()
        .error();
  }

  @Test
  void nothingIsAssignedWhileMembersJoin() {
    List<String> members = rig.stableGroup(2);
    rig.rejoin(members.get(0));

    assertThat(rig.sync(members.get(1), 1, Map.of()).join().error())
        .isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
  }

  @Test
  void anAssignmentThatCannotBeStoredStartsANewRebalance() {
    List<String> members = rig.joinedGroup(2);
    rig.log.refuseWith(ErrorCode.NOT_ENOUGH_REPLICAS);

    CompletableFuture<SyncGroupReply> follower = rig.sync(members.get(1), 1, Map.of());
    CompletableFuture<SyncGroupReply> leader = rig.sync(members.get(0), 1, Map.of());

    assertThat(follower.join().error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    assertThat(leader.join().error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    assertThat(rig.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void anAssignmentTooLargeForTheTopicIsRefused() {
    List<String> members = rig.joinedGroup(1);
    rig.log.setMaxBatchBytes(500);

    CompletableFuture<SyncGroupReply> reply =
        rig.sync(members.get(0), 1, Map.of(members.get(0), Bytes.of(new byte[500])));

    assertThat(reply.join().error()).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
    assertThat(rig.log.heldCount()).isZero();
  }

  @Test
  void anAssignmentThatARebalanceOvertookIsWorthNothing() {
    List<String> members = rig.joinedGroup(2);
    rig.log.holdAppends(true);
    CompletableFuture<SyncGroupReply> leader = rig.sync(members.get(0), 1, Map.of());

    rig.leave(members.get(1));
    assertThat(leader.join().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    rig.log.settleAll(ErrorCode.NONE);

    assertThat(rig.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void membersThatNeverAskForTheirAssignmentAreRemoved() {
    List<String> members = rig.joinedGroup(2);
    rig.sync(members.get(0), 1, Map.of());

    for (int passedMs = 0; passedMs < GroupRig.REBALANCE_MS; passedMs += 5_000) {
      rig.heartbeat(members.get(0), 1);
      rig.heartbeat(members.get(1), 1);
      rig.clock.advanceMs(5_000);
    }

    assertThat(rig.heartbeat(members.get(1), 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(rig.heartbeat(members.get(0), 1)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
  }

  @Test
  void aMemberThatAsksTwiceIsAnsweredTwice() {
    List<String> members = rig.joinedGroup(2);

    CompletableFuture<SyncGroupReply> first = rig.sync(members.get(1), 1, Map.of());
    CompletableFuture<SyncGroupReply> second = rig.sync(members.get(1), 1, Map.of());
    rig.sync(members.get(0), 1, Map.of());

    assertThat(first.join().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    assertThat(second.join().error()).isEqualTo(ErrorCode.NONE);
  }
}
