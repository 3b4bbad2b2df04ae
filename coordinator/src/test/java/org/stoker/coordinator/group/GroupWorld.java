package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.HeapBudget;
import org.stoker.base.Uuid;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.MemoryShardLog;
import org.stoker.protocol.ErrorCode;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedExecutor;
import org.stoker.testkit.SimulatedLane;
import org.stoker.testkit.SplitMixSeed;

/** A random history of a few consumers, one shard and its log, and what must hold all along. */
@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class GroupWorld {
  /** A fault put in on purpose. */
  enum Sabotage {
    NONE,
    LOG_SUCCEEDS_BEFORE_IT_KEEPS,
    LOG_FORGETS_A_BATCH,
    FIRST_REPLY_IS_LOST,
    LEADER_ASSIGNS_ANOTHER_GENERATION
  }

  private static final String GROUP = "group";
  private static final GroupCoordinatorConfig CONFIG =
      new GroupCoordinatorConfig(1_000, 60_000, 500, 5, GroupRig.NO_DELAY.offsets());

  /** A consumer as far as the coordinator can tell. */
  private static final class Client {
    final @Nullable String instanceId;
    String memberId = "";
    int generationId = -1;
    boolean waits;
    boolean hasAssignment;
    List<String> toAssign = List.of();
    boolean leads;

    Client(@Nullable String instanceId) {
      this.instanceId = instanceId;
    }

    /** What is the same before and after a static member's restart. */
    String identity() {
      return instanceId == null ? memberId : instanceId;
    }
  }

  private final long seedNumber;
  private final SplitMixSeed seed;
  private final Sabotage sabotage;
  private final SimulatedClock clock = new SimulatedClock();
  private final MemoryShardLog log = new MemoryShardLog();
  private final SimulatedExecutor others;
  private final GroupCoordinator groups;
  private final List<Client> consumers = new ArrayList<>();
  private final List<CompletableFuture<?>> asked = new ArrayList<>();
  private final List<String> story = new ArrayList<>();

  // What must hold.
  private final Map<Integer, String> leaderOf = new HashMap<>();
  private final Map<Integer, Long> acknowledged = new TreeMap<>();
  private final Map<Integer, Long> told = new TreeMap<>();
  private int latestGeneration;
  private long nextOffset = 1;
  private int leaderEpoch = 1;
  private boolean hasLostOne;

  GroupWorld(long seedNumber, Sabotage sabotage) {
    this.seedNumber = seedNumber;
    this.seed = new SplitMixSeed(seedNumber);
    this.sabotage = sabotage;
    this.others = new SimulatedExecutor(seed.fork());
    SplitMixSeed laneSeed = seed.fork();
    this.groups =
        Coordinators.of(
            CONFIG,
            GroupMemory.ofHeap(1 << 28, new HeapBudget(1 << 28), clock),
            seed.fork(),
            log,
            clock,
            partition -> new SimulatedLane(laneSeed, others));
    log.setFault(
        switch (sabotage) {
          case LOG_SUCCEEDS_BEFORE_IT_KEEPS -> MemoryShardLog.Fault.SUCCEEDS_BEFORE_IT_KEEPS;
          case LOG_FORGETS_A_BATCH -> MemoryShardLog.Fault.FORGETS_A_BATCH;
          case NONE, FIRST_REPLY_IS_LOST, LEADER_ASSIGNS_ANOTHER_GENERATION ->
              MemoryShardLog.Fault.NONE;
        });
    groups.start(1);
    groups.becomeLeader(0, leaderEpoch);
    for (int i = 0; i < 5; i++) {
      consumers.add(new Client(i < 2 ? "instance-" + i : null));
    }
  }

  String run(int steps) {
    for (int step = 0; step < steps; step++) {
      step();
    }
    end();
    return String.join("\n", story);
  }

  private void step() {
    switch (seed.nextInt(24)) {
      case 0, 1, 2, 3, 4, 5, 6, 7 -> goOn(any());
      case 8, 9 -> heartbeat(any());
      case 10, 11, 12 -> commit(any());
      case 13 -> fetch();
      case 14 -> leave(any());
      case 15 -> die(any());
      case 16 -> log.holdAppends(seed.oneIn(2));
      case 17, 18 -> settleSome();
      case 19 -> {
        if (seed.oneIn(4)) {
          loseLeadership();
        } else if (seed.oneIn(4)) {
          compareWithAReload();
        }
      }
      case 20, 21 -> others.runAll();
      default -> clock.advanceMs(seed.nextInt(1_500));
    }
  }

  // ---- consumers ----

  private Client any() {
    return consumers.get(seed.nextInt(consumers.size()));
  }

  /** Whatever a consumer does next: join, or bring or get its assignment. */
  private void goOn(Client consumer) {
    if (consumer.waits) {
      return;
    }
    if (consumer.generationId < 0) {
      join(consumer);
    } else if (!consumer.hasAssignment) {
      sync(consumer);
    }
  }

  private void join(Client consumer) {
    var command =
        new JoinGroupCommand(
            GROUP,
            consumer.memberId,
            consumer.instanceId,
            "consumer",
            List.of(new GroupProtocol("range", Bytes.of(new byte[] {0, 0}))),
            2_000,
            4_000,
            new ClientIdentity("client", "/10.0.0.7"),
            true,
            true,
            null);
    ask(consumer, groups.joinGroup(command), reply -> joined(consumer, reply));
  }

  private void joined(Client consumer, JoinGroupReply reply) {
    story.add("join " + consumer.identity() + " " + reply.error() + " " + reply.generationId());
    switch (reply.error()) {
      case NONE -> {
        consumer.memberId = reply.memberId();
        consumer.generationId = reply.generationId();
        consumer.hasAssignment = false;
        consumer.leads = reply.memberId().equals(reply.leader()) && !reply.skipAssignment();
        consumer.toAssign = reply.members().stream().map(JoinGroupReply.Member::memberId).toList();
        checkGeneration(consumer, reply);
      }
      case MEMBER_ID_REQUIRED -> consumer.memberId = reply.memberId();
      case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> consumer.memberId = "";
      default -> {
        // It tries again.
      }
    }
  }

  private void checkGeneration(Client consumer, JoinGroupReply reply) {
    assertThat(reply.generationId())
        .as(at("a generation that is not older than the last"))
        .isGreaterThanOrEqualTo(latestGeneration);
    latestGeneration = reply.generationId();
    if (reply.memberId().equals(reply.leader())) {
      String before = leaderOf.putIfAbsent(reply.generationId(), consumer.identity());
      assertThat(before == null ? consumer.identity() : before)
          .as(at("one leader in generation " + reply.generationId()))
          .isEqualTo(consumer.identity());
    }
  }

  private void sync(Client consumer) {
    var assignments = new HashMap<String, Bytes>();
    if (consumer.leads) {
      int generation =
          consumer.generationId + (sabotage == Sabotage.LEADER_ASSIGNS_ANOTHER_GENERATION ? 1 : 0);
      consumer.toAssign.forEach(id -> assignments.put(id, share(generation, id)));
    }
    int generationId = consumer.generationId;
    var command =
        new SyncGroupCommand(
            GROUP,
            consumer.memberId,
            consumer.instanceId,
            generationId,
            "consumer",
            "range",
            assignments);
    ask(consumer, groups.syncGroup(command), reply -> synced(consumer, generationId, reply));
  }

  private static Bytes share(int generation, String memberId) {
    String owner = memberId.startsWith("instance-") ? memberId.substring(0, 10) : memberId;
    return Bytes.of((generation + "/" + owner).getBytes(StandardCharsets.UTF_8));
  }

  private void synced(Client consumer, int generationId, SyncGroupReply reply) {
    story.add("sync " + consumer.identity() + " " + reply.error());
    if (reply.error() == ErrorCode.NONE) {
      assertThat(new String(reply.assignment().array(), StandardCharsets.UTF_8))
          .as(at("an assignment of that generation, for that member"))
          .isEqualTo(generationId + "/" + consumer.identity());
      consumer.hasAssignment = true;
    } else {
      hear(consumer, reply.error());
    }
  }

  private void heartbeat(Client consumer) {
    if (consumer.generationId < 0 || consumer.waits) {
      return;
    }
    CompletableFuture<ErrorCode> reply =
        groups.heartbeat(
            new HeartbeatCommand(
                GROUP, consumer.memberId, consumer.instanceId, consumer.generationId));
    ask(consumer, reply, error -> hear(consumer, error));
  }

  private static void hear(Client consumer, ErrorCode error) {
    switch (error) {
      case NONE, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR -> {
        // It asks again.
      }
      case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> {
        consumer.memberId = "";
        consumer.generationId = -1;
      }
      default -> consumer.generationId = -1;
    }
  }

  private void leave(Client consumer) {
    if (consumer.memberId.isEmpty() || consumer.waits || consumer.instanceId != null) {
      return;
    }
    String memberId = consumer.memberId;
    consumer.memberId = "";
    consumer.generationId = -1;
    ask(
        consumer,
        groups.leaveGroup(
            new LeaveGroupCommand(
                GROUP, List.of(new LeaveGroupCommand.LeavingMember(memberId, null, "tired")))),
        reply -> story.add("leave " + reply.error()));
  }

  /** It is gone with all that it knew; what it waited for goes nowhere. */
  private void die(Client consumer) {
    consumers.remove(consumer);
    consumers.add(new Client(consumer.instanceId));
    story.add("died");
  }

  private <R> void ask(Client consumer, CompletableFuture<R> reply, Consumer<R> then) {
    if (sabotage == Sabotage.FIRST_REPLY_IS_LOST && !hasLostOne) {
      hasLostOne = true;
      asked.add(new CompletableFuture<>());
      return;
    }
    consumer.waits = true;
    asked.add(
        reply.thenAccept(body -> {
          consumer.waits = false;
          if (consumers.contains(consumer)) {
            then.accept(body);
          }
        }));
  }

  // ---- offsets: of each partition they only grow ----

  private void commit(Client consumer) {
    int partition = seed.nextInt(3);
    long offset = nextOffset++;
    var command =
        new CommitOffsetsCommand(
            GROUP,
            consumer.memberId,
            consumer.instanceId,
            consumer.generationId,
            CommitOffsetsCommand.BROKERS_RETENTION,
            true,
            List.of(
                new CommitOffsetsCommand.Topic(
                    "orders",
                    Uuid.ZERO,
                    List.of(new CommitOffsetsCommand.Partition(partition, offset, -1, "")))));
    asked.add(
        groups
            .commitOffsets(command)
            .thenAccept(reply -> {
              ErrorCode error = GroupRig.only(reply);
              story.add("commit " + partition + "=" + offset + " " + error);
              if (error == ErrorCode.NONE) {
                acknowledged.merge(partition, offset, Math::max);
              }
            }));
  }

  private void fetch() {
    var mustHave = new TreeMap<>(acknowledged);
    asked.add(
        groups
            .fetchOffsets(new FetchOffsetsCommand(GROUP, null, seed.oneIn(2)), _ -> true)
            .thenAccept(reply -> fetched(reply, mustHave)));
  }

  private void fetched(FetchOffsetsReply reply, Map<Integer, Long> mustHave) {
    if (reply.error() != ErrorCode.NONE) {
      return;
    }
    Map<Integer, Long> offsets = offsetsIn(reply);
    story.add("fetched " + offsets);
    mustHave.forEach((partition, offset) ->
        assertThat(offsets.getOrDefault(partition, -1L))
            .as(at("acknowledged offset of partition " + partition))
            .isGreaterThanOrEqualTo(offset));
    told.forEach((partition, offset) ->
        assertThat(offsets.getOrDefault(partition, -1L))
            .as(at("offset that somebody was told, of partition " + partition))
            .isGreaterThanOrEqualTo(offset));
    told.putAll(offsets);
  }

  private static Map<Integer, Long> offsetsIn(FetchOffsetsReply reply) {
    var offsets = new TreeMap<Integer, Long>();
    for (FetchOffsetsReply.Topic topic : reply.topics()) {
      topic.partitions().forEach(one -> offsets.put(one.partition(), one.offset()));
    }
    return offsets;
  }

  // ---- the log and leadership ----

  private void settleSome() {
    int count = Math.min(log.heldCount(), 1 + seed.nextInt(3));
    for (int i = 0; i < count && log.heldCount() > 0; i++) {
      log.settleOldest(seed.oneIn(4) ? ErrorCode.NOT_ENOUGH_REPLICAS : ErrorCode.NONE);
    }
  }

  private void loseLeadership() {
    story.add("leadership lost, " + log.heldCount() + " appends on their way");
    log.loseLeadership(leaderEpoch, seed.nextInt(log.heldCount() + 1));
    groups.resign(0, leaderEpoch);
    others.runAll();
    assertNobodyWaits();
    lead();
  }

  private void lead() {
    leaderEpoch++;
    // Generations that were never stored are handed out again, perhaps to another leader.
    leaderOf.clear();
    latestGeneration = 0;
    groups.becomeLeader(0, leaderEpoch);
    others.runAll();
    assertThat(described().error()).as(at("leads again")).isEqualTo(ErrorCode.NONE);
    latestGeneration = storedGeneration();
    checkAll();
  }

  private int storedGeneration() {
    int generation = 0;
    for (GroupRecord record : Coordinators.records(log)) {
      if (record instanceof GroupRecord.GroupSaved saved) {
        generation = saved.generationId();
      }
    }
    return generation;
  }

  private void checkAll() {
    CompletableFuture<FetchOffsetsReply> all =
        groups.fetchOffsets(new FetchOffsetsCommand(GROUP, null, false), _ -> true);
    others.runAll();
    fetched(all.join(), new TreeMap<>(acknowledged));
  }

  /** When nothing is on its way and the group is at rest, the log holds all there is to know. */
  private void compareWithAReload() {
    others.runAll();
    log.holdAppends(false);
    log.settleAll(ErrorCode.NONE);
    others.runAll();
    GroupDescription before = described();
    Map<Integer, Long> offsets = offsets();
    log.loseLeadership(leaderEpoch, 0);
    groups.resign(0, leaderEpoch);
    others.runAll();
    lead();

    assertThat(offsets()).as(at("offsets after a reload")).isEqualTo(offsets);
    if (Set.of("Stable", "Empty").contains(before.state())) {
      assertThat(atRest(described())).as(at("group after a reload")).isEqualTo(atRest(before));
    }
  }

  /** Members in no order; those of a group without a generation yet have left no trace. */
  private static Object atRest(GroupDescription group) {
    return List.of(group.state(), group.protocolName(), Set.copyOf(group.members()));
  }

  private GroupDescription described() {
    CompletableFuture<GroupDescription> group = groups.describeGroup(GROUP, false, _ -> true);
    others.runAll();
    return Objects.requireNonNull(group.getNow(null));
  }

  private Map<Integer, Long> offsets() {
    CompletableFuture<FetchOffsetsReply> all =
        groups.fetchOffsets(new FetchOffsetsCommand(GROUP, null, false), _ -> true);
    others.runAll();
    return offsetsIn(all.join());
  }

  private void end() {
    log.loseLeadership(leaderEpoch, 0);
    groups.resign(0, leaderEpoch);
    others.runAll();
    assertNobodyWaits();
  }

  private void assertNobodyWaits() {
    for (CompletableFuture<?> one : asked) {
      assertThat(one).as(at("everybody is answered")).isDone();
      // What a check found while an answer arrived.
      if (one.isCompletedExceptionally()) {
        Throwable found = one.exceptionNow();
        throw found instanceof AssertionError seen ? seen : new AssertionError(found);
      }
    }
    asked.clear();
  }

  private String at(String what) {
    int from = Math.max(0, story.size() - 15);
    return what
        + ", seed="
        + seedNumber
        + "\n"
        + String.join("\n", story.subList(from, story.size()));
  }
}
