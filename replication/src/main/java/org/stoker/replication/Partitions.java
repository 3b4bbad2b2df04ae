package org.stoker.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Uuid;

/** The partitions that this broker holds, found by topic id and index. */
@ThreadSafe
public final class Partitions {
  // By index; replaced, never changed.
  private final ConcurrentHashMap<Uuid, @Nullable Partition[]> byTopic = new ConcurrentHashMap<>();

  // Those that could not be opened: they are known, and cannot be used until an operator helps.
  private final ConcurrentHashMap<Uuid, Set<Integer>> offline = new ConcurrentHashMap<>();

  public @Nullable Partition find(Uuid topicId, int index) {
    @Nullable Partition @Nullable [] ofTopic = byTopic.get(topicId);
    return ofTopic == null || index < 0 || index >= ofTopic.length ? null : ofTopic[index];
  }

  /** Adds what was opened; it is found from now on. */
  public void add(Partition partition) {
    int index = partition.topicPartition().partition();
    byTopic.compute(
        partition.topicId(),
        (_, ofTopic) -> {
          int length = ofTopic == null ? 0 : ofTopic.length;
          @Nullable Partition[] next = new @Nullable Partition[Math.max(length, index + 1)];
          if (ofTopic != null) {
            System.arraycopy(ofTopic, 0, next, 0, length);
          }
          next[index] = partition;
          return next;
        });
  }

  /** Notes that the partition is this broker's, and that its disk does not give it. */
  public void addOffline(Uuid topicId, int index) {
    offline.computeIfAbsent(topicId, _ -> ConcurrentHashMap.newKeySet()).add(index);
  }

  /** Whether the partition is this broker's, and its disk does not give it. */
  public boolean isOffline(Uuid topicId, int index) {
    return offline.getOrDefault(topicId, Set.of()).contains(index);
  }

  /** Its disk may give it after all: it is about to be tried again. */
  void removeOffline(Uuid topicId, int index) {
    Set<Integer> ofTopic = offline.get(topicId);
    if (ofTopic != null) {
      ofTopic.remove(index);
    }
  }

  /** Forgets one partition; null if it was not here. */
  @Nullable Partition remove(Uuid topicId, int index) {
    removeOffline(topicId, index);
    Partition removed = find(topicId, index);
    if (removed != null) {
      byTopic.computeIfPresent(
          topicId,
          (_, ofTopic) -> {
            @Nullable Partition[] next = ofTopic.clone();
            next[index] = null;
            return next;
          });
    }
    return removed;
  }

  /** Forgets a topic; whoever holds one of its partitions may go on using it. */
  public List<Partition> removeTopic(Uuid topicId) {
    List<Partition> removed = new ArrayList<>();
    offline.remove(topicId);
    collect(byTopic.remove(topicId), removed);
    return removed;
  }

  public List<Partition> ofTopic(Uuid topicId) {
    List<Partition> found = new ArrayList<>();
    collect(byTopic.get(topicId), found);
    return found;
  }

  public List<Partition> all() {
    List<Partition> all = new ArrayList<>();
    byTopic.values().forEach(ofTopic -> collect(ofTopic, all));
    return all;
  }

  private static void collect(@Nullable Partition @Nullable [] ofTopic, List<Partition> into) {
    if (ofTopic != null) {
      for (Partition partition : ofTopic) {
        if (partition != null) {
          into.add(partition);
        }
      }
    }
  }
}
