package org.stoker.coordinator.group;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.MemoryShare;
import org.stoker.base.TopicPartition;
import org.stoker.coordinator.group.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.group.GroupRecord.OffsetRemoved;

/**
 * The offsets of a shard's groups: those that are stored, which anybody may be told, and those that
 * are on their way, which only decisions about what to write next may look at.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class OffsetTable {
  // Most groups consume few topics, and of most topics few partitions.
  private static final int FIRST_CAPACITY = 2;
  private static final long UNKNOWN_RECORD_OFFSET = -1;

  private final MemoryShare memory;
  private final Map<String, OffsetsOfGroup> stored = new HashMap<>();
  // By group: the records on their way, oldest first. Bounded by what the log takes in flight.
  private final Map<String, Map<TopicPartition, List<GroupRecord>>> onTheirWay = new HashMap<>();

  private static final class OffsetsOfGroup {
    // By topic and partition.
    final Map<String, Map<Integer, StoredOffset>> byTopic = HashMap.newHashMap(FIRST_CAPACITY);
    long loggedMetadataBytes;
  }

  OffsetTable(MemoryShare memory) {
    this.memory = memory;
  }

  // ---- records ----

  void sent(GroupRecord record) {
    OffsetKey key = keyOf(record);
    if (key != null) {
      memory.change(bytesOnTheWay(record));
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

  void stored(GroupRecord record, long recordOffset) {
    OffsetKey key = keyOf(record);
    if (key != null) {
      arrived(key, record);
      replay(record, recordOffset);
    }
  }

  /** What the log says, while the shard is loaded. */
  void replay(GroupRecord record, long recordOffset) {
    if (record instanceof OffsetCommitted committed) {
      put(committed.key(), StoredOffset.of(committed.value(), recordOffset));
    } else if (record instanceof OffsetRemoved removed) {
      remove(removed.key());
    }
  }

  private static long bytesOnTheWay(GroupRecord record) {
    return HeapBytes.RECORD_ON_ITS_WAY
        + (record instanceof OffsetCommitted committed
            ? 2 * HeapBytes.of(committed.value().metadata())
            : 0);
  }

  private void arrived(OffsetKey key, GroupRecord record) {
    Map<TopicPartition, List<GroupRecord>> ofGroup = onTheirWay.get(key.groupId());
    List<GroupRecord> ofPartition = ofGroup == null ? null : ofGroup.get(partition(key));
    if (ofGroup == null || ofPartition == null || !ofPartition.remove(record)) {
      throw new IllegalStateException("no record of " + key + " was on its way");
    }
    memory.change(-bytesOnTheWay(record));
    if (ofPartition.isEmpty()) {
      ofGroup.remove(partition(key));
    }
    if (ofGroup.isEmpty()) {
      onTheirWay.remove(key.groupId());
    }
  }

  // ---- what is kept ----

  void put(OffsetKey key, StoredOffset offset) {
    OffsetsOfGroup group = stored.get(key.groupId());
    if (group == null) {
      group = new OffsetsOfGroup();
      stored.put(key.groupId(), group);
      memory.change(mapBytes(key.groupId()));
    }
    Map<Integer, StoredOffset> byPartition = group.byTopic.get(key.topic());
    if (byPartition == null) {
      byPartition = HashMap.newHashMap(FIRST_CAPACITY);
      group.byTopic.put(key.topic(), byPartition);
      memory.change(mapBytes(key.topic()));
    }
    StoredOffset before = byPartition.put(key.partition(), offset);
    memory.change(offset.heapBytes());
    group.loggedMetadataBytes += offset.loggedMetadataBytes();
    if (before != null) {
      forget(group, before);
    }
  }

  private void forget(OffsetsOfGroup group, StoredOffset offset) {
    memory.change(-offset.heapBytes());
    group.loggedMetadataBytes -= offset.loggedMetadataBytes();
  }

  private void remove(OffsetKey key) {
    OffsetsOfGroup group = stored.get(key.groupId());
    Map<Integer, StoredOffset> byPartition = group == null ? null : group.byTopic.get(key.topic());
    if (group == null || byPartition == null) {
      return;
    }
    StoredOffset before = byPartition.remove(key.partition());
    if (before != null) {
      forget(group, before);
    }
    if (byPartition.isEmpty()) {
      group.byTopic.remove(key.topic());
      memory.change(-mapBytes(key.topic()));
    }
    if (group.byTopic.isEmpty()) {
      stored.remove(key.groupId());
      memory.change(-mapBytes(key.groupId()));
    }
  }

  private static long mapBytes(String name) {
    return HeapBytes.OFFSETS_MAP + HeapBytes.of(name);
  }

  /** What the first offset of this key would take, above what is there already. */
  long bytesOfNew(OffsetKey key, CommittedOffset value) {
    long metadataSize = value.metadata().length();
    long bytes =
        HeapBytes.OFFSET
            + (metadataSize <= StoredOffset.MAX_METADATA_BYTES_HERE
                ? HeapBytes.of(value.metadata())
                : 0);
    OffsetsOfGroup group = stored.get(key.groupId());
    if (group == null) {
      bytes += mapBytes(key.groupId());
    }
    if (group == null || !group.byTopic.containsKey(key.topic())) {
      bytes += mapBytes(key.topic());
    }
    return bytes;
  }

  /** Whether the group has offsets that are stored. */
  boolean hasGroup(String groupId) {
    return stored.containsKey(groupId);
  }

  /** The metadata of a group that lies in the log only. */
  long loggedMetadataBytes(String groupId) {
    OffsetsOfGroup group = stored.get(groupId);
    return group == null ? 0 : group.loggedMetadataBytes;
  }

  // ---- what is stored ----

  @Nullable StoredOffset find(OffsetKey key) {
    return topics(key.groupId()).getOrDefault(key.topic(), Map.of()).get(key.partition());
  }

  /** By topic and partition. */
  Map<String, Map<Integer, StoredOffset>> topics(String groupId) {
    OffsetsOfGroup group = stored.get(groupId);
    return group == null ? Map.of() : group.byTopic;
  }

  long count(String groupId) {
    return topics(groupId).values().stream().mapToLong(Map::size).sum();
  }

  // ---- what will be ----

  /** Whether there will be an offset when all that is on its way has arrived. */
  boolean willHave(OffsetKey key) {
    List<GroupRecord> coming = onTheirWay.getOrDefault(key.groupId(), Map.of()).get(partition(key));
    return coming == null ? find(key) != null : coming.getLast() instanceof OffsetCommitted;
  }

  /** What a group's offsets will be when all that is on its way has arrived. */
  Map<OffsetKey, StoredOffset> latest(String groupId) {
    var latest = new HashMap<OffsetKey, StoredOffset>();
    topics(groupId)
        .forEach((topic, byPartition) ->
            byPartition.forEach(
                (partition, value) -> latest.put(new OffsetKey(groupId, topic, partition), value)));
    onTheirWay
        .getOrDefault(groupId, Map.of())
        .forEach((partition, coming) -> {
          var key = new OffsetKey(groupId, partition.topic(), partition.partition());
          if (coming.getLast() instanceof OffsetCommitted committed) {
            latest.put(key, StoredOffset.of(committed.value(), UNKNOWN_RECORD_OFFSET));
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
