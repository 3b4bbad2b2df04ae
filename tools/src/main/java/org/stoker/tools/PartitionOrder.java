package org.stoker.tools;

import java.util.Comparator;
import org.apache.kafka.common.TopicPartition;

/** The order in which partitions are printed. */
final class PartitionOrder {
  static final Comparator<TopicPartition> BY_TOPIC =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private PartitionOrder() {}
}
