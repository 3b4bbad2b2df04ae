package org.stoker.coordinator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.TopicPartition;
import org.stoker.coordinator.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.GroupRecord.OffsetRemoved;

/**
 * The offsets of a shard's groups: those that are stored, which anybody may be told, and those that
 * are on their way, which only decisions about what to write next may look at.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class OffsetTable {
  // By group, topic and partition.
  private final Map<String, Map<String, Map<Integer, CommittedOffset>>> stored = new HashMap<>();
  // By group: the records on their way, oldest first. Bounded by what the log takes in flight.
  private final Map<String, Map<TopicPartition, List<GroupRecord>>> onTheirWay = new HashMap<>();

  // ---- records ----

  void sent(GroupRecord record) {
    OffsetKey key = keyOf(record);
    if (key != null) {
      onTheirWay
          .computeIfAbsent(key.groupId(), group -> new HashMap<>())
          .computeIfAbsent(partition(key), partition -> new ArrayList<>(1))
          .add(record);
    }
  }

  void lost(GroupRecord record) {
    OffsetKey key = keyOf(record);
    if (key != null) {
      arrived(key, record);
    }
  }

  void stored(GroupRecord record) {
    OffsetKey key = keyOf(record);
    if (key != null) {
      arrived(key, record);
      replay(record);
    }
  }

  /** What the log says, while the shard is loaded. */
  void replay(GroupRecord record) {
    if (record instanceof OffsetCommitted committed) {
      OffsetKey key = committed.key();
      stored
          .computeIfAbsent(key.groupId(), group -> new HashMap<>())
          .computeIfAbsent(key.topic(), topic -> new HashMap<>())
          .put(key.partition(), committed.value());
    } else if (record instanceof OffsetRemoved removed) {
      remove(removed.key());
    }
  }

  private void arrived(OffsetKey key, GroupRecord record) {
    Map<TopicPartition, List<GroupRecord>> ofGroup = onTheirWay.get(key.groupId());
    List<GroupRecord> ofPartition = ofGroup == null ? null : ofGroup.get(partition(key));
    if (ofGroup == null || ofPartition == null || !ofPartition.remove(record)) {
      throw new IllegalStateException("no record of " + key + " was on its way");
    }
    if (ofPartition.isEmpty()) {
      ofGroup.remove(partition(key));
    }
    if (ofGroup.isEmpty()) {
      onTheirWay.remove(key.groupId());
    }
  }

  private void remove(OffsetKey key) {
    Map<String, Map<Integer, CommittedOffset>> byTopic = stored.get(key.groupId());
    Map<Integer, CommittedOffset> byPartition = byTopic == null ? null : byTopic.get(key.topic());
    if (byTopic == null || byPartition == null) {
      return;
    }
    byPartition.remove(key.partition());
    if (byPartition.isEmpty()) {
      byTopic.remove(key.topic());
    }
    if (byTopic.isEmpty()) {
      stored.remove(key.groupId());
    }
  }

  // ---- what is stored ----

  @Nullable CommittedOffset find(OffsetKey key) {
    return topics(key.groupId()).getOrDefault(key.topic(), Map.of()).get(key.partition());
  }

  /** By topic and partition. */
  Map<String, Map<Integer, CommittedOffset>> topics(String groupId) {
    return stored.getOrDefault(groupId, Map.of());
  }

  // ---- what will be ----

  /** As if all that is on its way had arrived; null if there is no offset then. */
  @Nullable CommittedOffset findLatest(OffsetKey key) {
    List<GroupRecord> coming = onTheirWay.getOrDefault(key.groupId(), Map.of()).get(partition(key));
    if (coming == null) {
      return find(key);
    }
    return coming.getLast() instanceof OffsetCommitted committed ? committed.value() : null;
  }

  /** What a group's offsets will be when all that is on its way has arrived. */
  Map<OffsetKey, CommittedOffset> latest(String groupId) {
    var latest = new HashMap<OffsetKey, CommittedOffset>();
    topics(groupId)
        .forEach((topic, byPartition) ->
            byPartition.forEach(
                (partition, value) -> latest.put(new OffsetKey(groupId, topic, partition), value)));
    onTheirWay
        .getOrDefault(groupId, Map.of())
        .forEach((partition, coming) -> {
          var key = new OffsetKey(groupId, partition.topic(), partition.partition());
          if (coming.getLast() instanceof OffsetCommitted committed) {
            latest.put(key, committed.value());
          } else {
            latest.remove(key);
          }
        });
    return latest;
  }

  boolean hasAnyOnTheirWay(String groupId) {
    return onTheirWay.containsKey(groupId);
  }

  /** Groups that have offsets, or will have. */
  Set<String> groupIds() {
    var groupIds = new HashSet<>(stored.keySet());
    groupIds.addAll(onTheirWay.keySet());
    return groupIds;
  }

  private static @Nullable OffsetKey keyOf(GroupRecord record) {
    return switch (record) {
      case OffsetCommitted committed -> committed.key();
      case OffsetRemoved removed -> removed.key();
      case GroupRecord.GroupSaved _, GroupRecord.GroupRemoved _ -> null;
    };
  }

  private static TopicPartition partition(OffsetKey key) {
    return new TopicPartition(key.topic(), key.partition());
  }
}
