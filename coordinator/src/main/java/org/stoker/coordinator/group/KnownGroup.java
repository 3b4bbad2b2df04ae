package org.stoker.coordinator.group;

import org.jspecify.annotations.Nullable;
import org.stoker.base.SharedMap;

/**
 * A group as the log knows it: how it was when its last rebalance ended, without its members, and
 * the offsets that it has committed.
 *
 * @param protocolType null for a group that has only committed offsets
 * @param topics the offsets by topic
 * @param loggedMetadataBytes the metadata of offsets that lies in the log only
 */
record KnownGroup(
    @Nullable String protocolType,
    int generationId,
    long stateTimestampMs,
    SharedMap<String, TopicOffsets> topics,
    long loggedMetadataBytes) {
  static final KnownGroup NEW =
      new KnownGroup(null, 0, ClassicGroup.NO_TIMESTAMP, SharedMap.emptyOfFew(), 0);

  boolean hasTopic(String topic) {
    return topics.containsKey(topic);
  }

  boolean hasOffsets() {
    return !topics.isEmpty();
  }

  @Nullable StoredOffset offset(String topic, int partition) {
    TopicOffsets offsets = topics.get(topic);
    return offsets == null ? null : offsets.get(partition);
  }

  long offsetCount() {
    long count = 0;
    for (TopicOffsets offsets : topics.values()) {
      count += offsets.size();
    }
    return count;
  }
}
