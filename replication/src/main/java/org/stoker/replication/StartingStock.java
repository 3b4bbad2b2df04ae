package org.stoker.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.Log;
import org.stoker.log.LogDirectory;
import org.stoker.log.UsableDirectories;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.replication.UnmadeReplicas.Unmade;

/**
 * Compares what a broker finds in its log directories at its start with what the cluster says that
 * it has: the one may be more, the other may be missing.
 */
final class StartingStock {
  private static final Logger LOG = LoggerFactory.getLogger(StartingStock.class);
  private static final String OLD_COPY = "is in another log directory now";

  private final int brokerId;
  private final UsableDirectories directories;
  private final Partitions partitions;
  private final DepartingLogs departing;

  StartingStock(
      int brokerId, UsableDirectories directories, Partitions partitions, DepartingLogs departing) {
    this.brokerId = brokerId;
    this.directories = directories;
    this.partitions = partitions;
    this.departing = departing;
  }

  /**
   * Sets aside what is not this broker's, and notes what stays offline.
   *
   * @param inOrder the keeper's
   * @param lacksRoom learns of those that are to be recovered when there is room
   */
  CompletableFuture<Void> take(ClusterImage image, Executor inOrder, Consumer<Unmade> lacksRoom) {
    List<CompletableFuture<Void>> strays = new ArrayList<>();
    for (LogDirectory directory : directories.usable()) {
      for (Log log : List.copyOf(directory.logs())) {
        if (!belongs(log, image)) {
          strays.add(departing.setAside(log, directory, ReplicaKeeper.NOBODYS));
        } else if (isAnOldCopy(log, directory, image)) {
          strays.add(departing.setAside(log, directory, OLD_COPY));
        }
      }
      List.copyOf(directory.refused().keySet())
          .forEach(name -> takeRefused(name, directory, image, lacksRoom));
    }
    return CompletableFuture.allOf(strays.toArray(CompletableFuture<?>[]::new))
        .thenRunAsync(
            () -> {
              if (directories.isAnyLeftOut()) {
                image.topicsByName().values().forEach(this::noteThoseThatAreNotHere);
              } else {
                new MissingDirectories(brokerId, directories.usable())
                    .warnings(image)
                    .forEach(LOG::warn);
              }
            },
            inOrder);
  }

  private boolean belongs(Log log, ClusterImage image) {
    PartitionImage partition = image.partition(log.topicPartition());
    TopicImage topic = image.topic(log.topicPartition().topic());
    return partition != null
        && topic != null
        && partition.replicas().contains(brokerId)
        && (log.topicId() == null || topic.id().equals(log.topicId()));
  }

  /**
   * Whether it is in a directory that was away while the broker got the partition again, in another
   * one: that has more, and the cluster knows which it is.
   */
  private boolean isAnOldCopy(Log log, LogDirectory directory, ClusterImage image) {
    TopicPartition name = log.topicPartition();
    PartitionImage partition = Objects.requireNonNull(image.partition(name), "it belongs here");
    Uuid named = partition.directories().get(partition.replicas().indexOf(brokerId));
    return directories.usable().stream()
        .filter(other -> other != directory && named.equals(other.id()))
        .anyMatch(other -> other.log(name) != null || other.refused().containsKey(name));
  }

  private void takeRefused(
      TopicPartition name, LogDirectory directory, ClusterImage image, Consumer<Unmade> lacksRoom) {
    TopicImage topic = image.topic(name.topic());
    if (topic != null) {
      partitions.addOffline(topic.id(), name.partition());
      if (directory.lacksRoom(name)) {
        lacksRoom.accept(new Unmade(topic.id(), name));
      }
    } else {
      RefusedReplicas.setAside(name, directory);
    }
  }

  /** They may be in the directory that is missing: an empty log would pass for all there is. */
  private void noteThoseThatAreNotHere(TopicImage topic) {
    for (int index = 0; index < topic.partitions().size(); index++) {
      TopicPartition name = new TopicPartition(topic.name(), index);
      if (topic.partitions().get(index).replicas().contains(brokerId)
          && directories.usable().stream().allMatch(directory -> directory.log(name) == null)
          && !partitions.isOffline(topic.id(), index)) {
        LOG.error("{} stays offline: it may be in a log directory that is left out", name);
        partitions.addOffline(topic.id(), index);
      }
    }
  }
}
