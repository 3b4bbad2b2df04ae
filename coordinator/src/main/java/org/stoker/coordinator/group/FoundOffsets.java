package org.stoker.coordinator.group;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;

/** A group's offsets as they were found, and where the metadata lies that is still in the log. */
@ConfinedTo(ConfinedTo.CALLER)
final class FoundOffsets {
  private final String groupId;
  private final List<FetchOffsetsReply.Topic> topics = new ArrayList<>();
  private final List<Logged> logged = new ArrayList<>();
  private long loggedBytes;

  /** Metadata that is in the log, and whose it is. */
  record Logged(
      long recordOffset, OffsetKey key, List<FetchOffsetsReply.Partition> partitions, int index) {
    /** Once it was read. */
    void set(String metadata) {
      FetchOffsetsReply.Partition without = partitions.get(index);
      partitions.set(
          index,
          new FetchOffsetsReply.Partition(
              without.partition(), without.offset(), without.leaderEpoch(), metadata));
    }
  }

  FoundOffsets(String groupId) {
    this.groupId = groupId;
  }

  /** The partitions that follow are of this topic. */
  void topic(String name, Uuid topicId) {
    topics.add(new FetchOffsetsReply.Topic(name, topicId, new ArrayList<>()));
  }

  void partition(int partition, @Nullable StoredOffset offset) {
    FetchOffsetsReply.Topic topic = topics.getLast();
    List<FetchOffsetsReply.Partition> partitions = topic.partitions();
    if (offset == null) {
      partitions.add(FetchOffsetsReply.Partition.unknown(partition));
      return;
    }
    if (offset.isMetadataInLog()) {
      logged.add(
          new Logged(
              offset.recordOffset(),
              new OffsetKey(groupId, topic.name(), partition),
              partitions,
              partitions.size()));
      loggedBytes += HeapBytes.ofArray(offset.loggedMetadataBytes());
    }
    partitions.add(
        new FetchOffsetsReply.Partition(
            partition, offset.offset(), offset.leaderEpoch(), offset.metadataHere()));
  }

  /** In the order of the log. */
  List<Logged> logged() {
    logged.sort(Comparator.comparingLong(Logged::recordOffset));
    return logged;
  }

  boolean isComplete() {
    return logged.isEmpty();
  }

  /** What its metadata will take when it is read. */
  long loggedBytes() {
    return loggedBytes;
  }

  FetchOffsetsReply reply() {
    return new FetchOffsetsReply(groupId, ErrorCode.NONE, topics);
  }
}
