package org.stoker.replication;

/**
 * What a partition is on this broker, as its lane last published it: a reader takes it once and
 * decides by it alone.
 *
 * @param highWatermark below it records are committed
 * @param epochStartOffset where the log ended when this broker last began to lead
 * @param rules what the topic asks for
 */
public record PartitionView(
    ReplicaRole role, long highWatermark, long epochStartOffset, TopicRules rules) {
  PartitionView withRole(ReplicaRole changed) {
    return new PartitionView(changed, highWatermark, epochStartOffset, rules);
  }

  PartitionView withHighWatermark(long changed) {
    return new PartitionView(role, changed, epochStartOffset, rules);
  }

  PartitionView withEpochStartOffset(long changed) {
    return new PartitionView(role, highWatermark, changed, rules);
  }

  PartitionView withRules(TopicRules changed) {
    return new PartitionView(role, highWatermark, epochStartOffset, changed);
  }
}
