package org.stoker.handlers;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Uuid;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.TopicImage;
import org.stoker.protocol.ErrorCode;
import org.stoker.replication.Partition;
import org.stoker.replication.Partitions;

/** Finds what a request names, by id or by name, or says with Kafka's code why there is none. */
@ThreadSafe
final class PartitionLookup {
  private final Supplier<ClusterImage> image;
  private final Partitions partitions;

  PartitionLookup(Supplier<ClusterImage> image, Partitions partitions) {
    this.image = image;
    this.partitions = partitions;
  }

  /** By id if one is given, else by name. */
  @Nullable Partition find(Uuid topicId, String name, int index) {
    if (!topicId.equals(Uuid.ZERO)) {
      return partitions.find(topicId, index);
    }
    TopicImage topic = image.get().topic(name);
    return topic == null ? null : partitions.find(topic.id(), index);
  }

  /** Why {@link #find} found none. */
  ErrorCode errorOf(Uuid topicId, String name, int index) {
    boolean isById = !topicId.equals(Uuid.ZERO);
    ClusterImage current = image.get();
    TopicImage topic = isById ? current.topic(topicId) : current.topic(name);
    if (topic == null) {
      return isById ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }
    if (index < 0 || index >= topic.partitions().size()) {
      return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }
    return partitions.isOffline(topic.id(), index)
        ? ErrorCode.KAFKA_STORAGE_ERROR
        : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }
}
