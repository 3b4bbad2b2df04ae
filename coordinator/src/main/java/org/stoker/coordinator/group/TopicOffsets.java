package org.stoker.coordinator.group;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Uuid;

/**
 * The offsets that a group has committed in one topic. Immutable, and flat: most of what a
 * coordinator holds lies here, and a map takes half as much again for each offset.
 */
final class TopicOffsets {
  static final TopicOffsets NONE = new TopicOffsets(new int[0], new StoredOffset[0]);

  private final int[] partitions;
  private final StoredOffset[] offsets;

  private TopicOffsets(int[] sortedPartitions, StoredOffset[] offsets) {
    this.partitions = sortedPartitions;
    this.offsets = offsets;
  }

  @Nullable StoredOffset get(int partition) {
    int index = Arrays.binarySearch(partitions, partition);
    return index < 0 ? null : offsets[index];
  }

  int size() {
    return partitions.length;
  }

  /** Takes the offsets in the order of their partitions. */
  interface Visitor {
    void offset(int partition, StoredOffset offset);
  }

  void forEach(Visitor visitor) {
    for (int i = 0; i < partitions.length; i++) {
      visitor.offset(partitions[i], offsets[i]);
    }
  }

  /** The next version while it is being written: copies eight bytes for each offset at its end. */
  @ConfinedTo(ConfinedTo.CALLER)
  static final class Draft {
    /** In the place of an offset that was removed. */
    private static final StoredOffset REMOVED =
        StoredOffset.of(new CommittedOffset(-1, -1, "", -1, -1, Uuid.ZERO), -1);

    private final TopicOffsets base;
    // By partition.
    private final Map<Integer, StoredOffset> changes = new HashMap<>();
    private int size;

    Draft(TopicOffsets base) {
      this.base = base;
      this.size = base.size();
    }

    int size() {
      return size;
    }

    @Nullable StoredOffset get(int partition) {
      return unlessRemoved(changes.get(partition), partition);
    }

    /** The offset that was there before, if any. */
    @Nullable StoredOffset put(int partition, StoredOffset offset) {
      StoredOffset before = unlessRemoved(changes.put(partition, offset), partition);
      if (before == null) {
        size++;
      }
      return before;
    }

    /** The offset that was there, if any. */
    @Nullable StoredOffset remove(int partition) {
      StoredOffset before = get(partition);
      if (before != null) {
        changes.put(partition, REMOVED);
        size--;
      }
      return before;
    }

    @SuppressWarnings("ReferenceEquality") // the mark itself is meant, no offset that equals it
    private @Nullable StoredOffset unlessRemoved(@Nullable StoredOffset changed, int partition) {
      if (changed == REMOVED) {
        return null;
      }
      return changed == null ? base.get(partition) : changed;
    }

    /** The offsets as drafted; the draft must not be used any more. */
    TopicOffsets finish() {
      int[] changed = new int[changes.size()];
      int count = 0;
      for (int partition : changes.keySet()) {
        changed[count++] = partition;
      }
      Arrays.sort(changed);
      int[] partitions = new int[size];
      StoredOffset[] offsets = new StoredOffset[size];
      int from = 0;
      int to = 0;
      for (int partition : changed) {
        int found = Arrays.binarySearch(base.partitions, from, base.size(), partition);
        int until = found < 0 ? -found - 1 : found;
        to = copy(from, until, partitions, offsets, to);
        from = found < 0 ? until : until + 1;
        StoredOffset offset = get(partition);
        if (offset != null) {
          partitions[to] = partition;
          offsets[to++] = offset;
        }
      }
      copy(from, base.size(), partitions, offsets, to);
      return new TopicOffsets(partitions, offsets);
    }

    private int copy(int from, int until, int[] partitions, StoredOffset[] offsets, int to) {
      int count = until - from;
      System.arraycopy(base.partitions, from, partitions, to, count);
      System.arraycopy(base.offsets, from, offsets, to, count);
      return to + count;
    }
  }
}
