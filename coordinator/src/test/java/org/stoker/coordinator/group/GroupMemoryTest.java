package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.Shard;
import org.stoker.protocol.ErrorCode;

/**
 * What groups, members and offsets take of the heap, and what happens when that is all there is.
 */
@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class GroupMemoryTest {
  private static final long HEAP_BYTES = 8L << 20;
  private static final int LARGE = 64 * 1024;
  private static final int MAX_MEMBERS = (int) (HEAP_BYTES / 8 / LARGE);
  private static final String LONG_METADATA = "m".repeat(4_000);

  private final GroupRig rig = new GroupRig(GroupRig.NO_DELAY, HEAP_BYTES);

  // ---- members ----

  @Test
  void newMembersAreRefusedAsByAFullGroupWhenTheirMemoryIsTaken() {
    List<String> members = fillWithMembers();

    JoinGroupReply refused = join("one-more", "", LARGE).join();

    assertThat(refused.error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
    assertThat(members).hasSizeBetween(MAX_MEMBERS / 2, MAX_MEMBERS);
    assertThat(rig.groups.describeGroup("one-more", true, _ -> true).join().error())
        .as("no group was made for it")
        .isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
  }

  @Test
  void idsForNewMembersAreRefusedToo() {
    fillWithMembers();

    int asked = 0;
    ErrorCode error = ErrorCode.MEMBER_ID_REQUIRED;
    while (error == ErrorCode.MEMBER_ID_REQUIRED && asked < 10_000) {
      asked++;
      error = rig.groups.joinGroup(command("g0", "", 1)).join().error();
    }

    assertThat(error).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
  }

  @Test
  void membersThatAreInGoOnWhenTheirMemoryIsTaken() {
    List<String> members = fillWithMembers();

    CompletableFuture<JoinGroupReply> again = join("g0", members.getFirst(), LARGE);

    assertThat(again.join().error()).isEqualTo(ErrorCode.NONE);
    int generation = again.join().generationId();
    assertThat(sync("g0", members.getFirst(), generation).join().error()).isEqualTo(ErrorCode.NONE);
    assertThat(
            rig.groups
                .heartbeat(new HeartbeatCommand("g0", members.getFirst(), null, generation))
                .join())
        .isEqualTo(ErrorCode.NONE);
  }

  @Test
  void aMemberThatIsInCannotGrowWithoutBound() {
    List<String> members = fillWithMembers();

    JoinGroupReply grown = join("g0", members.getFirst(), 900_000).join();

    assertThat(grown.error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
    assertThat(join("g0", members.getFirst(), LARGE).join().error()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void offsetsAreCommittedWhileMembersTakeAllTheirMemory() {
    fillWithMembers();

    assertThat(commit("bystander", 7, "")).isEqualTo(ErrorCode.NONE);
    assertThat(rig.committed("bystander")).isEqualTo(7);
  }

  @Test
  void aGroupThatWouldNotFitIntoOneRecordTakesNoMoreMembers() {
    rig.log.setMaxBatchBytes(3 * LARGE);
    for (int i = 0; i < 3; i++) {
      String id = rig.groups.joinGroup(command("large", "", LARGE)).join().memberId();
      rig.groups.joinGroup(command("large", id, LARGE));
    }

    JoinGroupReply fourth = rig.groups.joinGroup(command("large", "", LARGE)).join();

    assertThat(fourth.error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
  }

  @Test
  void anAssignmentThatMemoryHasNoRoomForEndsTheGenerationWithAClearError() {
    fillWithMembers();
    String member = smallMember("small");
    int generation = join("small", member, 10).join().generationId();

    SyncGroupReply reply =
        rig.groups
            .syncGroup(
                new SyncGroupCommand(
                    "small",
                    member,
                    null,
                    generation,
                    "consumer",
                    "range",
                    Map.of(member, Bytes.of(new byte[1 << 20]))))
            .join();

    assertThat(reply.error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
  }

  /** Its members and ids are small enough to come in beside large ones. */
  private String smallMember(String group) {
    return rig.groups.joinGroup(command(group, "", 10)).join().memberId();
  }

  // ---- offsets ----

  @Test
  void offsetsOfNewGroupsAreRefusedWhenTheirMemoryIsTakenAndThoseThatAreKnownGoOn() {
    int groups = fillWithOffsets("");

    assertThat(commit("one-more", 1, "")).isEqualTo(ErrorCode.INVALID_COMMIT_OFFSET_SIZE);
    assertThat(rig.groups.describeGroup("one-more", true, _ -> true).join().error())
        .as("no group was made for it")
        .isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    for (int i = 0; i < groups; i++) {
      assertThat(commit("o" + i, 99, "")).isEqualTo(ErrorCode.NONE);
    }
    assertThat(rig.committed("o0")).isEqualTo(99);
  }

  @Test
  void newOffsetsOfAKnownGroupAreRefusedWhileItsOldOnesAreTaken() {
    fillWithOffsets("");
    // What is too little for another group is enough for some more partitions of one.
    int partitionCount = 20;

    CommitOffsetsReply reply =
        rig.groups
            .commitOffsets(
                new CommitOffsetsCommand(
                    "o0",
                    "",
                    null,
                    -1,
                    CommitOffsetsCommand.BROKERS_RETENTION,
                    true,
                    List.of(
                        new CommitOffsetsCommand.Topic(
                            "orders",
                            Uuid.ZERO,
                            IntStream.range(0, partitionCount)
                                .mapToObj(partition ->
                                    new CommitOffsetsCommand.Partition(partition, 55, -1, ""))
                                .toList()))))
            .join();

    assertThat(reply.topics().getFirst().partitions())
        .extracting(CommitOffsetsReply.Partition::error)
        .startsWith(ErrorCode.NONE)
        .endsWith(ErrorCode.INVALID_COMMIT_OFFSET_SIZE);
    assertThat(rig.committed("o0")).isEqualTo(55);
  }

  @Test
  void longMetadataTakesNoMoreMemoryThanNone() {
    int withNone = fillWithOffsets("");
    var other = new GroupRig(GroupRig.NO_DELAY, HEAP_BYTES);

    int withLong = fillWithOffsets(other, LONG_METADATA);

    assertThat(withLong).isBetween(withNone * 9 / 10, withNone);
  }

  @Test
  void longMetadataIsReadFromTheLogWhenItIsFetched() {
    commit("g", 1, "first " + LONG_METADATA);
    commit("g", 2, LONG_METADATA);
    commit("short", 3, "short");

    assertThat(metadata("g")).isEqualTo(LONG_METADATA);
    assertThat(metadata("short")).isEqualTo("short");
    assertThat(rig.log.readCount()).isEqualTo(1);
    rig.reload();
    assertThat(metadata("g")).isEqualTo(LONG_METADATA);
  }

  @Test
  void aRecordWithMetadataIsFoundInTheMiddleOfItsBatch() {
    rig.groups.commitOffsets(
        new CommitOffsetsCommand(
            "g",
            "",
            null,
            -1,
            CommitOffsetsCommand.BROKERS_RETENTION,
            true,
            List.of(
                new CommitOffsetsCommand.Topic(
                    "orders",
                    Uuid.ZERO,
                    List.of(
                        new CommitOffsetsCommand.Partition(0, 1, -1, "0" + LONG_METADATA),
                        new CommitOffsetsCommand.Partition(1, 1, -1, "1" + LONG_METADATA),
                        new CommitOffsetsCommand.Partition(2, 1, -1, "2" + LONG_METADATA))))));

    List<FetchOffsetsReply.Partition> fetched =
        rig.groups
            .fetchOffsets(new FetchOffsetsCommand("g", null, false), _ -> true)
            .join()
            .topics()
            .getFirst()
            .partitions();

    assertThat(fetched)
        .hasSize(3)
        .allSatisfy(partition ->
            assertThat(partition.metadata()).isEqualTo(partition.partition() + LONG_METADATA));
  }

  @Test
  void metadataOfOneGroupIsBoundedSoThatAllOfItCanBeFetchedAtOnce() {
    int taken = 0;
    ErrorCode error = ErrorCode.NONE;
    while (error == ErrorCode.NONE && taken < 10_000) {
      error = commit("g", "topic-" + taken, 1, LONG_METADATA);
      taken++;
    }

    assertThat(error).isEqualTo(ErrorCode.INVALID_COMMIT_OFFSET_SIZE);
    assertThat(commit("g", "topic-0", 2, LONG_METADATA))
        .as("what is no larger than before")
        .isEqualTo(ErrorCode.NONE);
    assertThat(commit("g", "topic-new", 2, "")).as("what has none").isEqualTo(ErrorCode.NONE);
    assertThat(
            rig.groups
                .fetchOffsets(new FetchOffsetsCommand("g", null, false), _ -> true)
                .join()
                .error())
        .isEqualTo(ErrorCode.NONE);
  }

  @Test
  void anAnswerAsksForMemoryByItsSizeBeforeItIsBuilt() {
    for (int topic = 0; topic < 50; topic++) {
      commit("g", "topic-" + topic, 1, "");
    }
    List<Long> asked = new ArrayList<>();
    LongPredicate refusal =
        bytes -> {
          asked.add(bytes);
          return false;
        };

    FetchOffsetsReply fetched =
        rig.groups.fetchOffsets(new FetchOffsetsCommand("g", null, false), refusal).join();
    GroupDescription described = rig.groups.describeGroup("g", true, refusal).join();
    var listed = rig.groups.listGroups(Set.of(), Set.of(), refusal).join();

    assertThat(fetched.error()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(fetched.topics()).isEmpty();
    assertThat(described.error()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(described.errorMessage()).contains("ask for fewer");
    assertThat(listed.error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    assertThat(listed.groups()).isEmpty();
    assertThat(asked.getFirst()).isEqualTo(50 * AnswerBytes.OFFSET);
  }

  @Test
  void theSameOffsetAskedForAThousandTimesIsNotReadAThousandTimes() {
    commit("g", 1, LONG_METADATA);

    FetchOffsetsReply reply =
        rig.groups
            .fetchOffsets(
                new FetchOffsetsCommand(
                    "g",
                    List.of(
                        new FetchOffsetsCommand.Topic(
                            "orders", Uuid.ZERO, Collections.nCopies(1_000, 0))),
                    false),
                _ -> true)
            .join();

    assertThat(reply.error()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(rig.log.readCount()).isZero();
  }

  @Test
  void fetchesOfMoreMetadataThanMemoryHoldsAtOnceAreAskedToComeAgain() {
    for (int i = 0; i < 40; i++) {
      commit("g", "topic-" + i, 1, LONG_METADATA);
    }
    rig.log.holdReads(true);
    var fetches = new ArrayList<CompletableFuture<FetchOffsetsReply>>();
    for (int i = 0; i < 10; i++) {
      fetches.add(rig.groups.fetchOffsets(new FetchOffsetsCommand("g", null, false), _ -> true));
    }

    assertThat(fetches.getFirst()).isNotDone();
    assertThat(fetches.getLast().join().error()).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    rig.log.finishOldestRead();
    assertThat(fetches.getFirst().join().error()).isEqualTo(ErrorCode.NONE);
    assertThat(rig.groups.fetchOffsets(new FetchOffsetsCommand("g", null, false), _ -> true))
        .isNotDone();
  }

  // ---- loading ----

  @Test
  void membersThatDoNotFitAreLoadedAsGoneAndTheirOffsetsAreServed() {
    String member = rig.stableGroup(1).getFirst();
    rig.commit(member, 1, 42);
    var small = loadedInto(8 * 1024);

    assertThat(small.heartbeat(member, 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    assertThat(small.committed(GroupRig.GROUP)).isEqualTo(42);
    assertThat(small.state()).isEqualTo("Empty");
  }

  @Test
  void groupsAndOffsetsThatDoNotFitAreNotServedUntilThereIsRoomForThem() {
    int groups = fillWithOffsets("");
    var small = new GroupRig(GroupRig.NO_DELAY, HEAP_BYTES);
    small.resign();
    // Another shard has most of what both of them may take.
    long others = HEAP_BYTES / 4 - 100_000;
    small.memory.offsets().claim(others);
    copyLogTo(small);

    small.lead();

    assertThat(small.committedStable("o0", false).join().error())
        .isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    assertThat(small.memory.offsets().usedBytes())
        .as("what was read is not kept meanwhile")
        .isEqualTo(others);
    small.memory.offsets().release(others);
    small.clock.advanceMs(Shard.LOAD_RETRY_MS);
    assertThat(small.committed("o" + (groups - 1))).isEqualTo(1);
  }

  @Test
  void metadataThatFilledTheHeapBeforeIsLoadedAsNothing() {
    int groups = fillWithOffsets(LONG_METADATA);

    rig.reload();

    assertThat(rig.committed("o" + (groups - 1))).isEqualTo(1);
    assertThat(rig.memory.offsets().usedBytes()).isLessThan(groups * 1_500L);
  }

  // ---- the account ----

  @Test
  void whateverIsForgottenIsGivenBack() {
    List<String> members = rig.stableGroup(3);
    rig.newMemberId();
    rig.commit(members.getFirst(), 1, 42);
    commit("lone", 7, "short");
    commit("lone", 8, LONG_METADATA);
    commit("lone", "another topic", 8, "");
    assertThat(rig.memory.members().usedBytes()).isGreaterThan(3 * HeapBytes.MEMBER);
    CompletableFuture<JoinGroupReply> rejoin = rig.rejoin(members.get(1));
    assertThat(rejoin.join().error()).isEqualTo(ErrorCode.NONE);

    rig.leave(members.toArray(String[]::new));
    rig.clock.advanceMs(GroupRig.REBALANCE_MS);
    assertThat(rig.memory.members().usedBytes()).isZero();
    assertThat(rig.groups.deleteGroups(List.of("lone", GroupRig.GROUP)).join())
        .containsValues(ErrorCode.NONE)
        .doesNotContainValue(ErrorCode.NON_EMPTY_GROUP);

    assertThat(rig.memory.offsets().usedBytes()).isZero();
  }

  @Test
  void aShardThatIsResignedGivesAllBack() {
    rig.stableGroup(3);
    commit("lone", 7, "short");

    rig.resign();

    assertThat(rig.memory.members().usedBytes()).isZero();
    assertThat(rig.memory.offsets().usedBytes()).isZero();
  }

  @Test
  void loadedGroupsTakeAsMuchAsTheyDidBefore() {
    rig.stableGroup(3);
    commit("lone", 7, "short");
    commit("lone", 8, LONG_METADATA);
    long members = rig.memory.members().usedBytes();
    long offsets = rig.memory.offsets().usedBytes();

    rig.reload();

    assertThat(rig.memory.members().usedBytes()).isEqualTo(members);
    assertThat(rig.memory.offsets().usedBytes()).isEqualTo(offsets);
  }

  @Test
  void commitsOnTheirWayCountUntilTheyHaveArrived() {
    rig.log.holdAppends(true);
    rig.groups.commitOffsets(GroupRig.commitCommand("lone", "", -1, 7));
    long onTheWay = rig.memory.offsets().usedBytes();

    rig.log.settleAll(ErrorCode.NOT_ENOUGH_REPLICAS);

    assertThat(onTheWay).isGreaterThan(1_000);
    assertThat(rig.memory.offsets().usedBytes()).isZero();
  }

  // ---- filling ----

  /** Groups g0, g1 … of one large member each, until one is refused. */
  private List<String> fillWithMembers() {
    var members = new ArrayList<String>();
    for (int i = 0; i < 2 * MAX_MEMBERS; i++) {
      JoinGroupReply first = join("g" + i, "", LARGE).join();
      if (first.error() != ErrorCode.MEMBER_ID_REQUIRED) {
        return members;
      }
      CompletableFuture<JoinGroupReply> joined = join("g" + i, first.memberId(), LARGE);
      rig.clock.advanceMs(0);
      if (joined.join().error() != ErrorCode.NONE) {
        return members;
      }
      assertThat(sync("g" + i, first.memberId(), 1).join().error()).isEqualTo(ErrorCode.NONE);
      members.add(first.memberId());
    }
    throw new AssertionError("nobody was refused");
  }

  private CompletableFuture<JoinGroupReply> join(String group, String memberId, int metadataSize) {
    CompletableFuture<JoinGroupReply> joined =
        rig.groups.joinGroup(command(group, memberId, metadataSize));
    rig.clock.advanceMs(0);
    return joined;
  }

  private CompletableFuture<SyncGroupReply> sync(String group, String memberId, int generation) {
    return rig.groups.syncGroup(
        new SyncGroupCommand(
            group,
            memberId,
            null,
            generation,
            "consumer",
            "range",
            Map.of(memberId, Bytes.of(new byte[8]))));
  }

  private static JoinGroupCommand command(String group, String memberId, int metadataSize) {
    return new JoinGroupCommand(
        group,
        memberId,
        null,
        "consumer",
        List.of(new GroupProtocol("range", Bytes.of(new byte[metadataSize]))),
        GroupRig.SESSION_MS,
        GroupRig.REBALANCE_MS,
        new ClientIdentity("client", "/10.0.0.7"),
        true,
        true,
        null);
  }

  private int fillWithOffsets(String metadata) {
    return fillWithOffsets(rig, metadata);
  }

  /** Groups o0, o1 … with one offset each, until one is refused. */
  private static int fillWithOffsets(GroupRig rig, String metadata) {
    for (int i = 0; i < HEAP_BYTES / 100; i++) {
      if (commit(rig, "o" + i, "orders", 1, metadata) != ErrorCode.NONE) {
        return i;
      }
    }
    throw new AssertionError("nobody was refused");
  }

  private ErrorCode commit(String group, long offset, String metadata) {
    return commit(rig, group, "orders", offset, metadata);
  }

  private ErrorCode commit(String group, String topic, long offset, String metadata) {
    return commit(rig, group, topic, offset, metadata);
  }

  private static ErrorCode commit(
      GroupRig rig, String group, String topic, long offset, String metadata) {
    return GroupRig.only(
        rig.groups
            .commitOffsets(
                new CommitOffsetsCommand(
                    group,
                    "",
                    null,
                    -1,
                    CommitOffsetsCommand.BROKERS_RETENTION,
                    true,
                    List.of(
                        new CommitOffsetsCommand.Topic(
                            topic,
                            Uuid.ZERO,
                            List.of(new CommitOffsetsCommand.Partition(0, offset, -1, metadata))))))
            .join());
  }

  private String metadata(String group) {
    return rig.committedStable(group, false)
        .join()
        .topics()
        .getFirst()
        .partitions()
        .getFirst()
        .metadata();
  }

  /** Another broker, with this heap, leads what this one has led. */
  private GroupRig loadedInto(long heapBytes) {
    var other = new GroupRig(GroupRig.NO_DELAY, heapBytes);
    other.resign();
    copyLogTo(other);
    other.lead();
    return other;
  }

  private void copyLogTo(GroupRig other) {
    for (int i = 0; i < rig.log.batchCount(); i++) {
      other.log.put(rig.log.batch(i).buffer());
    }
  }
}
