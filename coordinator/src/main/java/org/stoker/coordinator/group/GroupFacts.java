package org.stoker.coordinator.group;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.SharedMap;
import org.stoker.coordinator.group.GroupRecord.GroupSaved;
import org.stoker.coordinator.group.GroupRecord.OffsetCommitted;
import org.stoker.coordinator.group.GroupRecord.OffsetRemoved;
import org.stoker.coordinator.runtime.Facts;

/** What the records of one partition of {@code __consumer_offsets} say about its groups. */
final class GroupFacts implements Facts<GroupFacts, GroupRecord> {
  static final GroupFacts NONE = new GroupFacts(SharedMap.empty(), 0);

  private final SharedMap<String, KnownGroup> groups;
  private final long heapBytes;

  private GroupFacts(SharedMap<String, KnownGroup> groups, long heapBytes) {
    this.groups = groups;
    this.heapBytes = heapBytes;
  }

  @Nullable KnownGroup group(String groupId) {
    return groups.get(groupId);
  }

  /** With no offsets if the log does not know the group. */
  KnownGroup groupOrNew(String groupId) {
    return groups.getOrDefault(groupId, KnownGroup.NEW);
  }

  boolean knows(String groupId) {
    return groups.containsKey(groupId);
  }

  Set<String> groupIds() {
    return groups.keySet();
  }

  int groupCount() {
    return groups.size();
  }

  @Override
  public long heapBytes() {
    return heapBytes;
  }

  @Override
  public Draft draft() {
    return new Draft(this);
  }

  /** The next version while records are replayed into it. */
  @ConfinedTo(ConfinedTo.CALLER)
  static final class Draft implements Facts.Draft<GroupFacts, GroupRecord> {
    private final SharedMap.Draft<String, KnownGroup> groups;
    // By id: the groups that records have changed.
    private final Map<String, GroupDraft> changed = new HashMap<>();
    private long heapBytes;

    private Draft(GroupFacts base) {
      this.groups = base.groups.draft();
      this.heapBytes = base.heapBytes;
    }

    @Override
    public void replay(GroupRecord record, long recordOffset) {
      switch (record) {
        case OffsetCommitted committed ->
            put(committed.key(), StoredOffset.of(committed.value(), recordOffset));
        case OffsetRemoved removed -> remove(removed.key());
        case GroupSaved saved -> groupOrNew(saved.groupId()).saved(saved);
        case GroupRecord.GroupRemoved removed -> removeGroup(removed.groupId());
      }
    }

    private void put(OffsetKey key, StoredOffset offset) {
      // Found first: a group that is new counts as well.
      GroupDraft group = groupOrNew(key.groupId());
      heapBytes += group.put(key, offset);
    }

    private void remove(OffsetKey key) {
      GroupDraft group = findGroup(key.groupId());
      if (group != null) {
        heapBytes += group.remove(key);
      }
    }

    /** One that has offsets left is known by them, so that they grow old. */
    private void removeGroup(String groupId) {
      GroupDraft group = findGroup(groupId);
      if (group == null) {
        return;
      }
      group.forgetGenerations();
      if (!group.hasOffsets()) {
        changed.remove(groupId);
        groups.remove(groupId);
        heapBytes -= HeapBytes.ofKnownGroup(groupId);
      }
    }

    private @Nullable GroupDraft findGroup(String groupId) {
      GroupDraft draft = changed.get(groupId);
      if (draft == null) {
        KnownGroup group = groups.get(groupId);
        if (group != null) {
          draft = new GroupDraft(group);
          changed.put(groupId, draft);
        }
      }
      return draft;
    }

    private GroupDraft groupOrNew(String groupId) {
      GroupDraft draft = findGroup(groupId);
      if (draft == null) {
        draft = new GroupDraft(KnownGroup.NEW);
        changed.put(groupId, draft);
        heapBytes += HeapBytes.ofKnownGroup(groupId);
      }
      return draft;
    }

    @Override
    public GroupFacts finish() {
      changed.forEach((groupId, group) -> groups.put(groupId, group.finish()));
      return new GroupFacts(groups.finish(), heapBytes);
    }
  }

  /** The next version of one group. Says what each change takes of the heap. */
  @ConfinedTo(ConfinedTo.CALLER)
  private static final class GroupDraft {
    private @Nullable String protocolType;
    private int generationId;
    private long stateTimestampMs;
    private long loggedMetadataBytes;
    private final SharedMap.Draft<String, TopicOffsets> topics;
    // By name: the topics that records have changed.
    private final Map<String, TopicOffsets.Draft> changed = new HashMap<>(2);
    private int topicCount;

    GroupDraft(KnownGroup base) {
      this.protocolType = base.protocolType();
      this.generationId = base.generationId();
      this.stateTimestampMs = base.stateTimestampMs();
      this.loggedMetadataBytes = base.loggedMetadataBytes();
      this.topics = base.topics().draft();
      this.topicCount = base.topics().size();
    }

    void saved(GroupSaved saved) {
      protocolType = saved.protocolType().isEmpty() ? null : saved.protocolType();
      generationId = saved.generationId();
      stateTimestampMs = saved.stateTimestampMs();
    }

    void forgetGenerations() {
      protocolType = null;
      generationId = 0;
      stateTimestampMs = ClassicGroup.NO_TIMESTAMP;
    }

    boolean hasOffsets() {
      return topicCount > 0;
    }

    long put(OffsetKey key, StoredOffset offset) {
      TopicOffsets.Draft offsets = findTopic(key.topic());
      long bytes = offset.heapBytes();
      if (offsets == null) {
        offsets = new TopicOffsets.Draft(TopicOffsets.NONE);
        changed.put(key.topic(), offsets);
      }
      if (offsets.size() == 0) {
        topicCount++;
        bytes += HeapBytes.ofTopic(key.topic());
      }
      StoredOffset before = offsets.put(key.partition(), offset);
      loggedMetadataBytes += offset.loggedMetadataBytes();
      return before == null ? bytes : bytes - forgotten(before);
    }

    long remove(OffsetKey key) {
      TopicOffsets.Draft offsets = findTopic(key.topic());
      StoredOffset before = offsets == null ? null : offsets.remove(key.partition());
      if (offsets == null || before == null) {
        return 0;
      }
      long bytes = forgotten(before);
      if (offsets.size() == 0) {
        topicCount--;
        bytes += HeapBytes.ofTopic(key.topic());
      }
      return -bytes;
    }

    private long forgotten(StoredOffset offset) {
      loggedMetadataBytes -= offset.loggedMetadataBytes();
      return offset.heapBytes();
    }

    private TopicOffsets.@Nullable Draft findTopic(String topic) {
      TopicOffsets.Draft draft = changed.get(topic);
      if (draft == null) {
        TopicOffsets offsets = topics.get(topic);
        if (offsets != null) {
          draft = new TopicOffsets.Draft(offsets);
          changed.put(topic, draft);
        }
      }
      return draft;
    }

    KnownGroup finish() {
      changed.forEach((topic, offsets) -> {
        if (offsets.size() == 0) {
          topics.remove(topic);
        } else {
          topics.put(topic, offsets.finish());
        }
      });
      return new KnownGroup(
          protocolType, generationId, stateTimestampMs, topics.finish(), loggedMetadataBytes);
    }
  }
}
