package org.stoker.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.stoker.base.DiskFile;
import org.stoker.records.RecordBatch;

/**
 * Walks one segment after a crash: notes its batches in fresh indexes and in the producer state,
 * and finds where they end.
 */
final class SegmentRecovery {
  /**
   * What the walk found.
   *
   * @param endPosition behind the last good batch
   * @param nextOffset behind its last record
   * @param damage what lies there instead of a batch; null at the end of the file
   */
  record Found(int endPosition, long nextOffset, @Nullable String damage) {}

  /** Is told of each batch in turn; it may load the records through the scan. */
  interface BatchListener {
    void batch(SegmentScan scan) throws IOException;
  }

  private final Segment segment;
  private final DiskFile file;
  private final long checkedFromOffset;

  /**
   * Prepares the walk.
   *
   * @param checkedFromOffset batches that end above it have their checksums verified; below, the
   *     recovery point vouches for them
   */
  SegmentRecovery(Segment segment, DiskFile file, long checkedFromOffset) {
    this.segment = segment;
    this.file = file;
    this.checkedFromOffset = checkedFromOffset;
  }

  Found walk(BatchListener listener) throws IOException {
    int sizeBytes = segment.sizeBytes();
    var scan = new SegmentScan(file, sizeBytes, SegmentScan.WALK_CHUNK_BYTES);
    int position = 0;
    long nextOffset = segment.baseOffset();
    while (position < sizeBytes) {
      String damage = damageAt(scan, position, nextOffset);
      if (damage != null) {
        return new Found(position, nextOffset, damage);
      }
      listener.batch(scan);
      position = scan.endPosition();
      nextOffset = scan.batch().nextOffset();
    }
    return new Found(position, nextOffset, null);
  }

  private @Nullable String damageAt(SegmentScan scan, int position, long nextOffset)
      throws IOException {
    try {
      if (!scan.moveTo(position)) {
        return "the file ends inside a batch";
      }
    } catch (CorruptSegmentException e) {
      return "no batch starts there";
    }
    RecordBatch batch = scan.batch();
    if (batch.baseOffset() < nextOffset
        || batch.lastOffset() - segment.baseOffset() > Integer.MAX_VALUE) {
      return "a batch of offset " + batch.baseOffset() + " follows offset " + (nextOffset - 1);
    }
    if (batch.nextOffset() > checkedFromOffset && !scan.load().isCrcRight()) {
      return "the checksum of the batch at offset " + batch.baseOffset() + " is wrong";
    }
    return null;
  }
}
