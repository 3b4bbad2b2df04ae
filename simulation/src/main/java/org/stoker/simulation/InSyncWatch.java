package org.stoker.simulation;

import org.stoker.base.ConfinedTo;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.replication.Partition;

/**
 * Takes the cluster at its word while it runs: whoever it counts as in sync has on its disk all
 * that was acknowledged or read. Whoever has not might be elected next, and is found here even if
 * it is not.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class InSyncWatch {
  private final SimulatedCluster cluster;
  private final History history;

  InSyncWatch(SimulatedCluster cluster, History history) {
    this.cluster = cluster;
    this.history = history;
  }

  /** More was acknowledged in a partition, or others are in sync. */
  void look(History.Partition partition) {
    ClusterImage image = history.newestImage();
    TopicImage topic = image == null ? null : image.topic(partition.topicId());
    if (topic == null || partition.index() >= topic.partitions().size()) {
      return;
    }
    long committed = history.committedUpTo(partition);
    PartitionImage state = topic.partitions().get(partition.index());
    for (int broker : state.isr()) {
      Partition replica = cluster.partitionOn(broker, topic, partition.index());
      if (replica != null && replica.log().flushedOffset() < committed) {
        history.violation(
            "%s-%d is committed up to %d, and broker %d has it up to %d on its disk and is in sync"
                .formatted(
                    topic.name(),
                    partition.index(),
                    committed,
                    broker,
                    replica.log().flushedOffset()));
      }
    }
  }
}
