package org.stoker.broker;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Uuid;
import org.stoker.coordinator.group.GroupCoordinator;
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
  private static final SortedSet<Integer> NONE = Collections.emptySortedSet();
  private static final Logger LOG = LoggerFactory.getLogger(GroupLeadership.class);

  private final int brokerId;
  private final GroupCoordinator groups;
  private final ReplicaKeeper replicas;
  // The topic whose partitions the shards stand for; null until there is one.
  private volatile @Nullable Started started;

  private record Started(Uuid topicId, int partitionCount) {
    static Started of(TopicImage topic) {
      return new Started(topic.id(), topic.partitions().size());
    }
  }

  GroupLeadership(int brokerId, GroupCoordinator groups, ReplicaKeeper replicas) {
    this.brokerId = brokerId;
    this.groups = groups;
    this.replicas = replicas;
  }

  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    TopicImage topic = image.topic(GroupCoordinator.TOPIC.name());
    if (topic != null) {
      if (!Started.of(topic).equals(started)) {
        // Also when it was deleted and made again, or got more partitions, which moves its groups:
        // what the shards knew is not what its partitions hold.
        warnIfGroupsMove(topic);
        started = Started.of(topic);
        groups.start(topic.partitions().size());
        assign(topic, everyPartition(topic), image);
      } else {
        assign(topic, delta.changedPartitions().getOrDefault(topic.id(), NONE), image);
      }
    }
    groups.imageChanged(delta, image);
  }

  private void warnIfGroupsMove(TopicImage topic) {
    Started before = started;
    if (before != null && before.topicId().equals(topic.id())) {
      LOG.warn(
          "{} has {} partitions, and had {}: groups that now belong to another of them begin"
              + " without the offsets that they have committed",
          topic.name(),
          topic.partitions().size(),
          before.partitionCount());
    }
  }

  private static SortedSet<Integer> everyPartition(TopicImage topic) {
    SortedSet<Integer> all = new TreeSet<>();
    for (int index = 0; index < topic.partitions().size(); index++) {
      all.add(index);
    }
    return all;
  }

  private void assign(TopicImage topic, SortedSet<Integer> changed, ClusterImage image) {
    if (changed.isEmpty()) {
      return;
    }
    // The shards read their partitions, so these must be open.
    CompletableFuture<Void> open = replicas.settled(image.offset());
    for (int index : changed) {
      PartitionImage state = topic.partitions().get(index);
      if (state.leader() == brokerId) {
        var _ = open.thenRun(() -> lead(Started.of(topic), index, state.leaderEpoch()));
      } else {
        groups.resign(index, state.leaderEpoch());
      }
    }
  }

  private void lead(Started of, int index, int leaderEpoch) {
    if (of.equals(started)) {
      groups.becomeLeader(index, leaderEpoch);
    }
  }
}
