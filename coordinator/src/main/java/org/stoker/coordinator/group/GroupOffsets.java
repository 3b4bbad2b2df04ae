package org.stoker.coordinator.group;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.coordinator.group.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.group.GroupRecord.OffsetRemoved;
import org.stoker.coordinator.runtime.Decision;
import org.stoker.coordinator.runtime.ReplicatedFacts;
import org.stoker.protocol.ErrorCode;

/** The rules for committing, fetching, removing and forgetting offsets. */
final class GroupOffsets {
  private static final Comparator<OffsetKey> BY_TOPIC_AND_PARTITION =
      Comparator.comparing(OffsetKey::topic).thenComparingInt(OffsetKey::partition);

  private final GroupCoordinatorConfig.Offsets config;
  private final ReplicatedFacts<GroupFacts, GroupRecord> facts;
  private final long maxLoggedMetadataBytesOfGroup;

  GroupOffsets(
      GroupCoordinatorConfig.Offsets config,
      ReplicatedFacts<GroupFacts, GroupRecord> facts,
      long maxLoggedMetadataBytesOfGroup) {
    this.config = config;
    this.facts = facts;
    this.maxLoggedMetadataBytesOfGroup = maxLoggedMetadataBytesOfGroup;
  }

  // ---- commit ----

  /** NONE, or why a member's or a lone consumer's offsets are not taken. */
  static ErrorCode checkCommit(ClassicGroup group, CommitOffsetsCommand command) {
    boolean isAlone = command.generationId() < 0;
    if (isAlone && group.isIn(ClassicGroupState.EMPTY)) {
      return ErrorCode.NONE;
    }
    if (isAlone && command.memberId().isEmpty() && command.groupInstanceId() == null) {
      // The group has members: somebody else's commits would move them.
      return ErrorCode.UNKNOWN_MEMBER_ID;
    }
    ErrorCode error = group.checkMember(command.memberId(), command.groupInstanceId());
    if (error != ErrorCode.NONE) {
      return error;
    }
    if (command.generationId() != group.generationId()) {
      return ErrorCode.ILLEGAL_GENERATION;
    }
    return group.isIn(ClassicGroupState.COMPLETING_REBALANCE)
        ? ErrorCode.REBALANCE_IN_PROGRESS
        : ErrorCode.NONE;
  }

  /** Offsets that are new, or come with more metadata than memory has room for, are refused. */
  CommitOffsetsReply commit(CommitOffsetsCommand command, Decision.Draft<GroupRecord> out) {
    long expireTimestampMs =
        command.retentionTimeMs() == CommitOffsetsCommand.BROKERS_RETENTION
            ? CommittedOffset.NO_EXPIRY
            : out.nowMs() + command.retentionTimeMs();
    var room = new Room(command.groupId());
    List<CommitOffsetsReply.Topic> topics = new ArrayList<>(command.topics().size());
    for (CommitOffsetsCommand.Topic topic : command.topics()) {
      List<CommitOffsetsReply.Partition> partitions = new ArrayList<>(topic.partitions().size());
      for (CommitOffsetsCommand.Partition partition : topic.partitions()) {
        var key = new OffsetKey(command.groupId(), topic.name(), partition.partition());
        var value =
            new CommittedOffset(
                partition.offset(),
                partition.leaderEpoch(),
                partition.metadata() == null ? "" : partition.metadata(),
                out.nowMs(),
                expireTimestampMs,
                topic.topicId());
        ErrorCode error = check(key, value, room);
        if (error == ErrorCode.NONE) {
          out.append(new OffsetCommitted(key, value));
        }
        partitions.add(new CommitOffsetsReply.Partition(partition.partition(), error));
      }
      topics.add(new CommitOffsetsReply.Topic(topic.name(), topic.topicId(), partitions));
    }
    return new CommitOffsetsReply(topics);
  }

  private ErrorCode check(OffsetKey key, CommittedOffset value, Room room) {
    if (value.metadata().length() > config.metadataMaxBytes()) {
      return ErrorCode.OFFSET_METADATA_TOO_LARGE;
    }
    // Clients treat it as final and tell their user, as what it is: the broker cannot take it.
    return room.takes(key, value) ? ErrorCode.NONE : ErrorCode.INVALID_COMMIT_OFFSET_SIZE;
  }

  /** What the offsets of one command will take of the memory, gone through one after another. */
  private final class Room {
    private final KnownGroup group;
    private long newBytes;
    private long loggedMetadataBytes;

    Room(String groupId) {
      GroupFacts latest = facts.latest();
      this.group = latest.groupOrNew(groupId);
      this.loggedMetadataBytes = group.loggedMetadataBytes();
      if (!latest.knows(groupId)) {
        newBytes = HeapBytes.ofKnownGroup(groupId);
      }
    }

    boolean takes(OffsetKey key, CommittedOffset value) {
      StoredOffset before = group.offset(key.topic(), key.partition());
      long loggedBefore = before == null ? 0 : before.loggedMetadataBytes();
      long logged = StoredOffset.loggedMetadataBytes(value);
      long loggedSum = loggedMetadataBytes - loggedBefore + logged;
      if (logged > loggedBefore && loggedSum > maxLoggedMetadataBytesOfGroup) {
        return false;
      }
      if (before == null) {
        long bytes = newBytes + bytesOfNew(key, value);
        if (!facts.memory().tryPrepare(bytes)) {
          return false;
        }
        newBytes = bytes;
      }
      loggedMetadataBytes = loggedSum;
      return true;
    }

    private long bytesOfNew(OffsetKey key, CommittedOffset value) {
      long metadataSize = value.metadata().length();
      return HeapBytes.OFFSET
          + (metadataSize <= StoredOffset.MAX_METADATA_BYTES_HERE
              ? HeapBytes.of(value.metadata())
              : 0)
          + (group.hasTopic(key.topic()) ? 0 : HeapBytes.ofTopic(key.topic()));
    }
  }

