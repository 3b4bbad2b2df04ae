package org.stoker.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.stoker.base.DiskFile;
import org.stoker.records.RecordBatch;

/**
 * Where the batches of a segment end, found from the last entry of its offset index on, and whether
 * the indexes agree with them: a few kilobytes read, whatever the segment's size.
 *
 * @param nextOffset behind the last whole batch
 * @param maxTimestamp the largest that the time index or the batches behind it have
 * @param damage what lies at the end instead of a batch; null if the last batch ends with the file
 * @param indexDamage what the indexes say wrongly; null if nothing
 */
record SegmentEnd(
    long nextOffset,
    TimestampOffset maxTimestamp,
    @Nullable String damage,
    @Nullable String indexDamage) {

  /** More bytes than that behind the last entry are looked through by too many readers. */
  private static final int MOST_UNINDEXED_BYTES = 1 << 20;

  /**
   * Looks at the end of a segment.
   *
   * @param isSealed whether the time index should end with the largest timestamp of all
   * @param checksLastBatch whether the checksum of the last batch is verified
   */
  static SegmentEnd of(
      DiskFile file,
      int sizeBytes,
      long baseOffset,
      SegmentIndexes indexes,
      boolean isSealed,
      boolean checksLastBatch)
      throws IOException {
    if (sizeBytes == 0) {
      return new SegmentEnd(baseOffset, indexes.noTimestamp(), null, null);
    }
    String indexDamage = indexes.visibleDamage(sizeBytes);
    if (indexDamage == null) {
      int from = OffsetIndex.positionOf(indexes.offsets().lastEntry());
      var tail = new Tail(file, sizeBytes, baseOffset, from, checksLastBatch);
      if (tail.damage == null) {
        indexDamage = tail.contradictionOf(file, indexes, isSealed);
      } else if (from > 0) {
        indexDamage = indexes.offsets().path() + " leads to no batch";
      }
      if (indexDamage == null || from == 0) {
        return tail.withIndexDamage(indexDamage, indexes);
      }
    }
    var whole = new Tail(file, sizeBytes, baseOffset, 0, checksLastBatch);
    // If the segment is damaged itself, its indexes need not be.
    return whole.withIndexDamage(whole.damage == null ? indexDamage : null, indexes);
  }

  /** The batches from a position to the end of the file. */
  private static final class Tail {
    private final long baseOffset;
    private final int from;
    private long firstBaseOffset = -1;
    private long nextOffset;
    private int batchCount;
    private int lastBatchSizeBytes;
    private TimestampOffset max;
    private @Nullable String damage;
    private final int sizeBytes;

    Tail(DiskFile file, int sizeBytes, long baseOffset, int from, boolean checksLastBatch)
        throws IOException {
      this.baseOffset = baseOffset;
      this.from = from;
      this.sizeBytes = sizeBytes;
      this.nextOffset = baseOffset;
      this.max = new TimestampOffset(TimestampOffset.NO_TIMESTAMP, baseOffset);
      int chunkBytes = from == 0 ? SegmentScan.WALK_CHUNK_BYTES : SegmentScan.LOOKUP_CHUNK_BYTES;
      var scan = new SegmentScan(file, sizeBytes, chunkBytes);
      int position = from;
      try {
        while (damage == null && position < sizeBytes) {
          damage = scan.moveTo(position) ? note(scan.batch()) : "the file ends inside a batch";
          position = scan.endPosition();
          if (damage == null && position == sizeBytes && checksLastBatch) {
            damage = scan.load().isCrcRight() ? null : "the checksum of the last batch is wrong";
          }
        }
      } catch (CorruptSegmentException e) {
        damage = e.getMessage();
      }
    }

    private @Nullable String note(RecordBatch batch) {
      if (batch.baseOffset() < nextOffset || batch.lastOffset() - baseOffset > Integer.MAX_VALUE) {
        return "a batch of offset " + batch.baseOffset() + " follows offset " + (nextOffset - 1);
      }
      if (firstBaseOffset < 0) {
        firstBaseOffset = batch.baseOffset();
      }
      if (batch.maxTimestamp() > max.timestamp()) {
        max = new TimestampOffset(batch.maxTimestamp(), batch.lastOffset());
      }
      batchCount++;
      lastBatchSizeBytes = batch.sizeInBytes();
      nextOffset = batch.nextOffset();
      return null;
    }

    /** What the last entries say otherwise than the batches; null if nothing. */
    @Nullable String contradictionOf(DiskFile file, SegmentIndexes indexes, boolean isSealed)
        throws IOException {
      OffsetIndex offsets = indexes.offsets();
      if (from > 0
          && (firstBaseOffset > offsets.lastOffset() || nextOffset <= offsets.lastOffset())) {
        return "%s points offset %d to position %d, where offset %d lies"
            .formatted(offsets.path(), offsets.lastOffset(), from, firstBaseOffset);
      }
      if (batchCount > 1
          && sizeBytes - from - lastBatchSizeBytes
              > MOST_UNINDEXED_BYTES + indexes.intervalBytes()) {
        return offsets.path() + " ends at position " + from + " of " + sizeBytes;
      }
      TimestampOffset last = indexes.times().lastEntry();
      if (isSealed && last.timestamp() < max.timestamp()) {
        return "%s ends with %s, and the segment with %s"
            .formatted(indexes.times().path(), last, max);
      }
      return indexes.times().entryCount() == 0 || isTrue(file, indexes, last)
          ? null
          : indexes.times().path()
              + " ends with "
              + last
              + ", and no batch has that timestamp there";
    }

    private boolean isTrue(DiskFile file, SegmentIndexes indexes, TimestampOffset entry)
        throws IOException {
      if (entry.offset() < baseOffset || entry.offset() >= nextOffset) {
        return false;
      }
      if (entry.equals(max)) {
        return true;
      }
      int start = OffsetIndex.positionOf(indexes.offsets().lookup(entry.offset()));
      if (start < 0 || start > from) {
        return false;
      }
      try {
        var scan = new SegmentScan(file, sizeBytes, SegmentScan.LOOKUP_CHUNK_BYTES);
        boolean more = scan.moveTo(start);
        while (more && scan.batch().lastOffset() < entry.offset()) {
          more = scan.next();
        }
        return more && scan.batch().maxTimestamp() == entry.timestamp();
      } catch (CorruptSegmentException _) {
        return false;
      }
    }

    SegmentEnd withIndexDamage(@Nullable String indexDamage, SegmentIndexes indexes)
        throws IOException {
      TimestampOffset last = indexDamage == null ? indexes.times().lastEntry() : max;
      return new SegmentEnd(
          nextOffset, last.timestamp() > max.timestamp() ? last : max, damage, indexDamage);
    }
  }
}
