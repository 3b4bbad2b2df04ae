package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.protocol.ErrorCode;

@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class JoinGroupTest {
  private static final GroupCoordinatorConfig WITH_DELAY =
      new GroupCoordinatorConfig(
          6_000, 1_800_000, 3_000, Integer.MAX_VALUE, GroupRig.NO_DELAY.offsets());

  private final GroupRig rig = new GroupRig();

  @Test
  void aNewMemberIsGivenAnIdAndAskedToComeAgain() {
    JoinGroupReply first = rig.join("", null, "range").join();
    CompletableFuture<JoinGroupReply> second = rig.rejoin(first.memberId());
    rig.clock.advanceMs(0);

    assertThat(first.error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
    assertThat(first.memberId()).matches("client-[0-9a-f-]{36}");
    assertThat(second.join().error()).isEqualTo(ErrorCode.NONE);
    assertThat(second.join().memberId()).isEqualTo(first.memberId());
  }

  @Test
  void anOldClientIsInTheGroupAtOnce() {
    JoinGroupCommand today = GroupRig.joinCommand("", null, GroupRig.protocols("range"));
    var command =
        new JoinGroupCommand(
            today.groupId(),
            "",
            null,
            "consumer",
            today.protocols(),
            10_000,
            10_000,
            today.client(),
            false,
            false,
            null);

    CompletableFuture<JoinGroupReply> reply = rig.groups.joinGroup(command);
    rig.clock.advanceMs(0);

    assertThat(reply.join().error()).isEqualTo(ErrorCode.NONE);
    assertThat(reply.join().memberId()).startsWith("client-");
  }

  @Test
  void anIdThatWasNeverGivenOutIsUnknown() {
    rig.newMemberId();

    assertThat(rig.rejoin("stranger").join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aMemberOfAGroupThatDoesNotExistIsUnknown() {
    JoinGroupReply reply = rig.rejoin("stranger").join();

    assertThat(reply.error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(Coordinators.records(rig.log)).isEmpty();
  }

  @Test
  void anIdThatNobodyComesBackWithIsForgottenAfterTheSessionTimeout() {
    String memberId = rig.newMemberId();

    rig.clock.advanceMs(GroupRig.SESSION_MS);

    assertThat(rig.rejoin(memberId).join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void sessionTimeoutsOutsideTheLimitsAreRefused() {
    assertThat(joinWithSession(5_999).error()).isEqualTo(ErrorCode.INVALID_SESSION_TIMEOUT);
    assertThat(joinWithSession(1_800_001).error()).isEqualTo(ErrorCode.INVALID_SESSION_TIMEOUT);
    assertThat(joinWithSession(6_000).error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
    assertThat(joinWithSession(1_800_000).error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
  }

  private JoinGroupReply joinWithSession(int sessionTimeoutMs) {
    JoinGroupCommand usual = GroupRig.joinCommand("", null, GroupRig.protocols("range"));
    return rig.groups
        .joinGroup(
            new JoinGroupCommand(
                usual.groupId(),
                "",
                null,
                "consumer",
                usual.protocols(),
                sessionTimeoutMs,
                30_000,
                usual.client(),
                true,
                true,
                null))
        .join();
  }

  @Test
  void aGroupWithoutANameIsRefused() {
    JoinGroupCommand usual = GroupRig.joinCommand("", null, GroupRig.protocols("range"));
    var command =
        new JoinGroupCommand(
            "",
            "",
            null,
            "consumer",
            usual.protocols(),
            10_000,
            10_000,
            usual.client(),
            true,
            true,
            null);

    assertThat(rig.groups.joinGroup(command).join().error()).isEqualTo(ErrorCode.INVALID_GROUP_ID);
  }

  @Test
  void aMemberWithoutProtocolsIsRefused() {
    assertThat(rig.join("", null).join().error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  }

  @Test
  void theFirstRebalanceWaitsOnceMoreForEachMemberThatComes() {
    var slow = new GroupRig(WITH_DELAY);
    CompletableFuture<JoinGroupReply> first = slow.rejoin(slow.newMemberId());
    slow.clock.advanceMs(2_000);
    CompletableFuture<JoinGroupReply> second = slow.rejoin(slow.newMemberId());

    slow.clock.advanceMs(3_999);
    assertThat(first).isNotDone();
    slow.clock.advanceMs(1);

    assertThat(first.join().generationId()).isEqualTo(1);
    assertThat(second.join().generationId()).isEqualTo(1);
    assertThat(slow.described().members()).hasSize(2);
  }

  @Test
  void theFirstRebalanceWaitsNoLongerThanTheRebalanceTimeout() {
    var slow = new GroupRig(WITH_DELAY);
    CompletableFuture<JoinGroupReply> first = slow.rejoin(slow.newMemberId());

    for (int passedMs = 0; passedMs < GroupRig.REBALANCE_MS; passedMs += 1_000) {
      assertThat(first).isNotDone();
      slow.rejoin(slow.newMemberId());
      slow.clock.advanceMs(1_000);
    }

    assertThat(first.join().generationId()).isEqualTo(1);
  }

  @Test
  void theLeaderIsToldTheMembersAndTheOthersAreNot() {
    String one = rig.newMemberId();
    String two = rig.newMemberId();

    JoinGroupReply first = joinBoth(one, two).get(0);
    JoinGroupReply second = rig.rejoin(two).join();

    JoinGroupReply leader = one.equals(first.leader()) ? first : second;
    JoinGroupReply follower = one.equals(first.leader()) ? second : first;
    assertThat(leader.members())
        .extracting(JoinGroupReply.Member::memberId)
        .containsExactlyInAnyOrder(one, two);
    assertThat(follower.members()).isEmpty();
  }

  private List<JoinGroupReply> joinBoth(String one, String two) {
    CompletableFuture<JoinGroupReply> first = rig.rejoin(one);
    CompletableFuture<JoinGroupReply> second = rig.rejoin(two);
    rig.clock.advanceMs(0);
    return List.of(first.join(), second.join());
  }

  @Test
  void theProtocolIsTheOneThatMostMembersLikeBestAmongThoseThatAllKnow() {
    String one = rig.newMemberId();
    String two = rig.newMemberId();
    String three = rig.newMemberId();

    CompletableFuture<JoinGroupReply> reply = rig.join(one, null, "mine", "sticky", "range");
    rig.join(two, null, "range", "sticky");
    rig.join(three, null, "range", "sticky");
    rig.clock.advanceMs(0);

    assertThat(reply.join().protocolName()).isEqualTo("range");
  }

  @Test
  void aMemberThatSharesNoProtocolIsRefused() {
    rig.stableGroup(1);

    assertThat(rig.join("", null, "other").join().error())
        .isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  }

  @Test
  void aMemberOfAnotherKindIsRefused() {
    rig.stableGroup(1);
    JoinGroupCommand usual = GroupRig.joinCommand("", null, GroupRig.protocols("range"));
    var worker =
        new JoinGroupCommand(
            usual.groupId(),
            "",
            null,
            "connect",
            usual.protocols(),
            10_000,
            10_000,
            usual.client(),
            true,
            true,
            null);

    assertThat(rig.groups.joinGroup(worker).join().error())
        .isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  }

  @Test
  void membersBeyondTheLimitAreRefusedButThoseInsideMayJoinAgain() {
    var small = new GroupRig(GroupRig.withMaxSize(2));
    List<String> memberIds = small.stableGroup(2);

    assertThat(small.join("", null, "range").join().error())
        .isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
    assertThat(small.rejoin(memberIds.get(1)).join().error()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void aFollowerThatJoinsAgainUnchangedIsToldTheSameGeneration() {
    List<String> memberIds = rig.stableGroup(2);

    JoinGroupReply reply = rig.rejoin(memberIds.get(1)).join();

    assertThat(reply.generationId()).isEqualTo(1);
    assertThat(rig.state()).isEqualTo("Stable");
  }

  @Test
  void aLeaderThatJoinsAgainStartsARebalance() {
    List<String> memberIds = rig.stableGroup(2);

    CompletableFuture<JoinGroupReply> reply = rig.rejoin(memberIds.get(0));

    assertThat(reply).isNotDone();
    assertThat(rig.state()).isEqualTo("PreparingRebalance");
    rig.rejoin(memberIds.get(1));
    assertThat(reply.join().generationId()).isEqualTo(2);
  }

  @Test
  void aMemberThatBringsSomethingNewStartsARebalance() {
    List<String> memberIds = rig.stableGroup(2);
    List<GroupProtocol> other =
        List.of(new GroupProtocol("range", OracleSubscription.bytes(List.of("clicks"))));

    rig.groups.joinGroup(GroupRig.joinCommand(memberIds.get(1), null, other));

    assertThat(rig.state()).isEqualTo("PreparingRebalance");
  }

  @Test
  void membersThatDoNotJoinInTimeAreLeftBehind() {
    List<String> memberIds = rig.stableGroup(2);
    CompletableFuture<JoinGroupReply> alone = rig.rejoin(memberIds.get(0));

    for (int passedMs = 0; passedMs < GroupRig.REBALANCE_MS; passedMs += 5_000) {
      rig.heartbeat(memberIds.get(1), 1);
      rig.clock.advanceMs(5_000);
    }

    assertThat(alone.join().generationId()).isEqualTo(2);
    assertThat(rig.heartbeat(memberIds.get(1), 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void aMemberThatAsksTwiceIsAnsweredTwice() {
    List<String> memberIds = rig.stableGroup(2);

    CompletableFuture<JoinGroupReply> first = rig.rejoin(memberIds.get(0));
    CompletableFuture<JoinGroupReply> second = rig.rejoin(memberIds.get(0));
    rig.rejoin(memberIds.get(1));

    assertThat(first.join().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    assertThat(second.join().generationId()).isEqualTo(2);
  }

  @Test
  void aMemberWhoseAnswerWasLostGetsItAgain() {
    List<String> memberIds = rig.joinedGroup(2);

    JoinGroupReply again = rig.rejoin(memberIds.get(0)).join();

    assertThat(again.generationId()).isEqualTo(1);
    assertThat(again.members()).hasSize(2);
    assertThat(rig.state()).isEqualTo("CompletingRebalance");
  }

  @Test
  void aNewGroupIsKeptFromItsFirstMemberOn() {
    rig.newMemberId();

    assertThat(Coordinators.records(rig.log))
        .singleElement()
        .isInstanceOfSatisfying(
            GroupRecord.GroupSaved.class,
            saved -> {
              assertThat(saved.groupId()).isEqualTo(GroupRig.GROUP);
              assertThat(saved.members()).isEmpty();
              assertThat(saved.generationId()).isZero();
            });
  }

  @Test
  void aGroupThatCannotBeStoredIsForgottenAndItsMemberTold() {
    rig.log.refuseWith(ErrorCode.KAFKA_STORAGE_ERROR);

    CompletableFuture<JoinGroupReply> reply = rig.join("", "instance", "range");

    assertThat(reply.join().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(
            rig.groups
                .listGroups(java.util.Set.of(), java.util.Set.of(), _ -> true)
                .join()
                .groups())
        .isEmpty();
  }

  @Test
  void idsThatAreOutAreBounded() {
    for (int i = 0; i < ClassicJoins.MOST_PENDING_JOINS; i++) {
      rig.newMemberId();
    }

    assertThat(rig.join("", null, "range").join().error())
        .isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
    rig.clock.advanceMs(GroupRig.SESSION_MS);
    assertThat(rig.newMemberId()).isNotEmpty();
  }

  @Test
  void aMemberThatBringsMoreThanABatchCanHoldIsRefusedBeforeTheOthersNotice() {
    List<String> memberIds = rig.stableGroup(1);
    rig.log.setMaxBatchBytes(2_000);
    List<GroupProtocol> large = List.of(new GroupProtocol("range", Bytes.of(new byte[2_000])));

    JoinGroupReply reply = rig.groups.joinGroup(GroupRig.joinCommand("", null, large)).join();

    assertThat(reply.error()).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
    assertThat(rig.heartbeat(memberIds.get(0), 1)).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void aClientWithAnEndlessNameDisturbsNobody() {
    JoinGroupCommand usual = GroupRig.joinCommand("", "one", GroupRig.protocols("range"));
    var endless =
        new JoinGroupCommand(
            usual.groupId(),
            "",
            "one",
            "consumer",
            usual.protocols(),
            10_000,
            10_000,
            new ClientIdentity("x".repeat(40_000), "/10.0.0.7"),
            true,
            true,
            null);

    CompletableFuture<JoinGroupReply> joined = rig.groups.joinGroup(endless);
    rig.clock.advanceMs(0);
    String memberId = joined.join().memberId();
    ErrorCode synced =
        rig.groups
            .syncGroup(
                new SyncGroupCommand(
                    GroupRig.GROUP, memberId, "one", 1, null, null, java.util.Map.of()))
            .join()
            .error();
    CompletableFuture<CommitOffsetsReply> neighbour =
        rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));

    assertThat(memberId.length()).isLessThan(32_767);
    assertThat(synced).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
    assertThat(GroupRig.only(neighbour.join())).isEqualTo(ErrorCode.NONE);
    assertThat(rig.state()).as("not loaded again").isEqualTo("PreparingRebalance");
  }
}
