package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.HeapBudget;
import org.stoker.base.Uuid;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.EncodedRecord;
import org.stoker.coordinator.runtime.MemoryShardLog;
import org.stoker.protocol.ErrorCode;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/** One random history, told to Kafka's groups and to ours, compared after every word. */
final class OracleRun {
  static final List<String> GROUPS = List.of("alpha", "beta");
  private static final List<String> TOPICS = List.of("orders", "clicks");
  private static final Uuid TOPIC_ID = new Uuid(1, 2);
  private static final Uuid OTHER_TOPIC_ID = new Uuid(3, 4);

  /** An answer that has not been compared yet. */
  private record Open<R>(
      Object what, String groupId, CompletableFuture<R> theirs, CompletableFuture<R> ours) {}

  private final long seedNumber;
  private final SplitMixSeed seed;
  private final GroupCoordinatorConfig config;
  private SimulatedClock kafkaClock = new SimulatedClock();
  private final SimulatedClock clock = new SimulatedClock();
  private final ScriptedSeed memberIds = new ScriptedSeed();
  private final MemoryShardLog log = new MemoryShardLog();
  private final List<Open<?>> open = new ArrayList<>();
  private final Map<String, Set<String>> seenMembers = new HashMap<>();
  private final List<Object> history = new ArrayList<>();
  private KafkaGroups kafka;
  private final GroupCoordinator ours;
  private int comparedBatches;
  private int leaderEpoch = 1;
  private int joinedCount;
  // Kafka keeps a group that committed nothing until the next append that fails.
  private boolean withFailures;

  OracleRun(long seed, GroupCoordinatorConfig config) {
    this(seed, config, config);
  }

  OracleRun(long seed, GroupCoordinatorConfig kafkaConfig, GroupCoordinatorConfig config) {
    this.seedNumber = seed;
    this.seed = new SplitMixSeed(seed);
    this.config = kafkaConfig;
    this.kafka = new KafkaGroups(kafkaConfig, kafkaClock, List.of());
    this.ours =
        Coordinators.of(
            config,
            GroupMemory.ofHeap(1 << 28, new HeapBudget(1 << 28), clock),
            memberIds,
            log,
            clock,
            partition -> new CallerRunsLane("shard", Runnable::run));
    ours.start(1);
    ours.becomeLeader(0, leaderEpoch);
  }

  void run(int steps, boolean failing) {
    withFailures = failing;
    for (int step = 0; step < steps; step++) {
      if (withFailures) {
        failOrNot();
      }
      step();
      compare();
    }
  }

  void runWithReloads(int steps) {
    for (int step = 0; step < steps; step++) {
      step();
      compare();
      if (seed.oneIn(25)) {
        reload();
      }
    }
  }

  private void failOrNot() {
    boolean fail = seed.oneIn(4);
    kafka.refuseWith(fail ? Errors.NOT_ENOUGH_REPLICAS : null);
    log.refuseWith(fail ? ErrorCode.NOT_ENOUGH_REPLICAS : null);
  }

  /** Both forget everything but the log; Kafka's reads the one that ours has written. */
  private void reload() {
    history.add("reload");
    ours.resign(0, leaderEpoch);
    leaderEpoch++;
    for (Open<?> one : open) {
      assertThat(one.ours()).as(told("an answer")).isDone();
    }
    open.clear();
    ours.becomeLeader(0, leaderEpoch);
    kafkaClock = new SimulatedClock(kafkaClock.wallMs());
    kafka = new KafkaGroups(config, kafkaClock, log.encoded());
    compare();
  }

  // ---- what can happen ----

  private void step() {
    switch (seed.nextInt(20)) {
      case 0, 1, 2, 3 -> joinUnknown();
      case 4, 5, 6, 7 -> joinKnown();
      case 8, 9, 10 -> sync();
      case 11 -> heartbeat();
      case 12 -> leave();
      case 13, 14 -> commit();
      case 15 -> fetch();
      case 16 -> remove();
      default -> passTime();
    }
  }

  private void joinUnknown() {
    String groupId = any(GROUPS);
    boolean isStatic = seed.oneIn(3);
    join(groupId, "", isStatic ? "instance-" + seed.nextInt(3) : null);
  }

