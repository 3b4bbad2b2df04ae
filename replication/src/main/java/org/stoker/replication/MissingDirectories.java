package org.stoker.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.LogDirectory;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.LogDirectoryId;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;

/**
 * Finds the log directories in which the cluster has replicas of this broker and that it does not
 * have: their disk was replaced, or is not mounted.
 */
final class MissingDirectories {
  private final int brokerId;
  private final List<LogDirectory> usable;

  MissingDirectories(int brokerId, List<LogDirectory> usable) {
    this.brokerId = brokerId;
    this.usable = List.copyOf(usable);
  }

  /** A sentence for the operator for each missing directory, in the order of their ids. */
  List<String> warnings(ClusterImage image) {
    Map<Uuid, Replicas> missing = new TreeMap<>();
    for (TopicImage topic : image.topicsById().values()) {
      for (int index = 0; index < topic.partitions().size(); index++) {
        PartitionImage partition = topic.partitions().get(index);
        int at = partition.replicas().indexOf(brokerId);
        if (at >= 0 && isMissing(partition.directories().get(at))) {
          boolean isHere = isInAnother(new TopicPartition(topic.name(), index));
          boolean isOnly = partition.replicas().size() == 1;
          missing.merge(
              partition.directories().get(at),
              isHere ? Replicas.NONE : new Replicas(1, isOnly ? 1 : 0),
              Replicas::plus);
        }
      }
    }
    List<String> warnings = new ArrayList<>();
    missing.forEach((directory, replicas) -> {
      if (replicas.count() > 0) {
        warnings.add(replicas.warning(brokerId, directory));
      }
    });
    return warnings;
  }

  private boolean isMissing(Uuid directory) {
    return !LogDirectoryId.isReserved(directory)
        && usable.stream().noneMatch(here -> directory.equals(here.id()));
  }

  /** Moved there while the broker was stopped: nothing of it is missing. */
  private boolean isInAnother(TopicPartition partition) {
    return usable.stream()
        .anyMatch(here -> here.log(partition) != null || here.refused().containsKey(partition));
  }

  private record Replicas(int count, int unreplicated) {
    static final Replicas NONE = new Replicas(0, 0);

    Replicas plus(Replicas other) {
      return new Replicas(count + other.count, unreplicated + other.unreplicated);
    }

    String warning(int brokerId, Uuid directory) {
      return ("Log directory %s of broker %d is missing: replicas of %d partitions were in it, and"
              + " %d of these partitions have no other replica. If its disk was replaced, the"
              + " others are copied again and those %d start empty; if it is not mounted, stop"
              + " this broker and mount it")
          .formatted(directory, brokerId, count, unreplicated, unreplicated);
    }
  }
}
