package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.stoker.base.DiskFile;
import org.stoker.records.RecordBatch;

/**
 * Tells what a power failure leaves at the end of a file from what only a broken disk does.
 *
 * <p>Bytes that were never synced are lost by whole sectors: such a sector reads as zeros from
 * where the last durable bytes end, or the file ends early. What was synced has neither. So a gap
 * of zeros up to the end of a sector means that nothing from there on was ever acknowledged; any
 * other damage with good batches behind it sits in records that may have been.
 */
final class Damage {
  /** No disk writes less than this at once. */
  static final int SECTOR_BYTES = 512;

  private static final int SEARCH_BYTES = 1 << 20;

  private Damage() {}

  /** What the bytes from a position on look like, where a batch should start and does not. */
  enum Kind {
    /** Never written, or lost before a sync: everything behind is unsynced too. */
    LOST_SECTOR,
    /** The last write did not get through: the file ends before its batch does. */
    TORN_TAIL,
    /** Whole, wrong, and the last thing in the file. */
    DAMAGED_LAST_BATCH,
    /** Good batches lie behind it. */
    DAMAGED_BEFORE_OTHERS
  }

  /**
   * Looks closer at a batch that is none.
   *
   * @param expectedOffset that batches from there on do not go below
   */
  static Kind kindAt(DiskFile file, long position, long fileSizeBytes, long expectedOffset)
      throws IOException {
    long endPosition = claimedEnd(file, position, fileSizeBytes);
    if (hasLostSector(file, position, Math.min(endPosition, fileSizeBytes), fileSizeBytes)) {
      return Kind.LOST_SECTOR;
    }
    if (isFollowedByBatch(file, position + 1, fileSizeBytes, expectedOffset)) {
      return Kind.DAMAGED_BEFORE_OTHERS;
    }
    return endPosition > fileSizeBytes ? Kind.TORN_TAIL : Kind.DAMAGED_LAST_BATCH;
  }

  /** Where the batch says that it ends; the end of a bare header if it says nonsense. */
  private static long claimedEnd(DiskFile file, long position, long fileSizeBytes)
      throws IOException {
    if (fileSizeBytes - position < RecordBatch.HEADER_SIZE_BYTES) {
      return position + RecordBatch.HEADER_SIZE_BYTES;
    }
    ByteBuffer header = Segment.read(file, position, RecordBatch.HEADER_SIZE_BYTES);
    long sizeBytes = RecordBatch.at(header, 0).sizeInBytes();
    return position + Math.max(RecordBatch.HEADER_SIZE_BYTES, sizeBytes);
  }

  private static boolean hasLostSector(DiskFile file, long start, long end, long fileSizeBytes)
      throws IOException {
    long from = start;
    while (from < end) {
      long sectorEnd = Math.min((from / SECTOR_BYTES + 1) * SECTOR_BYTES, fileSizeBytes);
      if (isZero(Segment.read(file, from, (int) (sectorEnd - from)))) {
        return true;
      }
      from = sectorEnd;
    }
    return false;
  }

  /** Whether the file holds only zeros from the position on. */
  static boolean isZero(DiskFile file, long position, long fileSizeBytes) throws IOException {
    for (long at = position; at < fileSizeBytes; at += SEARCH_BYTES) {
      if (!isZero(Segment.read(file, at, (int) Math.min(SEARCH_BYTES, fileSizeBytes - at)))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(ByteBuffer bytes) {
    for (int i = bytes.position(); i < bytes.limit(); i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether a batch with a right checksum starts anywhere from the position on. */
  static boolean isFollowedByBatch(
      DiskFile file, long position, long fileSizeBytes, long leastOffset) throws IOException {
    long from = position;
    while (fileSizeBytes - from >= RecordBatch.HEADER_SIZE_BYTES) {
      int size = (int) Math.min(SEARCH_BYTES, fileSizeBytes - from);
      ByteBuffer bytes = Segment.read(file, from, size);
      int last = size - RecordBatch.HEADER_SIZE_BYTES;
      RecordBatch candidate = RecordBatch.at(bytes, 0);
      for (int at = 0; at <= last; at++) {
        candidate.moveTo(at);
        if (isPlausible(candidate, leastOffset, fileSizeBytes - from - at)
            && isCrcRight(file, from + at, candidate.sizeInBytes())) {
          return true;
        }
      }
      from += last + 1;
    }
    return false;
  }

  private static boolean isPlausible(RecordBatch batch, long leastOffset, long mostBytes) {
    return batch.magic() == RecordBatch.MAGIC_V2
        && batch.baseOffset() >= leastOffset
        && batch.baseOffset() - leastOffset <= Integer.MAX_VALUE
        && batch.sizeInBytes() >= RecordBatch.HEADER_SIZE_BYTES
        && batch.sizeInBytes() <= mostBytes
        && batch.lastOffsetDelta() >= 0;
  }

  private static boolean isCrcRight(DiskFile file, long position, int sizeBytes)
      throws IOException {
    return RecordBatch.at(Segment.read(file, position, sizeBytes), 0).isCrcRight();
  }
}