  private void joinKnown() {
    String groupId = any(GROUPS);
    String memberId = anyMember(groupId);
    join(groupId, memberId, instanceOf(memberId));
  }

  private void join(String groupId, String memberId, @Nullable String instanceId) {
    boolean isOld = seed.oneIn(8);
    var command =
        new JoinGroupCommand(
            groupId,
            memberId,
            instanceId,
            seed.oneIn(30) ? "connect" : "consumer",
            protocols(),
            (1 + seed.nextInt(10)) * 1_000,
            (1 + seed.nextInt(20)) * 1_000,
            new ClientIdentity("client-" + seed.nextInt(2), "/10.0.0.7"),
            !isOld,
            !isOld && seed.oneIn(2),
            seed.oneIn(2) ? null : "because");
    Set<String> before = kafka.memberIds(groupId);
    CompletableFuture<JoinGroupReply> theirs = kafka.join(command);
    Set<String> added = new TreeSet<>(kafka.memberIds(groupId));
    added.removeAll(before);
    if (theirs.isDone() && theirs.join().error() == ErrorCode.MEMBER_ID_REQUIRED) {
      // Its group may be gone again by now, if it could not be stored.
      added.add(theirs.join().memberId());
    }
    for (String newMemberId : added) {
      if (!newMemberId.equals(memberId)) {
        memberIds.nextUuid(UUID.fromString(newMemberId.substring(newMemberId.length() - 36)));
      }
    }
    history.add(command);
    CompletableFuture<JoinGroupReply> mine = ours.joinGroup(command);
    assertThat(memberIds.isUsedUp()).as(told("gave out a member id")).isTrue();
    seenMembers.computeIfAbsent(groupId, id -> new TreeSet<>()).addAll(added);
    open.add(new Open<>(command, groupId, theirs, mine));
    joinedCount++;
  }

  private List<GroupProtocol> protocols() {
    var protocols = new ArrayList<GroupProtocol>();
    var names = new ArrayList<>(List.of("range", "roundrobin", "sticky"));
    int count = seed.oneIn(40) ? 0 : 1 + seed.nextInt(3);
    for (int i = 0; i < count; i++) {
      String name = names.remove(seed.nextInt(names.size()));
      protocols.add(
          new GroupProtocol(name, OracleSubscription.bytes(TOPICS.subList(0, seed.nextInt(3)))));
    }
    if (seed.oneIn(3)) {
      // Ones that go together more often than not, so that generations are reached.
      return List.of(new GroupProtocol("range", OracleSubscription.bytes(List.of("orders"))));
    }
    return protocols;
  }

  private void sync() {
    String groupId = any(GROUPS);
    String memberId = anyMember(groupId);
    var assignments = new TreeMap<String, Bytes>();
    for (String known : seenMembers.getOrDefault(groupId, Set.of())) {
      if (!seed.oneIn(4)) {
        assignments.put(known, Bytes.of(new byte[] {1, (byte) joinedCount}));
      }
    }
    var command =
        new SyncGroupCommand(
            groupId,
            memberId,
            instanceOf(memberId),
            anyGeneration(groupId),
            seed.oneIn(10) ? "connect" : seed.oneIn(2) ? null : "consumer",
            seed.oneIn(10) ? "range" : null,
            assignments);
    history.add(command);
    open.add(new Open<>(command, groupId, kafka.sync(command), ours.syncGroup(command)));
  }

  private void heartbeat() {
    String groupId = any(GROUPS);
    String memberId = anyMember(groupId);
    var command =
        new HeartbeatCommand(groupId, memberId, instanceOf(memberId), anyGeneration(groupId));
    history.add(command);
    ErrorCode theirs = kafka.heartbeat(command);
    assertThat(ours.heartbeat(command)).as(told("heartbeat")).isCompletedWithValue(theirs);
  }

  private void leave() {
    String groupId = any(GROUPS);
    var leaving = new ArrayList<LeaveGroupCommand.LeavingMember>();
    int count = 1 + seed.nextInt(2);
    for (int i = 0; i < count; i++) {
      if (seed.oneIn(3)) {
        leaving.add(new LeaveGroupCommand.LeavingMember("", "instance-" + seed.nextInt(3), "gone"));
      } else {
        String memberId = anyMember(groupId);
        leaving.add(
            new LeaveGroupCommand.LeavingMember(
                memberId, seed.oneIn(2) ? null : instanceOf(memberId), null));
      }
    }
    var command = new LeaveGroupCommand(groupId, leaving);
    history.add(command);
    LeaveGroupReply theirs = kafka.leave(command);
    assertThat(ours.leaveGroup(command)).as(told("leave")).isCompletedWithValue(theirs);
  }

