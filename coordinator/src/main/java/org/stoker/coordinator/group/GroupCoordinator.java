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
import org.jspecify.annotations.Nullable;
import org.stoker.base.Lane;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Uuid;
import org.stoker.coordinator.runtime.ReplyTo;
import org.stoker.protocol.ErrorCode;

/**
 * What handlers ask about groups and their offsets: checks what can be checked at the door, and
 * takes each command to the shard of its group. Answers come on the shard's lane, or at once.
 */
@ThreadSafe
public final class GroupCoordinator {
  private final GroupCoordinatorConfig config;
  private final ShardWorld world;
  private final IntFunction<Lane> lanes;
  private final MetadataReads metadataReads;
  private volatile Shard @Nullable [] shards;
  private volatile boolean isActive;
  private volatile boolean isStopped;

  /**
   * Not started yet.
   *
   * @param lanes makes the lane of a partition's shard
   */
  public GroupCoordinator(
      GroupCoordinatorConfig config, ShardWorld world, IntFunction<Lane> lanes) {
    this.config = config;
    this.world = world;
    this.lanes = lanes;
    this.metadataReads = new MetadataReads(world.log(), world.memory().answers());
  }

  // ---- life ----

  /**
   * Until then nobody can be told which shard is whose. Started again, the coordinator forgets what
   * it knew: the topic is another one, or its groups belong to other partitions.
   *
   * @param partitionCount that of the topic if it exists, else the configured one
   */
  public void start(int partitionCount) {
    Shard[] earlier = shards;
    var started = new Shard[partitionCount];
    for (int partition = 0; partition < partitionCount; partition++) {
      started[partition] =
          new Shard(new ShardSurroundings(partition, lanes.apply(partition), world, config));
    }
    shards = started;
    isActive = !isStopped;
    resignAll(earlier);
  }

  /** Everybody who waits is answered; nobody is served from here on. */
  public void stop() {
    isStopped = true;
    isActive = false;
    resignAll(shards);
  }

  private static void resignAll(Shard @Nullable [] all) {
    if (all != null) {
      for (Shard shard : all) {
        shard.resign(Integer.MAX_VALUE);
      }
    }
  }

  /** The partition of {@code __consumer_offsets} that a group belongs to. */
  public int partitionFor(String groupId) {
    return partitionFor(groupId, started().length);
  }

  /** Kafka's rule, where the hash without a positive counterpart becomes 0. */
  public static int partitionFor(String groupId, int partitionCount) {
    int hash = groupId.hashCode();
    return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitionCount;
  }

  public void becomeLeader(int partition, int leaderEpoch) {
    started()[partition].becomeLeader(leaderEpoch);
  }

  /** This broker does not lead the partition any longer, as of this epoch. */
  public void resign(int partition, int leaderEpoch) {
    started()[partition].resign(leaderEpoch);
  }

  public void topicsDeleted(Map<String, Uuid> deleted) {
    Shard[] all = shards;
    if (all != null) {
      for (Shard shard : all) {
        shard.executeIfActive((groups, nowMs) -> groups.topicsDeleted(deleted, nowMs));
      }
    }
  }