  // ---- fetch ----

  FoundOffsets fetch(FetchOffsetsCommand command) {
    var found = new FoundOffsets(command.groupId());
    KnownGroup group = facts.committed().groupOrNew(command.groupId());
    if (command.topics() == null) {
      group
          .topics()
          .forEach((topic, offsets) -> {
            found.topic(topic, Uuid.ZERO);
            offsets.forEach(found::partition);
          });
    } else {
      for (FetchOffsetsCommand.Topic topic : command.topics()) {
        found.topic(topic.name(), topic.topicId());
        for (int partition : topic.partitions()) {
          found.partition(partition, find(group, topic, partition));
        }
      }
    }
    return found;
  }

  /** Of how many partitions that tells. */
  long countOf(FetchOffsetsCommand command) {
    return command.topics() == null
        ? facts.committed().groupOrNew(command.groupId()).offsetCount()
        : command.topics().stream().mapToLong(topic -> topic.partitions().size()).sum();
  }

  private static @Nullable StoredOffset find(
      KnownGroup group, FetchOffsetsCommand.Topic topic, int partition) {
    StoredOffset committed = group.offset(topic.name(), partition);
    return committed == null || !committed.isOf(topic.topicId()) ? null : committed;
  }

  // ---- remove ----

  /** What members still consume is not removed under their feet. */
  DeleteOffsetsReply delete(
      ClassicGroup group, DeleteOffsetsCommand command, Decision.Draft<GroupRecord> out) {
    KnownGroup known = facts.latest().groupOrNew(command.groupId());
    List<DeleteOffsetsReply.Topic> topics = new ArrayList<>(command.topics().size());
    for (DeleteOffsetsCommand.Topic topic : command.topics()) {
      ErrorCode error =
          group.isSubscribedTo(topic.name()) ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
      List<DeleteOffsetsReply.Partition> partitions = new ArrayList<>(topic.partitions().size());
      for (int partition : topic.partitions()) {
        var key = new OffsetKey(command.groupId(), topic.name(), partition);
        if (error == ErrorCode.NONE && known.offset(topic.name(), partition) != null) {
          out.append(new OffsetRemoved(key));
        }
        partitions.add(new DeleteOffsetsReply.Partition(partition, error));
      }
      topics.add(new DeleteOffsetsReply.Topic(topic.name(), partitions));
    }
    return new DeleteOffsetsReply(ErrorCode.NONE, topics);
  }

  void deleteAll(String groupId, Decision.Draft<GroupRecord> out) {
    remove(groupId, (_, _) -> true, out);
  }

  void topicsDeleted(Map<String, Uuid> deleted, Decision.Draft<GroupRecord> out) {
    for (String groupId : facts.latest().groupIds()) {
      remove(
          groupId,
          (topic, offset) -> {
            Uuid topicId = deleted.get(topic);
            return topicId != null && offset.isOf(topicId);
          },
          out);
    }
  }

  /** Removes those of a group's offsets that the test names, sorted; says how many they are. */
  @CanIgnoreReturnValue
  private long remove(
      String groupId, BiPredicate<String, StoredOffset> test, Decision.Draft<GroupRecord> out) {
    var keys = new ArrayList<OffsetKey>();
    facts
        .latest()
        .groupOrNew(groupId)
        .topics()
        .forEach((topic, offsets) ->
            offsets.forEach((partition, offset) -> {
              if (test.test(topic, offset)) {
                keys.add(new OffsetKey(groupId, topic, partition));
              }
            }));
    keys.sort(BY_TOPIC_AND_PARTITION);
    keys.forEach(key -> out.append(new OffsetRemoved(key)));
    return keys.size();
  }

  // ---- expire (KIP-211) ----

  /** Removes what is too old; whether nothing is left of the group then. */
  boolean expire(ClassicGroup group, Decision.Draft<GroupRecord> out) {
    KnownGroup known = facts.latest().groupOrNew(group.groupId());
    if (!known.hasOffsets()) {
      return true;
    }
    Ageing ageing = Ageing.of(group);
    if (ageing == null) {
      return false;
    }
    long expired =
        remove(
            group.groupId(),
            (topic, offset) ->
                !group.isSubscribedTo(topic) && isExpired(offset, ageing, group, out.nowMs()),
            out);
    return expired == known.offsetCount();
  }

  private boolean isExpired(StoredOffset offset, Ageing ageing, ClassicGroup group, long nowMs) {
    if (offset.hasExpiry()) {
      return nowMs >= offset.expireTimestampMs();
    }
    return nowMs - ageing.sinceMs(offset, group) >= config.retentionMs();
  }

  /** From when on an offset grows old. */
  private enum Ageing {
    SINCE_GROUP_IS_EMPTY,
    SINCE_COMMIT;

    /** Null while the group's offsets do not grow old. */
    static @Nullable Ageing of(ClassicGroup group) {
      if (group.protocolType() == null) {
        return SINCE_COMMIT;
      }
      if (group.isIn(ClassicGroupState.EMPTY)) {
        return SINCE_GROUP_IS_EMPTY;
      }
      boolean knowsItsTopics = group.isOfConsumers() && group.knowsSubscribedTopics();
      return knowsItsTopics && group.isIn(ClassicGroupState.STABLE) ? SINCE_COMMIT : null;
    }

    long sinceMs(StoredOffset offset, ClassicGroup group) {
      boolean isKnown = group.stateTimestampMs() != ClassicGroup.NO_TIMESTAMP;
      return this == SINCE_GROUP_IS_EMPTY && isKnown
          ? group.stateTimestampMs()
          : offset.commitTimestampMs();
    }
  }
}