  private void commit() {
    String groupId = seed.oneIn(4) ? "lone" : any(GROUPS);
    boolean isAlone = seed.oneIn(3);
    String memberId = isAlone && seed.oneIn(2) ? "" : anyMember(groupId);
    boolean isOld = seed.oneIn(4);
    var partitions = new ArrayList<CommitOffsetsCommand.Partition>();
    for (int partition = 0; partition <= seed.nextInt(3); partition++) {
      partitions.add(
          new CommitOffsetsCommand.Partition(
              partition,
              seed.nextInt(1000),
              seed.oneIn(2) ? -1 : seed.nextInt(9),
              !withFailures && seed.oneIn(8)
                  ? "x".repeat(seed.nextInt(130))
                  : seed.oneIn(2) ? null : "note"));
    }
    var command =
        new CommitOffsetsCommand(
            groupId,
            memberId,
            instanceOf(memberId),
            isAlone ? -1 : anyGeneration(groupId),
            isOld && seed.oneIn(2) ? seed.nextInt(100_000) : -1,
            !isOld,
            List.of(
                new CommitOffsetsCommand.Topic(
                    any(TOPICS), isOld ? Uuid.ZERO : topicId(), partitions)));
    history.add(command);
    CommitOffsetsReply theirs = kafka.commit(command);
    assertThat(ours.commitOffsets(command)).as(told("commit")).isCompletedWithValue(theirs);
  }

  private void fetch() {
    String groupId = seed.oneIn(4) ? "lone" : any(GROUPS);
    List<FetchOffsetsCommand.Topic> topics =
        TOPICS.stream()
            .map(topic -> new FetchOffsetsCommand.Topic(topic, topicId(), List.of(0, 1, 2, 7)))
            .toList();
    fetchAndCompare(new FetchOffsetsCommand(groupId, topics, seed.oneIn(2)));
  }

  private void fetchAndCompare(FetchOffsetsCommand command) {
    FetchOffsetsReply theirs = sorted(kafka.fetch(command));
    CompletableFuture<FetchOffsetsReply> mine = ours.fetchOffsets(command, _ -> true);
    assertThat(mine).as(told("fetch")).isDone();
    assertThat(sorted(mine.join())).as(told("fetch")).isEqualTo(theirs);
  }

  private void remove() {
    switch (seed.nextInt(3)) {
      case 0 -> {
        var command =
            new DeleteOffsetsCommand(
                seed.oneIn(4) ? "lone" : any(GROUPS),
                List.of(new DeleteOffsetsCommand.Topic(any(TOPICS), List.of(0, 1))));
        history.add(command);
        DeleteOffsetsReply theirs = kafka.deleteOffsets(command);
        assertThat(ours.deleteOffsets(command)).as(told("remove")).isCompletedWithValue(theirs);
      }
      case 1 -> {
        List<String> groupIds = List.of("alpha", "lone", "nobody");
        history.add("deleteGroups");
        Map<String, ErrorCode> theirs = kafka.deleteGroups(groupIds);
        assertThat(ours.deleteGroups(groupIds)).as(told("delete")).isCompletedWithValue(theirs);
      }
      default -> {
        Map<String, Uuid> deleted = Map.of(any(TOPICS), TOPIC_ID);
        history.add("topicsDeleted " + deleted);
        kafka.topicsDeleted(deleted);
        Coordinators.topicsDeleted(ours, deleted);
      }
    }
  }

  private void passTime() {
    long passedMs =
        switch (seed.nextInt(12)) {
          case 0 -> 61 * 60_000L;
          case 1, 2 -> 20_000;
          case 3, 4, 5 -> 3_000;
          default -> seed.nextInt(4_000);
        };
    history.add("passed " + passedMs + " ms");
    kafkaClock.advanceMs(passedMs);
    clock.advanceMs(passedMs);
  }

  // ---- comparing ----

