package org.stoker.metadata;

import java.util.List;
import org.stoker.base.Uuid;

/** One topic as the cluster knows it; partition n is the n-th of the list. */
public record TopicImage(String name, Uuid id, List<PartitionImage> partitions) {
  public TopicImage {
    partitions = List.copyOf(partitions);
  }
}