  /**
   * Answers without an error as soon as the shard of this group takes commands. Otherwise after the
   * limit with what they would be refused with.
   */
  public CompletableFuture<ErrorCode> whenReady(String groupId, long limitMs) {
    if (!isActive) {
      return done(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    }
    var reply = new CompletableFuture<ErrorCode>();
    shardOf(groupId).whenReady(limitMs, reply::complete);
    return reply;
  }

  private Shard[] started() {
    Shard[] all = shards;
    if (all == null) {
      throw new IllegalStateException("the group coordinator was not started");
    }
    return all;
  }

  // ---- members ----

  public CompletableFuture<JoinGroupReply> joinGroup(JoinGroupCommand command) {
    ErrorCode error = checkJoin(command);
    if (error != ErrorCode.NONE) {
      return done(JoinGroupReply.refused(error, command.memberId()));
    }
    var reply = new CompletableFuture<JoinGroupReply>();
    ReplyTo<JoinGroupReply> to = reply::complete;
    shardOf(command.groupId())
        .execute(
            to,
            refusal -> JoinGroupReply.refused(refusal, JoinGroupCommand.UNKNOWN_MEMBER_ID),
            (groups, nowMs) -> groups.join(command, to, nowMs));
    return reply;
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
    return command.metadataBytes() > world.log().maxBatchBytes(partitionFor(command.groupId()))
        ? ErrorCode.UNKNOWN_SERVER_ERROR
        : ErrorCode.NONE;
  }

  public CompletableFuture<SyncGroupReply> syncGroup(SyncGroupCommand command) {
    ErrorCode error = checkGroupId(command.groupId());
    if (error != ErrorCode.NONE) {
      return done(SyncGroupReply.refused(error));
    }
    var reply = new CompletableFuture<SyncGroupReply>();
    ReplyTo<SyncGroupReply> to = reply::complete;
    shardOf(command.groupId())
        .execute(to, SyncGroupReply::refused, (groups, nowMs) -> groups.sync(command, to, nowMs));
    return reply;
  }

  public CompletableFuture<ErrorCode> heartbeat(HeartbeatCommand command) {
    ErrorCode error = checkGroupId(command.groupId());
    if (error != ErrorCode.NONE) {
      return done(error);
    }
    var reply = new CompletableFuture<ErrorCode>();
    ReplyTo<ErrorCode> to = reply::complete;
    shardOf(command.groupId())
        .execute(
            to,
            GroupCoordinator::heartbeatRefused,
            (groups, nowMs) -> groups.heartbeat(command, to, nowMs));
    return reply;
  }

  /** Members need not know that their coordinator reads its log: their sessions start after it. */
  private static ErrorCode heartbeatRefused(ErrorCode error) {
    return error == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : error;
  }

  public CompletableFuture<LeaveGroupReply> leaveGroup(LeaveGroupCommand command) {
    ErrorCode error = checkGroupId(command.groupId());
    if (error != ErrorCode.NONE) {
      return done(LeaveGroupReply.refused(error));
    }
    var reply = new CompletableFuture<LeaveGroupReply>();
    ReplyTo<LeaveGroupReply> to = reply::complete;
    shardOf(command.groupId())
        .execute(to, LeaveGroupReply::refused, (groups, nowMs) -> groups.leave(command, to, nowMs));
    return reply;
  }

  // ---- offsets ----

  /** An empty group id is allowed, here and where offsets are fetched, as it always was. */
  public CompletableFuture<CommitOffsetsReply> commitOffsets(CommitOffsetsCommand command) {
    if (!isActive) {
      return done(CommitOffsetsReply.refused(whyNot(), command));
    }
    var reply = new CompletableFuture<CommitOffsetsReply>();
    ReplyTo<CommitOffsetsReply> to = reply::complete;
    shardOf(command.groupId())
        .execute(
            to,
            refusal -> CommitOffsetsReply.refused(refusal, command),
            (groups, nowMs) -> groups.commitOffsets(command, to, nowMs));
    return reply;
  }

  /**
   * How far a group has consumed.
   *
   * @param mayTake whether an answer of so many bytes may be built; asked on the shard's lane
   */
  public CompletableFuture<FetchOffsetsReply> fetchOffsets(
      FetchOffsetsCommand command, LongPredicate mayTake) {
    if (!isActive) {
      return done(FetchOffsetsReply.refused(whyNot(), command.groupId()));
    }
    var reply = new CompletableFuture<FetchOffsetsReply>();
    ReplyTo<FetchOffsetsReply> to = reply::complete;
    int partition = partitionFor(command.groupId());
    Shard shard = started()[partition];
    ReplyTo<FetchedOffsets> found = fetched -> fetched.tell(partition, metadataReads, to);
    Function<ErrorCode, FetchedOffsets> refused =
        refusal ->
            new FetchedOffsets.Refused(FetchOffsetsReply.refused(refusal, command.groupId()));
    Function<GroupShard, FetchedOffsets> question =
        groups ->
            mayTake.test(groups.bytesOfFetched(command))
                ? new FetchedOffsets.Found(groups.fetchOffsets(command))
                : refused.apply(ErrorCode.INVALID_REQUEST);
    if (command.requireStable()) {
      shard.readStable(found, refused, question);
    } else {
      shard.read(found, refused, question);
    }
    return reply;
  }

  /** What a shard says when offsets are fetched. */
  private sealed interface FetchedOffsets {
    record Refused(FetchOffsetsReply reply) implements FetchedOffsets {}

    record Found(FoundOffsets offsets) implements FetchedOffsets {}

    default void tell(int partition, MetadataReads reads, ReplyTo<FetchOffsetsReply> to) {
      switch (this) {
        case Refused(var reply) -> to.reply(reply);
        case Found(var offsets) -> reads.complete(partition, offsets, to);
      }
    }
  }

  public CompletableFuture<DeleteOffsetsReply> deleteOffsets(DeleteOffsetsCommand command) {
    ErrorCode error = checkGroupId(command.groupId());
    if (error != ErrorCode.NONE) {
      return done(DeleteOffsetsReply.refused(error));
    }
    var reply = new CompletableFuture<DeleteOffsetsReply>();
    ReplyTo<DeleteOffsetsReply> to = reply::complete;
    shardOf(command.groupId())
        .execute(
            to,
            DeleteOffsetsReply::refused,
            (groups, nowMs) -> groups.deleteOffsets(command, to, nowMs));
    return reply;
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
    if (!isActive) {
      return done(GroupDescription.refused(whyNot(), groupId));
    }
    var reply = new CompletableFuture<GroupDescription>();
    ReplyTo<GroupDescription> to = reply::complete;
    shardOf(groupId)
        .read(
            to,
            refusal -> GroupDescription.refused(refusal, groupId),
            groups ->
                mayTake.test(groups.bytesOfDescribed(groupId))
                    ? groups.describe(groupId, knowsGroupIdNotFound)
                    : GroupDescription.tooLarge(groupId));
    return reply;
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
    Shard[] all = shards;
    if (all == null) {
      // Without the topic that they are kept in there are none.
      return done(new Listing(ErrorCode.NONE, List.of()));
    }
    if (!isActive) {
      return done(new Listing(ErrorCode.COORDINATOR_NOT_AVAILABLE, List.of()));
    }
    List<CompletableFuture<Listing>> parts = new ArrayList<>(all.length);
    for (Shard shard : all) {
      var part = new CompletableFuture<Listing>();
      shard.read(
          part::complete,
          refusal -> new Listing(refusal, List.of()),
          groups ->
              mayTake.test(groups.bytesOfList())
                  ? new Listing(ErrorCode.NONE, groups.list(states, types))
                  : new Listing(ErrorCode.COORDINATOR_NOT_AVAILABLE, List.of()));
      parts.add(part);
    }
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
    if (!isActive) {
      return done(GroupShard.allTo(groupIds, whyNot()));
    }
    var byPartition = new LinkedHashMap<Integer, List<String>>();
    for (String groupId : groupIds) {
      byPartition.computeIfAbsent(partitionFor(groupId), _ -> new ArrayList<>()).add(groupId);
    }
    List<CompletableFuture<Map<String, ErrorCode>>> parts = new ArrayList<>();
    byPartition.forEach((partition, ids) -> parts.add(deleteGroups(partition, ids)));
    return allOf(parts)
        .thenApply(_ -> {
          Map<String, ErrorCode> outcomes =
              GroupShard.allTo(groupIds, ErrorCode.UNKNOWN_SERVER_ERROR);
          parts.forEach(part -> outcomes.putAll(part.join()));
          return outcomes;
        });
  }

  private CompletableFuture<Map<String, ErrorCode>> deleteGroups(
      int partition, List<String> groupIds) {
    var reply = new CompletableFuture<Map<String, ErrorCode>>();
    ReplyTo<Map<String, ErrorCode>> to = reply::complete;
    started()[partition].execute(
        to,
        refusal -> GroupShard.allTo(groupIds, refusal),
        (groups, nowMs) -> groups.deleteGroups(groupIds, to, nowMs));
    return reply;
  }

  // ---- at the door ----

  private ErrorCode checkGroupId(String groupId) {
    if (!isActive) {
      return whyNot();
    }
    return groupId.isEmpty() ? ErrorCode.INVALID_GROUP_ID : ErrorCode.NONE;
  }

  /** Without the topic of offsets no group is anybody's; its first member makes it. */
  private ErrorCode whyNot() {
    return shards == null ? ErrorCode.NOT_COORDINATOR : ErrorCode.COORDINATOR_NOT_AVAILABLE;
  }

  private Shard shardOf(String groupId) {
    Shard[] all = started();
    return all[partitionFor(groupId, all.length)];
  }

  private static <R> CompletableFuture<R> done(R reply) {
    return CompletableFuture.completedFuture(reply);
  }

  private static CompletableFuture<Void> allOf(List<? extends CompletableFuture<?>> parts) {
    return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new));
  }
}
