package org.stoker.simulation;

import org.stoker.base.ConfinedTo;
import org.stoker.log.Log;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.replication.Partition;

/**
 * Takes the cluster at its word while it runs: whoever it counts as in sync has on its disk all
 * that was acknowledged or read. Whoever has not might be elected next, and is found here even if
 * it is not. And no replica knows of a leader epoch that begins behind the end of its log: it would
 * tell followers, or ask its leader, where an epoch ends that it does not have.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class InSyncWatch {
  private final SimulatedCluster cluster;
  private final History history;

  InSyncWatch(SimulatedCluster cluster, History history) {
    this.cluster = cluster;
    this.history = history;
  }

  /** Whether all replicas flush before they acknowledge, and have flushed what was acknowledged. */
  boolean isAllOnDisk() {
    return history.records().keySet().stream().allMatch(this::isOnDisk);
  }

  private boolean isOnDisk(History.Partition partition) {
    ClusterImage image = history.newestImage();
    TopicImage topic = image == null ? null : image.topic(partition.topicId());
    if (topic == null) {
      return false;
    }
    long committed = history.committedUpTo(partition);
    for (int broker : topic.partitions().get(partition.index()).replicas()) {
      Partition replica = cluster.partitionOn(broker, topic, partition.index());
      if (replica == null
          || !replica.log().config().flush().acksAreFlushed()
          || replica.log().flushedOffset() < committed) {
        return false;
      }
    }
    return true;
  }

  /** More was acknowledged in a partition, or others are in sync. */
  void look(History.Partition partition) {
    ClusterImage image = history.newestImage();
    TopicImage topic = image == null ? null : image.topic(partition.topicId());
    if (topic == null || partition.index() >= topic.partitions().size()) {
      return;
    }
    PartitionImage state = topic.partitions().get(partition.index());
    long committed = history.committedUpTo(partition);
    for (int broker : state.replicas()) {
      Partition replica = cluster.partitionOn(broker, topic, partition.index());
      if (replica != null) {
        String name = "broker " + broker + " of " + topic.name() + "-" + partition.index();
        if (state.isr().contains(broker) && replica.log().flushedOffset() < committed) {
          history.violation(
              "%s has it up to %d on its disk and is in sync, and it is committed up to %d"
                  .formatted(name, replica.log().flushedOffset(), committed));
        }
        if (!cluster.broker(broker).hasLost(topic.id(), replica.topicPartition())) {
          lookAtEpochs(name, replica.log());
        }
      }
    }
  }

  private void lookAtEpochs(String name, Log log) {
    int latest = log.latestLeaderEpoch();
    long start = log.endOffsetForLeaderEpoch(latest - 1).endOffset();
    if (start > log.logEndOffset()) {
      history.violation(
          "%s ends at %d, and its leader epoch %d begins at %d"
              .formatted(name, log.logEndOffset(), latest, start));
    }
  }
}
