package org.stoker.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which leader epoch wrote which part of a log: for each epoch the offset it starts at, both
 * ascending (KIP-101, KIP-279).
 *
 * <p>A value: each change gives another history, or this one if nothing changed.
 */
public final class LeaderEpochHistory {
  public static final int NO_EPOCH = -1;
  public static final long NO_OFFSET = -1L;
  public static final LeaderEpochHistory EMPTY = new LeaderEpochHistory(new int[0], new long[0]);

  private final int[] epochs;
  private final long[] startOffsets;

  /** An epoch and the offset of the first record that was written in it. */
  public record Entry(int epoch, long startOffset) {}

  /** The largest epoch not above the one asked for, and where the next one starts. */
  public record EpochEndOffset(int epoch, long endOffset) {
    static final EpochEndOffset UNKNOWN = new EpochEndOffset(NO_EPOCH, NO_OFFSET);
  }

  private LeaderEpochHistory(int[] epochs, long[] startOffsets) {
    this.epochs = epochs;
    this.startOffsets = startOffsets;
  }

  public static LeaderEpochHistory of(List<Entry> entries) {
    LeaderEpochHistory history = EMPTY;
    for (Entry entry : entries) {
      history = history.assign(entry.epoch(), entry.startOffset());
    }
    return history;
  }

  /**
   * With the records from this offset on written in this epoch. What contradicts that, epochs at or
   * above it and those that would start at or behind it, is dropped.
   */
  public LeaderEpochHistory assign(int epoch, long startOffset) {
    if (epoch < 0 || startOffset < 0) {
      throw new IllegalArgumentException("epoch=" + epoch + ", startOffset=" + startOffset);
    }
    int last = epochs.length - 1;
    if (last >= 0 && epochs[last] == epoch && startOffset >= startOffsets[last]) {
      return this;
    }
    int kept = epochs.length;
    while (kept > 0 && (epochs[kept - 1] >= epoch || startOffsets[kept - 1] >= startOffset)) {
      kept--;
    }
    int[] newEpochs = Arrays.copyOf(epochs, kept + 1);
    long[] newStartOffsets = Arrays.copyOf(startOffsets, kept + 1);
    newEpochs[kept] = epoch;
    newStartOffsets[kept] = startOffset;
    return new LeaderEpochHistory(newEpochs, newStartOffsets);
  }

  /**
   * With a record of this epoch at this offset. Later epochs that would have begun by then are
   * dropped: a leader that was deposed before its first record had begun them.
   *
   * @param epoch negative if the record does not say
   */
  LeaderEpochHistory note(int epoch, long offset) {
    if (epoch < 0) {
      return this;
    }
    int floor = epochs.length - 1;
    while (floor >= 0 && startOffsets[floor] > offset) {
      floor--;
    }
    int kept = floor;
    while (kept >= 0 && epochs[kept] > epoch) {
      kept--;
    }
    LeaderEpochHistory changed = kept == floor ? this : slice(0, kept + 1);
    return epoch > changed.latestEpoch() ? changed.assign(epoch, offset) : changed;
  }

  public boolean isEmpty() {
    return epochs.length == 0;
  }

  public int size() {
    return epochs.length;
  }

  /** The epoch that writes now; {@link #NO_EPOCH} if none ever did. */
  public int latestEpoch() {
    return isEmpty() ? NO_EPOCH : epochs[epochs.length - 1];
  }

  /** The largest epoch below this one; {@link #NO_EPOCH} if there is none. */
  public int epochBefore(int epoch) {
    int floor = floorIndex(epoch - 1);
    return floor < 0 ? NO_EPOCH : epochs[floor];
  }

  /** The epoch that wrote the record at this offset; {@link #NO_EPOCH} if it is not known. */
  public int epochForOffset(long offset) {
    int found = NO_EPOCH;
    for (int i = 0; i < epochs.length && startOffsets[i] <= offset; i++) {
      found = epochs[i];
    }
    return found;
  }

  /**
   * Where the records of this epoch end, as a replica that was in it must truncate to: the start of
   * the next epoch, or the log's end for the latest one. Unknown for epochs that are still to come.
   */
  public EpochEndOffset endOffsetFor(int epoch, long logEndOffset) {
    if (epoch == NO_EPOCH || isEmpty() || epoch > latestEpoch()) {
      return EpochEndOffset.UNKNOWN;
    }
    if (epoch == latestEpoch()) {
      return new EpochEndOffset(epoch, logEndOffset);
    }
    int floor = floorIndex(epoch);
    // An epoch before all we know: everything we have came after it.
    int answered = floor < 0 ? epoch : epochs[floor];
    return new EpochEndOffset(answered, startOffsets[floor + 1]);
  }

  /** Without the epochs that start at this offset or behind it. */
  public LeaderEpochHistory truncateFromEnd(long endOffset) {
    int kept = epochs.length;
    while (endOffset >= 0 && kept > 0 && startOffsets[kept - 1] >= endOffset) {
      kept--;
    }
    return kept == epochs.length ? this : slice(0, kept);
  }

  /** Without what lies before this offset; the epoch that goes on across it starts at it now. */
  public LeaderEpochHistory truncateFromStart(long startOffset) {
    int dropped = 0;
    while (dropped < epochs.length && startOffsets[dropped] <= startOffset) {
      dropped++;
    }
    if (dropped == 0 || (dropped == 1 && startOffsets[0] == startOffset)) {
      return this;
    }
    LeaderEpochHistory rest = slice(dropped - 1, epochs.length);
    rest.startOffsets[0] = startOffset;
    return rest;
  }

  public List<Entry> entries() {
    var entries = new ArrayList<Entry>(epochs.length);
    for (int i = 0; i < epochs.length; i++) {
      entries.add(new Entry(epochs[i], startOffsets[i]));
    }
    return entries;
  }

  private LeaderEpochHistory slice(int from, int to) {
    return from == to
        ? EMPTY
        : new LeaderEpochHistory(
            Arrays.copyOfRange(epochs, from, to), Arrays.copyOfRange(startOffsets, from, to));
  }

  private int floorIndex(int epoch) {
    int found = Arrays.binarySearch(epochs, epoch);
    return found >= 0 ? found : -found - 2;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LeaderEpochHistory history
        && Arrays.equals(epochs, history.epochs)
        && Arrays.equals(startOffsets, history.startOffsets);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(epochs) + Arrays.hashCode(startOffsets);
  }

  @Override
  public String toString() {
    return entries().toString();
  }
}
