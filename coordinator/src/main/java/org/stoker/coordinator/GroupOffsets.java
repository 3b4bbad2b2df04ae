package org.stoker.coordinator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.coordinator.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.GroupRecord.OffsetRemoved;
import org.stoker.protocol.ErrorCode;

/** The rules for committing, fetching, removing and forgetting offsets. */
final class GroupOffsets {
  private static final Comparator<OffsetKey> BY_TOPIC_AND_PARTITION =
      Comparator.comparing(OffsetKey::topic).thenComparingInt(OffsetKey::partition);

  private final GroupCoordinatorConfig.Offsets config;
  private final OffsetTable table;

  GroupOffsets(GroupCoordinatorConfig.Offsets config, OffsetTable table) {
    this.config = config;
    this.table = table;
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

  CommitOffsetsReply commit(CommitOffsetsCommand command, Decision.Draft out) {
    long expireTimestampMs =
        command.retentionTimeMs() == CommitOffsetsCommand.BROKERS_RETENTION
            ? CommittedOffset.NO_EXPIRY
            : out.nowMs() + command.retentionTimeMs();
    List<CommitOffsetsReply.Topic> topics = new ArrayList<>(command.topics().size());
    for (CommitOffsetsCommand.Topic topic : command.topics()) {
      List<CommitOffsetsReply.Partition> partitions = new ArrayList<>(topic.partitions().size());
      for (CommitOffsetsCommand.Partition partition : topic.partitions()) {
        String metadata = partition.metadata() == null ? "" : partition.metadata();
        if (metadata.length() > config.metadataMaxBytes()) {
          partitions.add(
              new CommitOffsetsReply.Partition(
                  partition.partition(), ErrorCode.OFFSET_METADATA_TOO_LARGE));
          continue;
        }
        out.store(
            new OffsetCommitted(
                new OffsetKey(command.groupId(), topic.name(), partition.partition()),
                new CommittedOffset(
                    partition.offset(),
                    partition.leaderEpoch(),
                    metadata,
                    out.nowMs(),
                    expireTimestampMs,
                    topic.topicId())));
        partitions.add(new CommitOffsetsReply.Partition(partition.partition(), ErrorCode.NONE));
      }
      topics.add(new CommitOffsetsReply.Topic(topic.name(), topic.topicId(), partitions));
    }
    return new CommitOffsetsReply(topics);
  }

  // ---- fetch ----

  FetchOffsetsReply fetch(FetchOffsetsCommand command) {
    List<FetchOffsetsReply.Topic> topics =
        command.topics() == null
            ? fetchAll(command.groupId())
            : fetchSome(command.groupId(), command.topics());
    return new FetchOffsetsReply(command.groupId(), ErrorCode.NONE, topics);
  }

  private List<FetchOffsetsReply.Topic> fetchAll(String groupId) {
    return table.topics(groupId).entrySet().stream()
        .map(topic ->
            new FetchOffsetsReply.Topic(
                topic.getKey(), Uuid.ZERO, fetchAllPartitions(topic.getValue())))
        .toList();
  }

  private static List<FetchOffsetsReply.Partition> fetchAllPartitions(
      Map<Integer, CommittedOffset> byPartition) {
    return byPartition.entrySet().stream()
        .map(entry -> FetchOffsetsReply.Partition.of(entry.getKey(), entry.getValue()))
        .toList();
  }

  private List<FetchOffsetsReply.Topic> fetchSome(
      String groupId, List<FetchOffsetsCommand.Topic> asked) {
    return asked.stream()
        .map(topic ->
            new FetchOffsetsReply.Topic(
                topic.name(),
                topic.topicId(),
                topic.partitions().stream()
                    .map(partition -> fetchOne(groupId, topic, partition))
                    .toList()))
        .toList();
  }

  private FetchOffsetsReply.Partition fetchOne(
      String groupId, FetchOffsetsCommand.Topic topic, int partition) {
    CommittedOffset committed = table.find(new OffsetKey(groupId, topic.name(), partition));
    return committed == null || !committed.isOf(topic.topicId())
        ? FetchOffsetsReply.Partition.unknown(partition)
        : FetchOffsetsReply.Partition.of(partition, committed);
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
        if (error == ErrorCode.NONE && table.findLatest(key) != null) {
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
    Map<OffsetKey, CommittedOffset> offsets = table.latest(group.groupId());
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

  private boolean isExpired(CommittedOffset offset, Ageing ageing, ClassicGroup group, long nowMs) {
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

    long sinceMs(CommittedOffset offset, ClassicGroup group) {
      boolean isKnown = group.stateTimestampMs() != ClassicGroup.NO_TIMESTAMP;
      return this == SINCE_GROUP_IS_EMPTY && isKnown
          ? group.stateTimestampMs()
          : offset.commitTimestampMs();
    }
  }
}
