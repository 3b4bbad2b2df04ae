package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;

/** Committing, fetching and removing offsets. */
@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class OffsetsTest {
  private static final Uuid ID = new Uuid(1, 2);
  private static final Uuid OTHER_ID = new Uuid(3, 4);

  private final GroupRig rig = new GroupRig();

  // ---- commit ----

  @Test
  void aMembersOffsetsSurviveARestart() {
    String member = rig.stableGroup(1).get(0);

    assertThat(GroupRig.only(rig.commit(member, 1, 42).join())).isEqualTo(ErrorCode.NONE);
    rig.reload();

    assertThat(rig.committed(GroupRig.GROUP)).isEqualTo(42);
  }

  @Test
  void aLoneConsumerCommitsWithoutAGroup() {
    assertThat(GroupRig.only(commitAlone("lone", 7))).isEqualTo(ErrorCode.NONE);

    assertThat(rig.committed("lone")).isEqualTo(7);
    assertThat(rig.groups.describeGroup("lone", false, _ -> true).join().state())
        .isEqualTo("Empty");
    assertThat(rig.groups.describeGroup("lone", false, _ -> true).join().protocolType()).isEmpty();
  }

  private CommitOffsetsReply commitAlone(String groupId, long offset) {
    return rig.groups.commitOffsets(GroupRig.commitCommand(groupId, "", -1, offset)).join();
  }

  @Test
  void aLoneConsumerCannotMoveTheOffsetsOfAGroupWithMembers() {
    rig.stableGroup(1);

    assertThat(GroupRig.only(commitAlone(GroupRig.GROUP, 7)))
        .isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
  }

  @Test
  void anEmptyGroupIdMayCommitAndFetch() {
    assertThat(GroupRig.only(commitAlone("", 7))).isEqualTo(ErrorCode.NONE);
    assertThat(rig.committed("")).isEqualTo(7);
  }

  @Test
  void strangersAndOldGenerationsMayNotCommit() {
    String member = rig.stableGroup(1).get(0);

    assertThat(GroupRig.only(rig.commit("stranger", 1, 7).join()))
        .isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(GroupRig.only(rig.commit(member, 0, 7).join()))
        .isEqualTo(ErrorCode.ILLEGAL_GENERATION);
  }

  @Test
  void aMemberThatHasNoAssignmentYetMayNotCommit() {
    List<String> members = rig.joinedGroup(1);

    assertThat(GroupRig.only(rig.commit(members.get(0), 1, 7).join()))
        .isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
  }

  @Test
  void aMemberMayCommitBeforeItJoinsAgain() {
    List<String> members = rig.stableGroup(2);
    rig.rejoin(members.get(0));

    assertThat(GroupRig.only(rig.commit(members.get(1), 1, 7).join())).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void aMemberOfAGroupThatDoesNotExistIsToldSoInTheWordsItsVersionKnows() {
    CommitOffsetsCommand today = GroupRig.commitCommand("nobody", "m", 3, 7);
    var old = new CommitOffsetsCommand("nobody", "m", null, 3, -1, false, today.topics());

    assertThat(GroupRig.only(rig.groups.commitOffsets(today).join()))
        .isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    assertThat(GroupRig.only(rig.groups.commitOffsets(old).join()))
        .isEqualTo(ErrorCode.ILLEGAL_GENERATION);
  }

  @Test
  void metadataBeyondTheLimitIsRefusedPartitionByPartition() {
    CommitOffsetsReply reply =
        rig.groups.commitOffsets(commitWithMetadata("x".repeat(4096), "x".repeat(4097))).join();

    assertThat(reply.topics().get(0).partitions())
        .extracting(CommitOffsetsReply.Partition::error)
        .containsExactly(ErrorCode.NONE, ErrorCode.OFFSET_METADATA_TOO_LARGE);
    assertThat(Coordinators.records(rig.log)).hasSize(1);
  }

  private static CommitOffsetsCommand commitWithMetadata(String first, String second) {
    return new CommitOffsetsCommand(
        "lone",
        "",
        null,
        -1,
        -1,
        true,
        List.of(
            new CommitOffsetsCommand.Topic(
                "orders",
                Uuid.ZERO,
                List.of(
                    new CommitOffsetsCommand.Partition(0, 1, 5, first),
                    new CommitOffsetsCommand.Partition(1, 1, -1, second)))));
  }

  @Test
  void aCommitLargerThanABatchIsRefusedAndLeavesNothing() {
    rig.log.setMaxBatchBytes(600);

    CommitOffsetsReply reply =
        rig.groups.commitOffsets(commitWithMetadata("x".repeat(300), "x".repeat(300))).join();

    assertThat(GroupRig.only(reply)).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
    assertThat(Coordinators.records(rig.log)).isEmpty();
    assertThat(rig.committed("lone")).isEqualTo(-1);
  }

  @Test
  void noOffsetIsToldBeforeItIsStored() {
    rig.log.holdAppends(true);

    CompletableFuture<CommitOffsetsReply> reply =
        rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));
    assertThat(reply).isNotDone();
    assertThat(rig.committed("lone")).isEqualTo(-1);
    rig.log.settleOldest(ErrorCode.NONE);

    assertThat(GroupRig.only(reply.join())).isEqualTo(ErrorCode.NONE);
    assertThat(rig.committed("lone")).isEqualTo(7);
  }

  @Test
  void anOffsetThatCouldNotBeStoredIsNotThere() {
    commitAlone("lone", 7);
    rig.log.holdAppends(true);
    CompletableFuture<CommitOffsetsReply> lost =
        rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 8));

    rig.log.settleOldest(ErrorCode.KAFKA_STORAGE_ERROR);

    assertThat(GroupRig.only(lost.join())).isEqualTo(ErrorCode.NOT_COORDINATOR);
    assertThat(rig.committed("lone")).isEqualTo(7);
  }

  @Test
  void commitsOverlapAndTheLastOneCounts() {
    rig.log.holdAppends(true);
    for (long offset = 1; offset <= 5; offset++) {
      rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, offset));
    }

    assertThat(rig.log.heldCount()).isEqualTo(5);
    rig.log.settleAll(ErrorCode.NONE);
    assertThat(rig.committed("lone")).isEqualTo(5);
  }

  // ---- fetch ----

  @Test
  void aStableFetchWaitsForCommitsThatAreOnTheirWay() {
    rig.log.holdAppends(true);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));

    CompletableFuture<FetchOffsetsReply> stable = rig.committedStable("lone", true);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 8));
    assertThat(stable).isNotDone();
    rig.log.settleOldest(ErrorCode.NONE);

    assertThat(stable.join().topics().get(0).partitions().get(0).offset()).isEqualTo(7);
  }

  @Test
  void aStableFetchWaitsForEveryCommitBeforeIt() {
    rig.log.holdAppends(true);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 8));

    CompletableFuture<FetchOffsetsReply> stable = rig.committedStable("lone", true);
    rig.log.settleOldest(ErrorCode.NONE);
    assertThat(stable).isNotDone();
    rig.log.settleOldest(ErrorCode.NONE);

    assertThat(stable.join().topics().get(0).partitions().get(0).offset()).isEqualTo(8);
  }

  @Test
  void aStableFetchDoesNotWaitForEver() {
    rig.log.holdAppends(true);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));

    CompletableFuture<FetchOffsetsReply> stable = rig.committedStable("lone", true);
    rig.clock.advanceMs(5_000);

    assertThat(stable.join().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
  }

  @Test
  void whatWasNeverCommittedIsMinusOne() {
    commitAlone("lone", 7);

    FetchOffsetsReply reply =
        fetch(List.of(new FetchOffsetsCommand.Topic("orders", Uuid.ZERO, List.of(0, 1))));

    assertThat(reply.topics().get(0).partitions())
        .containsExactly(
            new FetchOffsetsReply.Partition(0, 7, -1, ""),
            new FetchOffsetsReply.Partition(1, -1, -1, ""));
    assertThat(rig.committed("nobody")).isEqualTo(-1);
  }

  @Test
  void allThatAGroupCommittedIsFetchedWhenNoTopicIsNamed() {
    commit("orders", 0, Uuid.ZERO, 5);
    commit("orders", 1, Uuid.ZERO, 6);
    commit("clicks", 0, Uuid.ZERO, 7);

    FetchOffsetsReply reply = fetch(null);

    assertThat(reply.topics())
        .extracting(FetchOffsetsReply.Topic::name)
        .containsExactlyInAnyOrder("orders", "clicks");
    assertThat(reply.topics().stream().mapToInt(topic -> topic.partitions().size()).sum())
        .isEqualTo(3);
  }

  @Test
  void anOffsetOfATopicThatWasMadeAgainIsNotItsSuccessors() {
    commit("orders", 0, ID, 5);

    assertThat(fetchOne(ID)).isEqualTo(5);
    assertThat(fetchOne(Uuid.ZERO)).as("a client that names the topic").isEqualTo(5);
    assertThat(fetchOne(OTHER_ID)).isEqualTo(-1);
    rig.reload();
    assertThat(fetchOne(OTHER_ID)).as("after a restart").isEqualTo(-1);
  }

  private long fetchOne(Uuid topicId) {
    return fetch(List.of(new FetchOffsetsCommand.Topic("orders", topicId, List.of(0))))
        .topics()
        .get(0)
        .partitions()
        .get(0)
        .offset();
  }

  private FetchOffsetsReply fetch(@Nullable List<FetchOffsetsCommand.Topic> topics) {
    return rig.groups
        .fetchOffsets(new FetchOffsetsCommand("lone", topics, false), _ -> true)
        .join();
  }

  private void commit(String topic, int partition, Uuid topicId, long offset) {
    CommitOffsetsReply reply =
        rig.groups
            .commitOffsets(
                new CommitOffsetsCommand(
                    "lone",
                    "",
                    null,
                    -1,
                    -1,
                    true,
                    List.of(
                        new CommitOffsetsCommand.Topic(
                            topic,
                            topicId,
                            List.of(
                                new CommitOffsetsCommand.Partition(partition, offset, -1, null))))))
            .join();
    assertThat(GroupRig.only(reply)).isEqualTo(ErrorCode.NONE);
  }

  // ---- remove ----

  @Test
  void offsetsOfTopicsThatMembersConsumeAreNotRemoved() {
    String member = rig.stableGroup(1).get(0);
    rig.commit(member, 1, 42);

    DeleteOffsetsReply reply =
        rig.groups
            .deleteOffsets(
                new DeleteOffsetsCommand(
                    GroupRig.GROUP,
                    List.of(
                        new DeleteOffsetsCommand.Topic("orders", List.of(0)),
                        new DeleteOffsetsCommand.Topic("clicks", List.of(0)))))
            .join();

    assertThat(reply.topics())
        .extracting(topic -> topic.partitions().get(0).error())
        .containsExactly(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, ErrorCode.NONE);
    assertThat(rig.committed(GroupRig.GROUP)).isEqualTo(42);
  }

  @Test
  void offsetsOfAnEmptyGroupAreRemovedForGood() {
    commitAlone("lone", 7);

    assertThat(deleteOffsets("lone").error()).isEqualTo(ErrorCode.NONE);
    rig.reload();

    assertThat(rig.committed("lone")).isEqualTo(-1);
  }

  @Test
  void removingOffsetsIsRefusedForGroupsThatDoNotExistOrAreOfAnotherKind() {
    JoinGroupCommand usual = GroupRig.joinCommand("", "one", GroupRig.protocols("range"));
    rig.groups.joinGroup(
        new JoinGroupCommand(
            "workers",
            "",
            "one",
            "connect",
            usual.protocols(),
            10_000,
            10_000,
            usual.client(),
            true,
            true,
            null));
    rig.clock.advanceMs(0);

    assertThat(deleteOffsets("nobody").error()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    assertThat(deleteOffsets("workers").error()).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
    assertThat(deleteOffsets("").error()).isEqualTo(ErrorCode.INVALID_GROUP_ID);
  }

  private DeleteOffsetsReply deleteOffsets(String groupId) {
    return rig.groups
        .deleteOffsets(
            new DeleteOffsetsCommand(
                groupId, List.of(new DeleteOffsetsCommand.Topic("orders", List.of(0)))))
        .join();
  }

  @Test
  void removingOffsetsDoesNotMissACommitThatIsOnItsWay() {
    rig.log.holdAppends(true);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));

    rig.groups.deleteOffsets(
        new DeleteOffsetsCommand(
            "lone", List.of(new DeleteOffsetsCommand.Topic("orders", List.of(0)))));
    rig.log.settleAll(ErrorCode.NONE);

    assertThat(rig.committed("lone")).isEqualTo(-1);
  }

  @Test
  void theOffsetsOfADeletedTopicAreRemovedInEveryGroup() {
    commit("orders", 0, ID, 5);
    commit("clicks", 0, OTHER_ID, 6);
    commit("views", 0, Uuid.ZERO, 7);

    Coordinators.topicsDeleted(rig.groups, Map.of("orders", ID, "clicks", ID, "views", ID));

    assertThat(fetch(null).topics())
        .as("a topic of that name with another id is another topic")
        .extracting(FetchOffsetsReply.Topic::name)
        .containsExactly("clicks");
  }
}
