package org.stoker.coordinator.group;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.MemoryShare;
import org.stoker.base.Uuid;
import org.stoker.coordinator.group.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.group.GroupRecord.OffsetRemoved;
import org.stoker.protocol.ErrorCode;

/** The rules for committing, fetching, removing and forgetting offsets. */
final class GroupOffsets {
  private static final Comparator<OffsetKey> BY_TOPIC_AND_PARTITION =
      Comparator.comparing(OffsetKey::topic).thenComparingInt(OffsetKey::partition);

  private final GroupCoordinatorConfig.Offsets config;
  private final OffsetTable table;
  private final MemoryShare memory;
  private final long maxLoggedMetadataBytesOfGroup;

  GroupOffsets(
      GroupCoordinatorConfig.Offsets config,
      OffsetTable table,
      MemoryShare memory,
      long maxLoggedMetadataBytesOfGroup) {
    this.config = config;
    this.table = table;
    this.memory = memory;
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
  CommitOffsetsReply commit(CommitOffsetsCommand command, Decision.Draft out) {
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
          out.store(new OffsetCommitted(key, value));
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
    private long newBytes;
    private long loggedMetadataBytes;

    Room(String groupId) {
      loggedMetadataBytes = table.loggedMetadataBytes(groupId);
      if (!table.hasGroup(groupId)) {
        newBytes = HeapBytes.GROUP + HeapBytes.of(groupId);
      }
    }

    boolean takes(OffsetKey key, CommittedOffset value) {
      StoredOffset before = table.find(key);
      long loggedBefore = before == null ? 0 : before.loggedMetadataBytes();
      long logged = StoredOffset.loggedMetadataBytes(value);
      long loggedSum = loggedMetadataBytes - loggedBefore + logged;
      if (logged > loggedBefore && loggedSum > maxLoggedMetadataBytesOfGroup) {
        return false;
      }
      if (!table.willHave(key)) {
        long bytes = newBytes + table.bytesOfNew(key, value);
        if (!memory.tryPrepare(bytes)) {
          return false;
        }
        newBytes = bytes;
      }
      loggedMetadataBytes = loggedSum;
      return true;
    }
  }

  // ---- fetch ----

  FoundOffsets fetch(FetchOffsetsCommand command) {
    var found = new FoundOffsets(command.groupId());
    if (command.topics() == null) {
      table
          .topics(command.groupId())
          .forEach((topic, byPartition) -> {
            found.topic(topic, Uuid.ZERO);
            byPartition.forEach(found::partition);
          });
    } else {
      for (FetchOffsetsCommand.Topic topic : command.topics()) {
        found.topic(topic.name(), topic.topicId());
        for (int partition : topic.partitions()) {
          found.partition(partition, find(command.groupId(), topic, partition));
        }
      }
    }
    return found;
  }

  /** Of how many partitions that tells. */
  long countOf(FetchOffsetsCommand command) {
    return command.topics() == null
        ? table.count(command.groupId())
        : command.topics().stream().mapToLong(topic -> topic.partitions().size()).sum();
  }

  private @Nullable StoredOffset find(
      String groupId, FetchOffsetsCommand.Topic topic, int partition) {
    StoredOffset committed = table.find(new OffsetKey(groupId, topic.name(), partition));
    return committed == null || !committed.isOf(topic.topicId()) ? null : committed;
  }

  // ---- remove ----

  /** What members still consume is not removed under their feet. */
  DeleteOffsetsReply delete(ClassicGroup group, DeleteOffsetsCommand command, Decision.Draft out) {
    List<DeleteOffsetsReply.Topic> topics = new ArrayList<>(command.topics().size());
    for (DeleteOffsetsCommand.Topic topic : command.topics()) {
      ErrorCode error =
          group.isSubscribedTo(topic.name()) ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
      List<DeleteOffsetsReply.Partition> partitions = new ArrayList<>(topic.partitions().size());
      for (int partition : topic.partitions()) {
        var key = new OffsetKey(command.groupId(), topic.name(), partition);
        if (error == ErrorCode.NONE && table.willHave(key)) {
          out.store(new OffsetRemoved(key));
        }
        partitions.add(new DeleteOffsetsReply.Partition(partition, error));
      }
      topics.add(new DeleteOffsetsReply.Topic(topic.name(), partitions));
    }
    return new DeleteOffsetsReply(ErrorCode.NONE, topics);
  }

  void deleteAll(String groupId, Decision.Draft out) {
    table.latest(groupId).keySet().stream()
        .sorted(BY_TOPIC_AND_PARTITION)
        .forEach(key -> out.store(new OffsetRemoved(key)));
  }

  void topicsDeleted(Map<String, Uuid> deleted, Decision.Draft out) {
    for (String groupId : table.groupIds()) {
      table.latest(groupId).entrySet().stream()
          .filter(entry -> {
            Uuid topicId = deleted.get(entry.getKey().topic());
            return topicId != null && entry.getValue().isOf(topicId);
          })
          .map(Map.Entry::getKey)
          .sorted(BY_TOPIC_AND_PARTITION)
          .forEach(key -> out.store(new OffsetRemoved(key)));
    }
  }

  // ---- expire (KIP-211) ----

  /** Removes what is too old; whether nothing is left of the group then. */
  boolean expire(ClassicGroup group, Decision.Draft out) {
    Map<OffsetKey, StoredOffset> offsets = table.latest(group.groupId());
    if (offsets.isEmpty()) {
      return !table.hasAnyOnTheirWay(group.groupId());
    }
    Ageing ageing = Ageing.of(group);
    if (ageing == null) {
      return false;
    }
    List<OffsetKey> expired =
        offsets.entrySet().stream()
            .filter(entry -> !group.isSubscribedTo(entry.getKey().topic()))
            .filter(entry -> isExpired(entry.getValue(), ageing, group, out.nowMs()))
            .map(Map.Entry::getKey)
            .sorted(BY_TOPIC_AND_PARTITION)
            .toList();
    expired.forEach(key -> out.store(new OffsetRemoved(key)));
    return expired.size() == offsets.size();
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