  private void compare() {
    compareAnswers();
    compareWritten();
    assertThat(ours.listGroups(Set.of(), Set.of(), _ -> true).join().groups())
        .as(told("list"))
        .isEqualTo(kafka.list());
    for (String groupId : List.of("alpha", "beta", "lone", "nobody")) {
      assertThat(ours.describeGroup(groupId, true, _ -> true).join())
          .as(told("describe"))
          .isEqualTo(kafka.describe(groupId));
      fetchAndCompare(new FetchOffsetsCommand(groupId, null, false));
    }
  }

  private void compareAnswers() {
    for (Open<?> one : List.copyOf(open)) {
      if (one.theirs().isDone()) {
        assertThat(one.ours()).as(told("an answer")).isDone();
        assertThat((Object) one.ours().join()).as(told("an answer")).isEqualTo(one.theirs().join());
        open.remove(one);
      } else if (one.ours().isDone()) {
        // Kafka forgets whom it owes an answer when a member asks twice, or leaves while it waits.
        assertThat(kafka.awaited(one.groupId())).as(told("an answer")).doesNotContain(one.theirs());
        open.remove(one);
      }
    }
  }

  private void compareWritten() {
    List<EncodedRecord> theirs = sortedByKey(kafka.takeWritten());
    List<EncodedRecord> mine = sortedByKey(log.encodedFrom(comparedBatches));
    comparedBatches = log.batchCount();
    if (!mine.equals(theirs)) {
      assertThat(mine.stream().map(OracleRun::readable).toList())
          .as(told("records"))
          .isEqualTo(theirs.stream().map(OracleRun::readable).toList());
      assertThat(mine).as(told("the bytes of the records")).isEqualTo(theirs);
    }
  }

  private static String readable(EncodedRecord record) {
    Bytes value = record.value();
    return String.valueOf(
        GroupRecordCodec.CODEC.decode(
            java.nio.ByteBuffer.wrap(record.key().array()),
            value == null ? null : java.nio.ByteBuffer.wrap(value.array())));
  }

  private static List<EncodedRecord> sortedByKey(List<EncodedRecord> records) {
    return records.stream()
        .sorted(Comparator.comparing(record -> record.key().array(), Arrays::compare))
        .toList();
  }

  private static FetchOffsetsReply sorted(FetchOffsetsReply reply) {
    return new FetchOffsetsReply(
        reply.groupId(),
        reply.error(),
        reply.topics().stream()
            .sorted(Comparator.comparing(FetchOffsetsReply.Topic::name))
            .map(topic ->
                new FetchOffsetsReply.Topic(
                    topic.name(),
                    topic.topicId(),
                    topic.partitions().stream()
                        .sorted(Comparator.comparingInt(FetchOffsetsReply.Partition::partition))
                        .toList()))
            .toList());
  }

  /** Put together only when it is read: that is once in a long while. */
  private Supplier<String> told(String what) {
    return () -> {
      int from = Math.max(0, history.size() - 12);
      return what
          + ", seed="
          + seedNumber
          + ", after "
          + history.size()
          + " steps, the last:\n"
          + history.subList(from, history.size()).stream()
              .map(Object::toString)
              .collect(Collectors.joining("\n"));
    };
  }

  // ---- drawing ----

  private String any(List<String> of) {
    return of.get(seed.nextInt(of.size()));
  }

  private Uuid topicId() {
    return seed.oneIn(6) ? OTHER_TOPIC_ID : seed.oneIn(3) ? Uuid.ZERO : TOPIC_ID;
  }

  private String anyMember(String groupId) {
    List<String> present = List.copyOf(kafka.memberIds(groupId));
    if (!present.isEmpty() && !seed.oneIn(10)) {
      return any(present);
    }
    List<String> seen = List.copyOf(seenMembers.getOrDefault(groupId, Set.of()));
    return seen.isEmpty() ? "stranger" : any(seen);
  }

  private @Nullable String instanceOf(String memberId) {
    if (!memberId.startsWith("instance-")) {
      return null;
    }
    return seed.oneIn(8) ? null : memberId.substring(0, "instance-0".length());
  }

  private int anyGeneration(String groupId) {
    int current = kafka.generationId(groupId);
    return seed.oneIn(10) ? current - 1 : current;
  }
}
