package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.HeapBudget;
import org.stoker.base.Uuid;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.MemoryShardLog;
import org.stoker.protocol.ErrorCode;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/** A coordinator of one partition, its log in memory, its clock turned by hand. */
@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class GroupRig {
  static final String GROUP = "group";
  static final int SESSION_MS = 10_000;
  static final int REBALANCE_MS = 30_000;
  static final GroupCoordinatorConfig NO_DELAY =
      new GroupCoordinatorConfig(
          6_000, 1_800_000, 0, Integer.MAX_VALUE, GroupCoordinatorConfig.Offsets.DEFAULTS);

  final SimulatedClock clock = new SimulatedClock();
  final MemoryShardLog log = new MemoryShardLog();
  final GroupMemory memory;
  final GroupCoordinator groups;
  private int leaderEpoch = 1;

  GroupRig() {
    this(NO_DELAY);
  }

  GroupRig(GroupCoordinatorConfig config) {
    this(config, 1L << 28);
  }

  /** A coordinator of a broker with this heap. */
  GroupRig(GroupCoordinatorConfig config, long heapBytes) {
    memory = GroupMemory.ofHeap(heapBytes, new HeapBudget(heapBytes), clock);
    groups =
        Coordinators.of(
            config,
            memory,
            new SplitMixSeed(7),
            log,
            clock,
            partition -> new CallerRunsLane("shard", Runnable::run));
    groups.start(1);
    groups.becomeLeader(0, leaderEpoch);
  }

  static GroupCoordinatorConfig withMaxSize(int maxSize) {
    return new GroupCoordinatorConfig(6_000, 1_800_000, 0, maxSize, NO_DELAY.offsets());
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  void resign() {
    groups.resign(0, leaderEpoch);
  }

  void lead() {
    leaderEpoch++;
    groups.becomeLeader(0, leaderEpoch);
  }

  /** As after a restart: what is not in the log is forgotten. */
  void reload() {
    resign();
    lead();
  }

  // ---- commands ----

  static List<GroupProtocol> protocols(String... names) {
    return List.of(names).stream()
        .map(name -> new GroupProtocol(name, OracleSubscription.bytes(List.of("orders"))))
        .toList();
  }

  static JoinGroupCommand joinCommand(
      String memberId, @Nullable String instanceId, List<GroupProtocol> protocols) {
    return new JoinGroupCommand(
        GROUP,
        memberId,
        instanceId,
        "consumer",
        protocols,
        SESSION_MS,
        REBALANCE_MS,
        new ClientIdentity("client", "/10.0.0.7"),
        true,
        true,
        null);
  }

  CompletableFuture<JoinGroupReply> join(
      String memberId, @Nullable String instanceId, String... protocols) {
    return groups.joinGroup(joinCommand(memberId, instanceId, protocols(protocols)));
  }

  CompletableFuture<JoinGroupReply> rejoin(String memberId) {
    return join(memberId, null, "range");
  }

  CompletableFuture<JoinGroupReply> rejoinAs(String memberId, String instanceId) {
    return join(memberId, instanceId, "range");
  }

  /** A new member's first request: it is given an id. */
  String newMemberId() {
    JoinGroupReply reply = join("", null, "range").join();
    assertThat(reply.error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
    return reply.memberId();
  }

  CompletableFuture<SyncGroupReply> sync(
      String memberId, int generationId, Map<String, Bytes> assignments) {
    return groups.syncGroup(
        new SyncGroupCommand(
            GROUP, memberId, null, generationId, "consumer", "range", assignments));
  }

  ErrorCode heartbeat(String memberId, int generationId) {
    return groups.heartbeat(new HeartbeatCommand(GROUP, memberId, null, generationId)).join();
  }

  CompletableFuture<LeaveGroupReply> leave(String... memberIds) {
    return groups.leaveGroup(
        new LeaveGroupCommand(
            GROUP,
            List.of(memberIds).stream()
                .map(id -> new LeaveGroupCommand.LeavingMember(id, null, null))
                .toList()));
  }

  CompletableFuture<CommitOffsetsReply> commit(String memberId, int generationId, long offset) {
    return groups.commitOffsets(commitCommand(GROUP, memberId, generationId, offset));
  }

  static CommitOffsetsCommand commitCommand(
      String groupId, String memberId, int generationId, long offset) {
    return new CommitOffsetsCommand(
        groupId,
        memberId,
        null,
        generationId,
        CommitOffsetsCommand.BROKERS_RETENTION,
        true,
        List.of(
            new CommitOffsetsCommand.Topic(
                "orders",
                Uuid.ZERO,
                List.of(new CommitOffsetsCommand.Partition(0, offset, -1, "")))));
  }

  static ErrorCode only(CommitOffsetsReply reply) {
    return reply.topics().get(0).partitions().get(0).error();
  }

  /** -1 if there is none. */
  long committed(String groupId) {
    return committedStable(groupId, false).join().topics().get(0).partitions().get(0).offset();
  }

  CompletableFuture<FetchOffsetsReply> committedStable(String groupId, boolean requireStable) {
    return groups.fetchOffsets(
        new FetchOffsetsCommand(
            groupId,
            List.of(new FetchOffsetsCommand.Topic("orders", Uuid.ZERO, List.of(0))),
            requireStable),
        _ -> true);
  }

  GroupDescription described() {
    return groups.describeGroup(GROUP, false, _ -> true).join();
  }

  String state() {
    return described().state();
  }

  // ---- groups that are further on ----

  /** As many members, the first one leading, each with its own assignment, all stable. */
  List<String> stableGroup(int memberCount) {
    List<String> memberIds = joinedGroup(memberCount);
    syncAll(memberIds, 1);
    assertThat(state()).isEqualTo("Stable");
    return memberIds;
  }

  /** As many members in generation 1, the first one leading, none of them assigned anything. */
  List<String> joinedGroup(int memberCount) {
    var memberIds = new ArrayList<String>();
    for (int i = 0; i < memberCount; i++) {
      memberIds.add(newMemberId());
    }
    var joins = new ArrayList<CompletableFuture<JoinGroupReply>>();
    memberIds.forEach(memberId -> joins.add(rejoin(memberId)));
    clock.advanceMs(0);
    joins.forEach(join -> {
      assertThat(join).isDone();
      assertThat(join.join().generationId()).isEqualTo(1);
    });
    String leader = joins.get(0).join().leader();
    memberIds.remove(leader);
    memberIds.addFirst(String.valueOf(leader));
    return memberIds;
  }

  void syncAll(List<String> memberIds, int generationId) {
    var assignments = new java.util.HashMap<String, Bytes>();
    memberIds.forEach(memberId -> assignments.put(memberId, assignmentOf(memberId)));
    memberIds.subList(1, memberIds.size()).forEach(id -> sync(id, generationId, Map.of()));
    assertThat(sync(memberIds.get(0), generationId, assignments))
        .isCompletedWithValueMatching(reply -> reply.error() == ErrorCode.NONE);
  }

  static Bytes assignmentOf(String memberId) {
    return Bytes.of(("for " + memberId).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
