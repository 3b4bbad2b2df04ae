package org.stoker.log;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.DiskFile;
import org.stoker.records.RecordBatch;

/**
 * Reads a segment's batches in full and compares each with its checksum, with the offset that must
 * come next, and with the leader epoch that the log knows for it. Memory is bounded whatever the
 * headers claim.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class SegmentScrub {
  private static final int CHUNK_BYTES = SegmentScan.WALK_CHUNK_BYTES;

  private final DiskFile file;
  private final int limitPosition;
  private final long endOffset;
  private final LeaderEpochHistory epochs;
  private int position;
  private long nextOffset;
  // The last batch that left offsets out: compaction does that, and a flipped bit in an offset.
  private int gapPosition;
  private int gapEndPosition = -1;
  private long offsetBeforeGap;

  /**
   * Nothing is read yet.
   *
   * @param position where a batch starts
   * @param nextOffset the offset expected there
   * @param limitPosition where the segment's batches end
   * @param endOffset the first offset behind them
   */
  SegmentScrub(
      DiskFile file,
      int position,
      long nextOffset,
      int limitPosition,
      long endOffset,
      LeaderEpochHistory epochs) {
    this.file = file;
    this.position = position;
    this.nextOffset = nextOffset;
    this.limitPosition = limitPosition;
    this.endOffset = endOffset;
    this.epochs = epochs;
  }

  /** Where the first batch starts that was not found intact. */
  int position() {
    return position;
  }

  long nextOffset() {
    return nextOffset;
  }

  boolean isAtEnd() {
    return position >= limitPosition;
  }

  /**
   * Checks batches up to the segment's end, or until about so many bytes have been read.
   *
   * @return what is wrong with the batch at {@link #position}; null if nothing is. What is wrong
   *     only once is not: bits flip on the way from a disk, too.
   */
  @Nullable String check(long maxBytes) throws IOException {
    int start = position;
    var scan = new SegmentScan(file, limitPosition, CHUNK_BYTES);
    while (!isAtEnd() && position - start < maxBytes) {
      String problem = problemAt(scan, position, nextOffset);
      if (problem != null) {
        scan = new SegmentScan(file, limitPosition, CHUNK_BYTES);
        problem = problemAt(scan, position, nextOffset);
      }
      if (problem != null) {
        return isBehindAWrongGap(scan) ? backToTheGap() : problem;
      }
      noteGap(scan);
      position = scan.endPosition();
      nextOffset = scan.batch().nextOffset();
    }
    return null;
  }

  private void noteGap(SegmentScan scan) {
    if (scan.batch().baseOffset() > nextOffset) {
      gapPosition = position;
      gapEndPosition = scan.endPosition();
      offsetBeforeGap = nextOffset;
    }
  }

  /** Whether this batch fits and the one before it, which left offsets out, does not. */
  private boolean isBehindAWrongGap(SegmentScan scan) throws IOException {
    return position == gapEndPosition && problemAt(scan, position, offsetBeforeGap) == null;
  }

  private String backToTheGap() {
    position = gapPosition;
    nextOffset = offsetBeforeGap;
    return "its offsets are above those of the batch behind it";
  }

  /** Afterwards the scan is at that batch, unless its header is what is wrong. */
  private @Nullable String problemAt(SegmentScan scan, int at, long expectedOffset)
      throws IOException {
    try {
      if (!scan.moveTo(at)) {
        return "the batch is longer than the segment";
      }
      RecordBatch batch = scan.batch();
      if (batch.baseOffset() < expectedOffset
          || batch.lastOffset() < batch.baseOffset()
          || batch.lastOffset() >= endOffset) {
        return "it has offsets %d to %d where %d is expected"
            .formatted(batch.baseOffset(), batch.lastOffset(), expectedOffset);
      }
      int epoch = epochs.epochForOffset(batch.baseOffset());
      if (epoch != LeaderEpochHistory.NO_EPOCH && epoch != batch.partitionLeaderEpoch()) {
        return "it has leader epoch %d instead of %d"
            .formatted(batch.partitionLeaderEpoch(), epoch);
      }
      return isCrcRight(scan) ? null : "its checksum is wrong";
    } catch (CorruptSegmentException e) {
      return "there is no batch header";
    } catch (EOFException e) {
      return "the file ends before its batches";
    }
  }

  private boolean isCrcRight(SegmentScan scan) throws IOException {
    RecordBatch batch = scan.batch();
    if (batch.sizeInBytes() <= CHUNK_BYTES) {
      return scan.load().isCrcRight();
    }
    var crc = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    int end = scan.endPosition();
    int from = scan.position() + RecordBatch.ATTRIBUTES_POSITION;
    while (from < end) {
      chunk.clear().limit(Math.min(CHUNK_BYTES, end - from));
      int count = file.read(chunk, from);
      if (count < 0) {
        throw new EOFException(file.path() + " ends at " + from);
      }
      crc.update(chunk.flip());
      from += count;
    }
    return (int) crc.getValue() == batch.crc();
  }

  /**
   * Where the damage that {@link #check} met ends: at the next batch that is intact, as its header
   * or the index leads to it, otherwise at the segment's end. Afterwards the scrub is there.
   */
  void skipDamage(OffsetIndex index) throws IOException {
    int damagedAt = position;
    var scan = new SegmentScan(file, limitPosition, CHUNK_BYTES);
    int behind = endByHeader(scan, damagedAt);
    if (behind > 0 && isIntactFrom(scan, behind)) {
      position = behind;
      nextOffset = behind == limitPosition ? endOffset : scan.batch().baseOffset();
      return;
    }
    int entry = nextIntactEntry(scan, index, damagedAt);
    position = entry > 0 ? entry : limitPosition;
    nextOffset = entry > 0 ? scan.batch().baseOffset() : endOffset;
  }

  /** Reads the index from its start: damage is rare, and the index may be damaged, too. */
  private int nextIntactEntry(SegmentScan scan, OffsetIndex index, int above) throws IOException {
    int count = index.entryCount();
    for (int i = 0; i < count; i++) {
      int at = index.positionAt(i);
      if (at > above && at < limitPosition && isIntactFrom(scan, at)) {
        return at;
      }
    }
    return 0;
  }

  private static int endByHeader(SegmentScan scan, int at) throws IOException {
    try {
      return scan.moveTo(at) ? scan.endPosition() : 0;
    } catch (CorruptSegmentException e) {
      return 0;
    }
  }

  private boolean isIntactFrom(SegmentScan scan, int at) throws IOException {
    return at == limitPosition || problemAt(scan, at, nextOffset) == null;
  }
}
