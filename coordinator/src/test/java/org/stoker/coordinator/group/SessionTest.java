package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.ErrorCode;

/** What heartbeats are told, and what keeps a member alive. */
@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class SessionTest {
  private final GroupRig rig = new GroupRig();

  @Test
  void aHeartbeatIsToldWhetherToJoinAgain() {
    List<String> members = rig.stableGroup(2);

    assertThat(rig.heartbeat(members.get(1), 1)).isEqualTo(ErrorCode.NONE);
    rig.rejoin(members.get(0));
    assertThat(rig.heartbeat(members.get(1), 1)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
  }

  @Test
  void strangersAndOldGenerationsAreRefused() {
    String member = rig.stableGroup(1).get(0);

    assertThat(rig.heartbeat("stranger", 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(rig.heartbeat(member, 2)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    assertThat(rig.groups.heartbeat(new HeartbeatCommand("nobody", member, null, 1)).join())
        .isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(rig.groups.heartbeat(new HeartbeatCommand("", member, null, 1)).join())
        .isEqualTo(ErrorCode.INVALID_GROUP_ID);
  }

  @Test
  void aSilentMemberIsRemovedAndTheOthersJoinAgain() {
    List<String> members = rig.stableGroup(2);
    rig.clock.advanceMs(GroupRig.SESSION_MS - 1);
    rig.heartbeat(members.get(0), 1);

    rig.clock.advanceMs(1);

    assertThat(rig.heartbeat(members.get(1), 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(rig.heartbeat(members.get(0), 1)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
  }

  @Test
  void committingOffsetsKeepsAMemberAliveAsAHeartbeatDoes() {
    String member = rig.stableGroup(1).get(0);

    for (int i = 0; i < 5; i++) {
      rig.clock.advanceMs(GroupRig.SESSION_MS - 1);
      assertThat(GroupRig.only(rig.commit(member, 1, i).join())).isEqualTo(ErrorCode.NONE);
    }

    assertThat(rig.heartbeat(member, 1)).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void fetchingOffsetsDoesNot() {
    String member = rig.stableGroup(1).get(0);

    for (int i = 0; i < 5; i++) {
      rig.clock.advanceMs(GroupRig.SESSION_MS / 4);
      rig.committed(GroupRig.GROUP);
    }

    assertThat(rig.heartbeat(member, 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aMemberThatWaitsForTheOthersNeedNotSendHeartbeats() {
    List<String> members = rig.stableGroup(2);
    CompletableFuture<JoinGroupReply> waiting = rig.rejoin(members.get(0));

    for (int passedMs = 0; passedMs < GroupRig.REBALANCE_MS - 2_000; passedMs += 4_000) {
      rig.heartbeat(members.get(1), 1);
      rig.clock.advanceMs(4_000);
      assertThat(rig.described().members()).hasSize(2);
    }
    rig.rejoin(members.get(1));

    assertThat(waiting.join().generationId()).isEqualTo(2);
  }

  @Test
  void aNewMemberThatGaveUpWaitingIsRemovedAfterFiveMinutes() {
    List<String> members = rig.stableGroup(1);
    JoinGroupCommand slow = GroupRig.joinCommand(members.get(0), null, GroupRig.protocols("range"));
    var patient =
        new JoinGroupCommand(
            GroupRig.GROUP,
            "",
            null,
            "consumer",
            slow.protocols(),
            10_000,
            3_600_000,
            slow.client(),
            false,
            false,
            null);
    CompletableFuture<JoinGroupReply> waiting = rig.groups.joinGroup(patient);

    for (int minute = 0; minute < 5; minute++) {
      assertThat(waiting).isNotDone();
      for (int i = 0; i < 12; i++) {
        rig.heartbeat(members.get(0), 1);
        rig.clock.advanceMs(5_000);
      }
    }

    assertThat(waiting.join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aGroupWhoseMembersAllDiedIsEmptyAndSaysSoInTheLog() {
    rig.stableGroup(2);

    rig.clock.advanceMs(GroupRig.SESSION_MS + GroupRig.REBALANCE_MS);

    assertThat(rig.state()).isEqualTo("Empty");
    assertThat(Coordinators.records(rig.log).getLast())
        .isInstanceOfSatisfying(
            GroupRecord.GroupSaved.class,
            saved -> {
              assertThat(saved.members()).isEmpty();
              assertThat(saved.generationId()).isEqualTo(2);
            });
  }

  @Test
  void sessionsStartAnewAfterARestart() {
    List<String> members = rig.stableGroup(2);
    rig.clock.advanceMs(GroupRig.SESSION_MS - 1);

    rig.reload();
    rig.clock.advanceMs(GroupRig.SESSION_MS - 1);

    assertThat(rig.heartbeat(members.get(0), 1)).isEqualTo(ErrorCode.NONE);
    rig.clock.advanceMs(1);
    assertThat(rig.heartbeat(members.get(1), 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void leavingIsFasterThanDying() {
    List<String> members = rig.stableGroup(3);

    LeaveGroupReply reply = rig.leave(members.get(1), "stranger").join();

    assertThat(reply.error()).isEqualTo(ErrorCode.NONE);
    assertThat(reply.members())
        .extracting(LeaveGroupReply.LeftMember::error)
        .containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(rig.heartbeat(members.get(0), 1)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
  }

  @Test
  void whoLeavesWhileItWaitsIsAnswered() {
    List<String> members = rig.joinedGroup(2);
    CompletableFuture<SyncGroupReply> sync = rig.sync(members.get(1), 1, Map.of());

    rig.leave(members.get(1));

    assertThat(sync.join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aMemberThatHasOnlyAnIdMayLeaveToo() {
    String memberId = rig.newMemberId();

    assertThat(rig.leave(memberId).join().members().get(0).error()).isEqualTo(ErrorCode.NONE);
    assertThat(rig.rejoin(memberId).join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void leavingAGroupThatDoesNotExistIsRefusedMemberByMember() {
    LeaveGroupReply reply = rig.leave("a", "b").join();

    assertThat(reply.error()).isEqualTo(ErrorCode.NONE);
    assertThat(reply.members())
        .extracting(LeaveGroupReply.LeftMember::error)
        .containsExactly(ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void theLastOneToLeaveIsAnsweredWhenThatIsStored() {
    String member = rig.stableGroup(1).get(0);
    rig.log.holdAppends(true);

    CompletableFuture<LeaveGroupReply> reply = rig.leave(member);

    assertThat(reply).isNotDone();
    rig.log.settleAll(ErrorCode.NONE);
    assertThat(reply.join().error()).isEqualTo(ErrorCode.NONE);
    assertThat(rig.state()).isEqualTo("Empty");
  }
}
