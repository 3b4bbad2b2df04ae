package org.stoker.coordinator.runtime;

import java.util.Map;

/**
 * A topic that brokers make for themselves.
 *
 * @param partitionCountKey the broker's key that says how many partitions it gets
 * @param replicationFactorKey the broker's key that says how many replicas each gets
 * @param segmentBytesKey the broker's key for its {@code segment.bytes}
 * @param configs its other configuration, by topic key
 */
public record InternalTopic(
    String name,
    String partitionCountKey,
    String replicationFactorKey,
    String segmentBytesKey,
    Map<String, String> configs) {
  public InternalTopic {
    configs = Map.copyOf(configs);
  }
}
