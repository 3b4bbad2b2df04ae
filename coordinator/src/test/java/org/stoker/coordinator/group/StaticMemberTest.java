package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.protocol.ErrorCode;

/** Members that come back as themselves after a restart (KIP-345). */
@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class StaticMemberTest {
  private final GroupRig rig = new GroupRig();

  @Test
  void aStaticMemberNeedsNoSecondRequest() {
    JoinGroupReply reply = joinFirst("one");

    assertThat(reply.error()).isEqualTo(ErrorCode.NONE);
    assertThat(reply.memberId()).startsWith("one-");
  }

  @Test
  void aStaticMemberThatComesBackKeepsItsAssignmentAndDisturbsNobody() {
    List<String> members = stablePair();

    JoinGroupReply back = rig.join("", "two", "range").join();

    assertThat(back.error()).isEqualTo(ErrorCode.NONE);
    assertThat(back.generationId()).isEqualTo(1);
    assertThat(back.memberId()).isNotEqualTo(members.get(1));
    assertThat(rig.state()).isEqualTo("Stable");
    assertThat(syncAs(back.memberId(), "two").assignment())
        .isEqualTo(GroupRig.assignmentOf(members.get(1)));
  }

  @Test
  void aLeaderThatComesBackIsToldToSkipTheAssignment() {
    List<String> members = stablePair();

    JoinGroupReply back = rig.join("", instanceOf(members.get(0)), "range").join();

    assertThat(back.skipAssignment()).isTrue();
    assertThat(back.leader()).isEqualTo(back.memberId());
    assertThat(back.members()).hasSize(2);
  }

  @Test
  void anOldClientThatComesBackAsLeaderIsNotToldThatItLeads() {
    List<String> members = stablePair();
    JoinGroupCommand today =
        GroupRig.joinCommand("", instanceOf(members.get(0)), GroupRig.protocols("range"));
    var old =
        new JoinGroupCommand(
            today.groupId(),
            "",
            today.groupInstanceId(),
            "consumer",
            today.protocols(),
            today.sessionTimeoutMs(),
            today.rebalanceTimeoutMs(),
            today.client(),
            true,
            false,
            null);

    JoinGroupReply back = rig.groups.joinGroup(old).join();

    assertThat(back.skipAssignment()).isFalse();
    assertThat(back.leader()).isEqualTo(members.get(0));
    assertThat(back.members()).isEmpty();
  }

  @Test
  void whoStillUsesTheOldIdIsFenced() {
    List<String> members = stablePair();
    rig.join("", "two", "range").join();
    String old = members.get(1);

    assertThat(heartbeatAs(old, "two")).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(syncAs(old, "two").error()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(rig.join(old, "two", "range").join().error())
        .isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(commitAs(old, "two")).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(leaveAs(old, "two")).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    assertThat(heartbeatAs(old, null)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void whoWaitsUnderTheOldIdIsFencedAtOnce() {
    List<String> members = stablePair();
    rig.rejoinAs(members.get(0), instanceOf(members.get(0)));
    assertThat(rig.state()).isEqualTo("PreparingRebalance");
    CompletableFuture<JoinGroupReply> waiting = rig.join("", "three", "range");

    rig.join("", "three", "range");

    assertThat(waiting.join().error()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
  }

  @Test
  void aReplacementThatCannotBeStoredIsTakenBack() {
    List<String> members = stablePair();
    rig.log.refuseWith(ErrorCode.NOT_LEADER_OR_FOLLOWER);

    JoinGroupReply back = rig.join("", "two", "range").join();

    assertThat(back.error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(heartbeatAs(members.get(1), "two")).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void aReplacementThatChangesTheProtocolStartsARebalance() {
    rig.join("", "one", "range", "sticky");
    rig.join("", "two", "range", "sticky");
    rig.clock.advanceMs(0);
    assertThat(rig.state()).isEqualTo("CompletingRebalance");
    List<String> memberIds =
        rig.described().members().stream().map(GroupDescription.Member::memberId).toList();
    memberIds.forEach(id -> syncAs(id, instanceOf(id)));
    assertThat(rig.state()).isEqualTo("Stable");

    CompletableFuture<JoinGroupReply> back = rig.join("", "two", "sticky");

    assertThat(back).isNotDone();
    assertThat(rig.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void aReplacementBeforeTheAssignmentStartsARebalance() {
    rig.join("", "one", "range");
    rig.join("", "two", "range");
    rig.clock.advanceMs(0);

    rig.join("", "two", "range");

    assertThat(rig.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void aStaticMemberThatDoesNotJoinInTimeStaysUntilItsSessionEnds() {
    List<String> members = stablePair();
    String late = members.get(1);
    CompletableFuture<JoinGroupReply> leader =
        rig.rejoinAs(members.get(0), instanceOf(members.get(0)));

    for (int passedMs = 0; passedMs < GroupRig.REBALANCE_MS; passedMs += 5_000) {
      heartbeatAs(late, instanceOf(late));
      rig.clock.advanceMs(5_000);
    }

    assertThat(leader.join().generationId()).isEqualTo(2);
    assertThat(leader.join().members()).extracting(JoinGroupReply.Member::memberId).contains(late);
    rig.clock.advanceMs(GroupRig.SESSION_MS);
    assertThat(heartbeatAs(late, instanceOf(late))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aStaticMemberCanBeRemovedByItsInstance() {
    stablePair();

    LeaveGroupReply reply =
        rig.groups
            .leaveGroup(
                new LeaveGroupCommand(
                    GroupRig.GROUP,
                    List.of(
                        new LeaveGroupCommand.LeavingMember("", "two", "removed by admin"),
                        new LeaveGroupCommand.LeavingMember("", "nobody", null))))
            .join();

    assertThat(reply.members())
        .extracting(LeaveGroupReply.LeftMember::error)
        .containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(rig.described().members()).hasSize(1);
  }

  @Test
  void instancesAreKnownAfterARestart() {
    List<String> members = stablePair();

    rig.reload();
    JoinGroupReply back = rig.join("", "two", "range").join();

    assertThat(back.generationId()).isEqualTo(1);
    assertThat(heartbeatAs(members.get(1), "two")).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
  }

  // ---- how ----

  private JoinGroupReply joinFirst(String instanceId) {
    CompletableFuture<JoinGroupReply> reply = rig.join("", instanceId, "range");
    rig.clock.advanceMs(0);
    return reply.join();
  }

  /** Instances "one" and "two"; the leader is the first of the list, "two" the second if it can. */
  private List<String> stablePair() {
    CompletableFuture<JoinGroupReply> one = rig.join("", "one", "range");
    CompletableFuture<JoinGroupReply> two = rig.join("", "two", "range");
    rig.clock.advanceMs(0);
    String first = one.join().memberId();
    String second = two.join().memberId();
    assertThat(one.join().leader()).isEqualTo(first);
    syncAs(second, "two", Map.of());
    syncAs(
        first,
        "one",
        Map.of(first, GroupRig.assignmentOf(first), second, GroupRig.assignmentOf(second)));
    assertThat(rig.state()).isEqualTo("Stable");
    return List.of(first, second);
  }

  private static String instanceOf(String memberId) {
    return memberId.substring(0, 3);
  }

  private SyncGroupReply syncAs(String memberId, @Nullable String instanceId) {
    return syncAs(memberId, instanceId, Map.of()).getNow(SyncGroupReply.refused(ErrorCode.NONE));
  }

  private CompletableFuture<SyncGroupReply> syncAs(
      String memberId, @Nullable String instanceId, Map<String, Bytes> assignments) {
    return rig.groups.syncGroup(
        new SyncGroupCommand(
            GroupRig.GROUP, memberId, instanceId, 1, "consumer", "range", assignments));
  }

  private ErrorCode heartbeatAs(String memberId, @Nullable String instanceId) {
    return rig.groups
        .heartbeat(new HeartbeatCommand(GroupRig.GROUP, memberId, instanceId, 1))
        .join();
  }

  private ErrorCode commitAs(String memberId, String instanceId) {
    CommitOffsetsCommand command = GroupRig.commitCommand(GroupRig.GROUP, memberId, 1, 5);
    return GroupRig.only(
        rig.groups
            .commitOffsets(
                new CommitOffsetsCommand(
                    GroupRig.GROUP, memberId, instanceId, 1, -1, true, command.topics()))
            .join());
  }

  private ErrorCode leaveAs(String memberId, String instanceId) {
    return rig.groups
        .leaveGroup(
            new LeaveGroupCommand(
                GroupRig.GROUP,
                List.of(new LeaveGroupCommand.LeavingMember(memberId, instanceId, null))))
        .join()
        .members()
        .get(0)
        .error();
  }
}
