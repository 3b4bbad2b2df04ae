package org.stoker.metadata;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;

/**
 * What differs between an image and the one that listeners saw before it.
 *
 * @param before the image before; topics that were deleted can be asked there
 * @param createdTopics their partitions are among the changed ones
 * @param deletedTopics the topics that are gone, as they last were
 * @param changedPartitions by topic id, the partitions that are new or differ
 * @param changedConfigs resources whose dynamic configuration differs; also those of deleted topics
 * @param changedBrokers brokers that are new, gone or registered otherwise
 * @param featuresChanged whether a finalized level differs
 */
public record MetadataDelta(
    ClusterImage before,
    Set<Uuid> createdTopics,
    Map<Uuid, TopicImage> deletedTopics,
    Map<Uuid, SortedSet<Integer>> changedPartitions,
    Set<ConfigResource> changedConfigs,
    Set<Integer> changedBrokers,
    boolean featuresChanged) {

  /** Whether nothing that a broker reacts to has happened. */
  public boolean isEmpty() {
    return deletedTopics.isEmpty()
        && changedPartitions.isEmpty()
        && changedConfigs.isEmpty()
        && changedBrokers.isEmpty()
        && !featuresChanged;
  }

  /** Compares two images; what they share is recognised without looking inside. */
  static MetadataDelta between(ClusterImage before, ClusterImage after) {
    Set<Uuid> created = new HashSet<>();
    Map<Uuid, TopicImage> deleted = new HashMap<>();
    Map<Uuid, SortedSet<Integer>> changed = new HashMap<>();
    for (TopicImage topic : after.topicsById().values()) {
      TopicImage earlier = before.topic(topic.id());
      if (earlier == null) {
        created.add(topic.id());
      }
      SortedSet<Integer> partitions = changedPartitions(earlier, topic);
      if (!partitions.isEmpty()) {
        changed.put(topic.id(), partitions);
      }
    }
    for (TopicImage topic : before.topicsById().values()) {
      if (after.topic(topic.id()) == null) {
        deleted.put(topic.id(), topic);
      }
    }
    return new MetadataDelta(
        before,
        created,
        deleted,
        changed,
        changedKeys(before.configs(), after.configs()),
        changedKeys(before.brokers(), after.brokers()),
        !before.features().equals(after.features()));
  }

  @SuppressWarnings(
      "ReferenceEquality") // What two images share is the same object: no need to look.
  private static SortedSet<Integer> changedPartitions(
      @Nullable TopicImage before, TopicImage after) {
    var partitions = new TreeSet<Integer>();
    if (before == after) {
      return partitions;
    }
    for (int partition = 0; partition < after.partitions().size(); partition++) {
      if (before == null
          || partition >= before.partitions().size()
          || !before.partitions().get(partition).equals(after.partitions().get(partition))) {
        partitions.add(partition);
      }
    }
    return partitions;
  }

  private static <K> Set<K> changedKeys(Map<K, ?> before, Map<K, ?> after) {
    Set<K> changed = new HashSet<>();
    for (K key : before.keySet()) {
      if (!Objects.equals(before.get(key), after.get(key))) {
        changed.add(key);
      }
    }
    for (K key : after.keySet()) {
      if (!before.containsKey(key)) {
        changed.add(key);
      }
    }
    return changed;
  }
}
