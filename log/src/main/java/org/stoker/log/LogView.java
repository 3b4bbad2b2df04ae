package org.stoker.log;

import java.util.List;

/**
 * One partition's log as its lane last published it: what any thread reads from, without a lock.
 *
 * @param segments by base offset, the last one is written to; never empty
 * @param activeSizeBytes bytes of the last segment that hold whole batches
 * @param highWatermark what the partition said last; the log only keeps it
 * @param firstUnstableOffset where the first transaction starts that is open, or was decided above
 *     the high watermark; {@link Long#MAX_VALUE} without one
 * @param warmOffset records from here on were written not long ago, so the page cache holds them
 * @param appendedBytes all bytes ever appended through this object
 * @param truncationCount how often the log was truncated
 * @param entryChanges how many times files of the partition's directory were made or renamed
 */
record LogView(
    List<Segment> segments,
    int activeSizeBytes,
    long logStartOffset,
    long logEndOffset,
    long highWatermark,
    long firstUnstableOffset,
    long warmOffset,
    long appendedBytes,
    long truncationCount,
    long entryChanges) {

  Segment activeSegment() {
    return segments.getLast();
  }

  long lastStableOffset() {
    return Math.min(firstUnstableOffset, highWatermark);
  }

  /** The index of the last segment that starts at or below the offset; −1 if all start above. */
  int indexOfSegmentFor(long offset) {
    int low = 0;
    int high = segments.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (segments.get(middle).baseOffset() <= offset) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  /** Where the whole batches of a segment end. */
  int limitPosition(int index) {
    return index == segments.size() - 1 ? activeSizeBytes : segments.get(index).sizeBytes();
  }

  /** The first offset that is not this segment's. */
  long endOffset(int index) {
    return index == segments.size() - 1 ? logEndOffset : segments.get(index + 1).baseOffset();
  }

  long sizeBytes() {
    long sum = activeSizeBytes;
    for (int i = 0; i < segments.size() - 1; i++) {
      sum += segments.get(i).sizeBytes();
    }
    return sum;
  }
}
