package org.stoker.coordinator.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;
import org.stoker.base.Lane;
import org.stoker.base.Seed;
import org.stoker.base.ThreadSafe;
import org.stoker.coordinator.runtime.InternalTopic;
import org.stoker.coordinator.runtime.ShardDependencies;
import org.stoker.coordinator.runtime.ShardLog;
import org.stoker.coordinator.runtime.Shards;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.Result;
import org.stoker.protocol.ErrorCode;

/**
 * What handlers ask about groups and their offsets: checks what can be checked at the door, and
 * takes each command to the shard of its group.
 */
@ThreadSafe
public final class GroupCoordinator {
  /** Where groups and their offsets are kept. */
  public static final InternalTopic TOPIC =
      new InternalTopic(
          "__consumer_offsets",
          "offsets.topic.num.partitions",
          "offsets.topic.replication.factor",
          "offsets.topic.segment.bytes",
          Map.of("cleanup.policy", "compact", "compression.type", "producer"));

  private final GroupCoordinatorConfig config;
  private final Shards<GroupShard, GroupFacts, GroupRecord> shards;
  private final ShardLog log;
  private final MetadataReads metadataReads;

  /**
   * Not started yet.
   *
   * @param seed draws the ids of members
   * @param lanes makes the lane of a partition's shard
   */
  public GroupCoordinator(
      GroupCoordinatorConfig config,
      GroupMemory memory,
      Seed seed,
      ShardDependencies dependencies,
      IntFunction<Lane> lanes) {
    this.config = config;
    this.shards = new Shards<>(new GroupShardType(config, memory, seed), dependencies, lanes);
    this.log = dependencies.log();
    this.metadataReads = new MetadataReads(log, memory.answers());
  }

  // ---- life ----

  /**
   * Until then nobody can be told which shard is whose. Started again, the coordinator forgets what
   * it knew: the topic is another one, or its groups belong to other partitions.
   *
   * @param partitionCount that of the topic if it exists, else the configured one
   */
  public void start(int partitionCount) {
    shards.start(partitionCount);
  }

  /** Everybody who waits is answered; nobody is served from here on. */
  public void stop() {
    shards.stop();
  }

  /** Has the topic made; completes when it is there, or could not be made. */
  public CompletableFuture<Result> makeTopic() {
    return shards.makeTopic();
  }

  /** The partition of {@code __consumer_offsets} that a group belongs to. */
  public int partitionFor(String groupId) {
    return shards.partitionFor(groupId);
  }

  public void becomeLeader(int partition, int leaderEpoch) {
    shards.becomeLeader(partition, leaderEpoch);
  }

