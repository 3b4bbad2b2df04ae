package org.stoker.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Uuid;
import org.stoker.coordinator.GroupCoordinator;
import org.stoker.handlers.TopicCreator;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.MetadataListener;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.replication.ReplicaKeeper;

/**
 * Tells the group coordinator which groups are its own, once the partitions they lie in are led
 * here.
 */
final class GroupLeadership implements MetadataListener {
  private static final Logger LOG = LoggerFactory.getLogger(GroupLeadership.class);

  private final int brokerId;
  private final GroupCoordinator groups;
  private final ReplicaKeeper replicas;
  private @Nullable Uuid topicId;
  private int partitionCount;

  GroupLeadership(int brokerId, GroupCoordinator groups, ReplicaKeeper replicas) {
    this.brokerId = brokerId;
    this.groups = groups;
    this.replicas = replicas;
  }

  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    TopicImage topic = image.topic(TopicCreator.OFFSETS_TOPIC);
    if (topic != null) {
      follow(topic);
      SortedSet<Integer> changed = delta.changedPartitions().get(topic.id());
      if (changed != null) {
        // The shards read their partitions, so these must be open.
        CompletableFuture<Void> open = replicas.settled(image.offset());
        changed.forEach(index -> assign(index, topic.partitions().get(index), open));
      }
    }
    Map<String, Uuid> deleted = new HashMap<>();
    delta.deletedTopics().forEach((id, gone) -> deleted.put(gone.name(), id));
    if (!deleted.isEmpty()) {
      groups.topicsDeleted(deleted);
    }
  }

  private void follow(TopicImage topic) {
    int count = topic.partitions().size();
    if (!topic.id().equals(topicId)) {
      groups.start(count);
    } else if (count > partitionCount) {
      LOG.warn(
          "{} has {} partitions, and had {}: groups that now belong to another of them begin"
              + " without the offsets that they have committed",
          topic.name(),
          count,
          partitionCount);
      groups.grow(count);
    }
    topicId = topic.id();
    partitionCount = count;
  }

  private void assign(int index, PartitionImage state, CompletableFuture<Void> open) {
    if (state.leader() == brokerId) {
      var _ = open.thenRun(() -> groups.becomeLeader(index, state.leaderEpoch()));
    } else {
      groups.resign(index, state.leaderEpoch());
    }
  }
}
