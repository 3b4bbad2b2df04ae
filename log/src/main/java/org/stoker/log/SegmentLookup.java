package org.stoker.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ThreadSafe;
import org.stoker.records.RecordBatch;

/**
 * Leads readers to the batches of one segment: by its offset index where that is right, around it
 * where it is wrong. The bytes of the segment decide; an index only saves looking at them.
 */
@ThreadSafe
final class SegmentLookup {
  private static final int MOST_LOOKS = 5;

  private final SegmentIndexes indexes;
  private final OffsetIndex index;
  private final long baseOffset;
  private volatile boolean isLastEntrySeen;

  SegmentLookup(SegmentIndexes indexes, long baseOffset) {
    this.indexes = indexes;
    this.index = indexes.offsets();
    this.baseOffset = baseOffset;
  }

  /**
   * Moves to the first batch that holds the offset or one above it.
   *
   * @param opened the segment's file, retained by the caller
   * @return null if there is none before the limit
   */
  @Nullable SegmentScan find(SegmentFile opened, long offset, int limitPosition)
      throws IOException {
    if (!isLastEntrySeen) {
      isLastEntrySeen = true;
      checkLastEntry(opened);
    }
    int from = OffsetIndex.positionOf(index.lookup(offset));
    if (from > 0 && from < limitPosition) {
      try {
        var scan = new SegmentScan(opened.file(), limitPosition, SegmentScan.LOOKUP_CHUNK_BYTES);
        if (scan.moveTo(from) && scan.batch().baseOffset() <= offset) {
          return skipTo(scan, offset);
        }
        reportIndex("points offset %d to position %d".formatted(offset, from));
      } catch (CorruptSegmentException e) {
        reportIndex("leads offset %d astray: %s".formatted(offset, e.getMessage()));
      }
    }
    var scan = new SegmentScan(opened.file(), limitPosition, SegmentScan.LOOKUP_CHUNK_BYTES);
    return scan.moveTo(0) ? skipTo(scan, offset) : null;
  }

  /** A file full of garbage leads most lookups nowhere, which alone would not show it. */
  private void checkLastEntry(SegmentFile opened) throws IOException {
    long last = index.lastEntry();
    int position = OffsetIndex.positionOf(last);
    int sizeBytes = (int) Math.min(opened.file().sizeBytes(), Integer.MAX_VALUE);
    try {
      var scan = new SegmentScan(opened.file(), sizeBytes, RecordBatch.HEADER_SIZE_BYTES);
      boolean isTrue =
          last == 0
              || (position >= 0
                  && scan.moveTo(position)
                  && scan.batch().baseOffset() <= index.offsetOf(last));
      if (!isTrue) {
        reportIndex("points offset %d to position %d".formatted(index.offsetOf(last), position));
      }
    } catch (CorruptSegmentException e) {
      reportIndex("ends with an entry that leads nowhere: " + e.getMessage());
    }
  }

  /**
   * Moves to the first batch that can hold a record of this time or a later one, at or above the
   * offset.
   *
   * @return null if there is none before the limit
   */
  @Nullable SegmentScan findTime(SegmentFile opened, long timestamp, long offset, int limitPosition)
      throws IOException {
    TimestampOffset entry = indexes.times().lookup(timestamp);
    if (entry.timestamp() != TimestampOffset.NO_TIMESTAMP && entry.offset() > offset) {
      SegmentScan scan =
          entry.offset() < baseOffset ? null : find(opened, entry.offset(), limitPosition);
      if (scan != null && scan.batch().maxTimestamp() == entry.timestamp()) {
        return scan;
      }
      indexes.noteDamage(
          "%s has %s, and no batch has that timestamp there"
              .formatted(indexes.times().path(), entry));
    }
    return find(opened, offset, limitPosition);
  }

  /**
   * Where the batch begins that holds the offset. No checksum covers the offsets and sizes in
   * headers, and what is cut off by mistake does not come back: two looks in a row must agree.
   *
   * @return the limit if no batch below it holds the offset
   */
  int placeOfCut(SegmentFile opened, long offset, int limitPosition) throws IOException {
    int before = -1;
    for (int look = 0; look < MOST_LOOKS; look++) {
      int found;
      try {
        SegmentScan scan = find(opened, offset, limitPosition);
        found = scan == null ? limitPosition : scan.position();
      } catch (CorruptSegmentException e) {
        if (look == MOST_LOOKS - 1) {
          throw e;
        }
        found = -1;
      }
      if (found >= 0 && found == before) {
        return found;
      }
      before = found;
    }
    throw new IOException(
        "the place of offset %d in %s is another at each look"
            .formatted(offset, opened.file().path()));
  }

  private static @Nullable SegmentScan skipTo(SegmentScan scan, long offset) throws IOException {
    while (scan.batch().lastOffset() < offset) {
      if (!scan.next()) {
        return null;
      }
    }
    return scan;
  }

  /**
   * Where the last batch ends that is below the bound and, with all from the one that the scan is
   * at, within the size; at least that one's own end. A large read does not look at each batch.
   */
  int endWithin(SegmentScan scan, int maxBytes, long bound) throws IOException {
    int start = scan.position();
    int end = scan.endPosition();
    long mostPosition = start + (long) maxBytes;
    int ahead = index.lastPositionWithin(mostPosition, bound);
    if (ahead > end) {
      long offsetBefore = scan.batch().lastOffset();
      try {
        if (scan.moveTo(ahead) && scan.batch().baseOffset() > offsetBefore) {
          return lastEndWithin(scan, ahead, mostPosition, bound);
        }
      } catch (CorruptSegmentException e) {
        reportIndex("leads to position %d: %s".formatted(ahead, e.getMessage()));
      }
      scan.moveTo(start);
    }
    return scan.next() ? lastEndWithin(scan, end, mostPosition, bound) : end;
  }

  /**
   * An offset behind those of the batches before a position: of the next entry of the index, which
   * may be some batches further on.
   *
   * @param endOffset behind the segment
   */
  long offsetBehind(int position, long endOffset) throws IOException {
    Long next = index.offsetNotBelow(position);
    return next == null || next < baseOffset ? endOffset : Math.min(next + 1, endOffset);
  }

  /** The same from the batch on that the scan is at; the batches before it end at {@code end}. */
  private static int lastEndWithin(SegmentScan scan, int end, long mostPosition, long bound)
      throws IOException {
    int last = end;
    do {
      if (scan.batch().lastOffset() >= bound || scan.endPosition() > mostPosition) {
        return last;
      }
      last = scan.endPosition();
    } while (scan.next());
    return last;
  }

  private void reportIndex(String what) {
    indexes.noteDamage(index.path() + " " + what);
  }
}