  /** This broker does not lead the partition any longer, as of this epoch. */
  public void resign(int partition, int leaderEpoch) {
    shards.resign(partition, leaderEpoch);
  }

  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    shards.imageChanged(delta, image);
  }

  /**
   * Answers without an error as soon as the shard of this group takes commands. Otherwise after the
   * limit with what they would be refused with.
   */
  public CompletableFuture<ErrorCode> whenReady(String groupId, long limitMs) {
    return shards.whenReady(groupId, limitMs);
  }

  // ---- members ----

  public CompletableFuture<JoinGroupReply> joinGroup(JoinGroupCommand command) {
    ErrorCode error = checkJoin(command);
    if (error != ErrorCode.NONE) {
      return done(JoinGroupReply.refused(error, command.memberId()));
    }
    return shards.execute(
        command.groupId(),
        refusal -> JoinGroupReply.refused(refusal, JoinGroupCommand.UNKNOWN_MEMBER_ID),
        (groups, to, nowMs) -> groups.join(command, to, nowMs));
  }

  private ErrorCode checkJoin(JoinGroupCommand command) {
    ErrorCode error = checkGroupId(command.groupId());
    if (error != ErrorCode.NONE) {
      return error;
    }
    if (command.sessionTimeoutMs() < config.minSessionTimeoutMs()
        || command.sessionTimeoutMs() > config.maxSessionTimeoutMs()) {
      return ErrorCode.INVALID_SESSION_TIMEOUT;
    }
    // A group with such a member could never be stored. Kafka finds that out when the whole group
    // has joined, and answers this error to all of them.
    return command.metadataBytes() > log.maxBatchBytes(partitionFor(command.groupId()))
        ? ErrorCode.UNKNOWN_SERVER_ERROR
        : ErrorCode.NONE;
  }

  public CompletableFuture<SyncGroupReply> syncGroup(SyncGroupCommand command) {
    return ofGroup(
        command.groupId(),
        SyncGroupReply::refused,
        (groups, to, nowMs) -> groups.sync(command, to, nowMs));
  }

  public CompletableFuture<ErrorCode> heartbeat(HeartbeatCommand command) {
    return ofGroup(
        command.groupId(),
        GroupCoordinator::heartbeatRefused,
        (groups, to, nowMs) -> groups.heartbeat(command, to, nowMs));
  }

  /** Members need not know that their coordinator reads its log: their sessions start after it. */
  private static ErrorCode heartbeatRefused(ErrorCode error) {
    return error == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : error;
  }

  public CompletableFuture<LeaveGroupReply> leaveGroup(LeaveGroupCommand command) {
    return ofGroup(
        command.groupId(),
        LeaveGroupReply::refused,
        (groups, to, nowMs) -> groups.leave(command, to, nowMs));
  }

  // ---- offsets ----

  /** An empty group id is allowed, here and where offsets are fetched, as it always was. */
  public CompletableFuture<CommitOffsetsReply> commitOffsets(CommitOffsetsCommand command) {
    ErrorCode error = shards.availability();
    if (error != ErrorCode.NONE) {
      return done(CommitOffsetsReply.refused(error, command));
    }
    return shards.execute(
        command.groupId(),
        refusal -> CommitOffsetsReply.refused(refusal, command),
        (groups, to, nowMs) -> groups.commitOffsets(command, to, nowMs));
  }

  /**
   * How far a group has consumed.
   *
   * @param mayTake whether an answer of so many bytes may be built; asked on the shard's lane
   */
  public CompletableFuture<FetchOffsetsReply> fetchOffsets(
      FetchOffsetsCommand command, LongPredicate mayTake) {
    ErrorCode error = shards.availability();
    if (error != ErrorCode.NONE) {
      return done(FetchOffsetsReply.refused(error, command.groupId()));
    }
    int partition = partitionFor(command.groupId());
    Function<ErrorCode, FetchedOffsets> refused =
        refusal ->
            new FetchedOffsets.Refused(FetchOffsetsReply.refused(refusal, command.groupId()));
    Function<GroupShard, FetchedOffsets> question =
        groups ->
            mayTake.test(groups.bytesOfFetched(command))
                ? new FetchedOffsets.Found(groups.fetchOffsets(command))
                : refused.apply(ErrorCode.INVALID_REQUEST);
    CompletableFuture<FetchedOffsets> fetched =
        command.requireStable()
            ? shards.readStable(command.groupId(), refused, question)
            : shards.read(command.groupId(), refused, question);
    return fetched.thenCompose(answer -> complete(partition, answer));
  }

  /** What a shard says when offsets are fetched. */
  private sealed interface FetchedOffsets {
    record Refused(FetchOffsetsReply reply) implements FetchedOffsets {}

    record Found(FoundOffsets offsets) implements FetchedOffsets {}
  }

  private CompletableFuture<FetchOffsetsReply> complete(int partition, FetchedOffsets fetched) {
    return switch (fetched) {
      case FetchedOffsets.Refused(var reply) -> done(reply);
      case FetchedOffsets.Found(var offsets) -> {
        var reply = new CompletableFuture<FetchOffsetsReply>();
        metadataReads.complete(partition, offsets, reply::complete);
        yield reply;
      }
    };
  }

  public CompletableFuture<DeleteOffsetsReply> deleteOffsets(DeleteOffsetsCommand command) {
    return ofGroup(
        command.groupId(),
        DeleteOffsetsReply::refused,
        (groups, to, nowMs) -> groups.deleteOffsets(command, to, nowMs));
  }

  // ---- groups ----

  /**
   * A group and its members; one that does not exist is dead.
   *
   * @param knowsGroupIdNotFound whether the client understands that error (version 6)
   * @param mayTake whether an answer of so many bytes may be built; asked on the shard's lane
   */
  public CompletableFuture<GroupDescription> describeGroup(
      String groupId, boolean knowsGroupIdNotFound, LongPredicate mayTake) {
    ErrorCode error = shards.availability();
    if (error != ErrorCode.NONE) {
      return done(GroupDescription.refused(error, groupId));
    }
    return shards.read(
        groupId,
        refusal -> GroupDescription.refused(refusal, groupId),
        groups ->
            mayTake.test(groups.bytesOfDescribed(groupId))
                ? groups.describe(groupId, knowsGroupIdNotFound)
                : GroupDescription.tooLarge(groupId));
  }

  /** What this broker knows; it says so if it does not know all of it yet. */
  public record Listing(ErrorCode error, List<GroupListing> groups) {}

  /**
   * The groups that are coordinated here; an empty filter lets everything through.
   *
   * @param mayTake whether a part of the answer, of so many bytes, may be built; asked on the
   *     shards' lanes
   */
  public CompletableFuture<Listing> listGroups(
      Set<String> states, Set<String> types, LongPredicate mayTake) {
    ErrorCode error = shards.availability();
    if (error != ErrorCode.NONE) {
      // Without the topic that they are kept in there are none.
      boolean areNone = error == ErrorCode.NOT_COORDINATOR;
      return done(new Listing(areNone ? ErrorCode.NONE : error, List.of()));
    }
    List<CompletableFuture<Listing>> parts =
        shards.readAll(
            refusal -> new Listing(refusal, List.of()),
            groups ->
                mayTake.test(groups.bytesOfList())
                    ? new Listing(ErrorCode.NONE, groups.list(states, types))
                    : new Listing(ErrorCode.COORDINATOR_NOT_AVAILABLE, List.of()));
    return allOf(parts).thenApply(_ -> joined(parts));
  }

  private static Listing joined(List<CompletableFuture<Listing>> parts) {
    List<GroupListing> groups = new ArrayList<>();
    for (CompletableFuture<Listing> part : parts) {
      Listing listing = part.join();
      boolean isOthers = listing.error() == ErrorCode.NOT_COORDINATOR;
      if (listing.error() != ErrorCode.NONE && !isOthers) {
        return new Listing(listing.error(), List.of());
      }
      groups.addAll(listing.groups());
    }
    return new Listing(ErrorCode.NONE, groups);
  }

  /** The outcome of each, in the order in which they were named. */
  public CompletableFuture<Map<String, ErrorCode>> deleteGroups(Collection<String> groupIds) {
    ErrorCode error = shards.availability();
    if (error != ErrorCode.NONE) {
      return done(GroupShard.allTo(groupIds, error));
    }
    var byPartition = new LinkedHashMap<Integer, List<String>>();
    for (String groupId : groupIds) {
      byPartition.computeIfAbsent(partitionFor(groupId), _ -> new ArrayList<>()).add(groupId);
    }
    List<CompletableFuture<Map<String, ErrorCode>>> parts = new ArrayList<>();
    byPartition.forEach((partition, ids) ->
        parts.add(
            shards.execute(
                partition,
                refusal -> GroupShard.allTo(ids, refusal),
                (groups, to, nowMs) -> groups.deleteGroups(ids, to, nowMs))));
    return allOf(parts)
        .thenApply(_ -> {
          Map<String, ErrorCode> outcomes =
              GroupShard.allTo(groupIds, ErrorCode.UNKNOWN_SERVER_ERROR);
          parts.forEach(part -> outcomes.putAll(part.join()));
          return outcomes;
        });
  }

  // ---- at the door ----

  private <A> CompletableFuture<A> ofGroup(
      String groupId,
      Function<ErrorCode, A> refused,
      Shards.Command<GroupShard, GroupRecord, A> command) {
    ErrorCode error = checkGroupId(groupId);
    return error == ErrorCode.NONE
        ? shards.execute(groupId, refused, command)
        : done(refused.apply(error));
  }

  private ErrorCode checkGroupId(String groupId) {
    ErrorCode error = shards.availability();
    return error == ErrorCode.NONE && groupId.isEmpty() ? ErrorCode.INVALID_GROUP_ID : error;
  }

  private static <R> CompletableFuture<R> done(R reply) {
    return CompletableFuture.completedFuture(reply);
  }

  private static CompletableFuture<Void> allOf(List<? extends CompletableFuture<?>> parts) {
    return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new));
  }
}
