package org.stoker.broker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.Timers;
import org.stoker.base.TopicIdPartition;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.handlers.ControllerPort;
import org.stoker.log.LogDirectory;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataDelta;
import org.stoker.metadata.MetadataListener;
import org.stoker.metadata.PartitionCommand.AssignDirectories;
import org.stoker.metadata.PartitionCommand.AssignedDirectory;
import org.stoker.metadata.PartitionCommand.AssignedReplies;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.replication.ReplicaKeeper;

/**
 * Tells the controller in which log directories this broker's replicas are, where it does not know:
 * if a directory fails, only what is in it gets another leader (KIP-858).
 */
final class DirectoryReports implements MetadataListener {
  private static final String LANE = "the lane of directory reports";
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryReports.class);
  private static final long RETRY_MS = 500;
  private static final long TIMEOUT_MS = 10_000;
  private static final int MOST_TOGETHER = 2_000;

  private final int brokerId;
  private final List<LogDirectory> directories;
  private final ReplicaKeeper keeper;
  private final ControllerPort controller;
  private final Lane lane;
  private final Timers timers;
  // What the controller was not told yet.
  private final Map<TopicIdPartition, Uuid> unreported = new LinkedHashMap<>();
  private ClusterImage latest = ClusterImage.empty("");
  private boolean isAsking;

  DirectoryReports(
      int brokerId,
      List<LogDirectory> directories,
      ReplicaKeeper keeper,
      ControllerPort controller,
      Lane lane,
      Timers timers) {
    this.brokerId = brokerId;
    this.directories = List.copyOf(directories);
    this.keeper = keeper;
    this.controller = controller;
    this.lane = lane;
    this.timers = timers;
  }

  @Override
  public void imageChanged(MetadataDelta delta, ClusterImage image) {
    // What is new has its log when the keeper has taken the change over.
    var _ =
        keeper
            .settled(image.offset())
            .thenRun(() -> lane.submit(() -> look(delta.changedPartitions(), image)));
  }

  @ConfinedTo(LANE)
  private void look(Map<Uuid, ? extends Iterable<Integer>> changed, ClusterImage image) {
    latest = image;
    changed.forEach((topicId, indexes) -> {
      TopicImage topic = image.topic(topicId);
      if (topic != null) {
        indexes.forEach(index -> look(topic, index));
      }
    });
    reportIfIdle();
  }

  private void look(TopicImage topic, int index) {
    PartitionImage partition = topic.partitions().get(index);
    int at = partition.replicas().indexOf(brokerId);
    Uuid actual = at < 0 ? null : directoryOf(new TopicPartition(topic.name(), index));
    if (actual != null && !actual.equals(partition.directories().get(at))) {
      unreported.put(new TopicIdPartition(topic.id(), index), actual);
    } else {
      unreported.remove(new TopicIdPartition(topic.id(), index));
    }
  }

  private @Nullable Uuid directoryOf(TopicPartition partition) {
    for (LogDirectory directory : directories) {
      if (directory.isOnline() && directory.log(partition) != null) {
        return directory.id();
      }
    }
    return null;
  }

  private void reportIfIdle() {
    BrokerImage self = latest.broker(brokerId);
    if (isAsking || unreported.isEmpty() || self == null) {
      return;
    }
    isAsking = true;
    List<AssignedDirectory> asked = new ArrayList<>();
    for (Map.Entry<TopicIdPartition, Uuid> entry : unreported.entrySet()) {
      if (asked.size() < MOST_TOGETHER) {
        asked.add(
            new AssignedDirectory(
                entry.getKey().topicId(), entry.getKey().partition(), entry.getValue()));
      }
    }
    CompletableFuture<AssignedReplies> reply =
        controller.submit(new AssignDirectories(brokerId, self.epoch(), asked), TIMEOUT_MS);
    var _ = reply.whenComplete((answer, _) -> lane.submit(() -> answered(asked, answer)));
  }

  private void answered(List<AssignedDirectory> asked, @Nullable AssignedReplies answer) {
    isAsking = false;
    if (answer != null && answer.result().isOk()) {
      // Whatever was refused is of a topic that has gone or moved: its next change is looked at.
      asked.forEach(one ->
          unreported.remove(new TopicIdPartition(one.topicId(), one.partition()), one.directory()));
      reportIfIdle();
    } else {
      LOG.debug("The controller does not take where replicas are: {}", answer);
      timers.after(RETRY_MS, () -> lane.submit(this::reportIfIdle));
    }
  }
}
