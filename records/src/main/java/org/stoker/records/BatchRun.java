package org.stoker.records;

import java.nio.ByteBuffer;

/**
 * Whole batches that follow each other with their offsets already assigned, as a follower gets them
 * from its leader.
 *
 * <p>Their headers, checksums and order were checked; the records in them were checked by the
 * leader, when a client produced them.
 *
 * @param sizeInBytes from the start of the bytes; what follows is the first part of a batch
 * @param maxTimestamp the largest that a batch's header names
 * @param offsetOfMaxTimestamp the last offset of the first batch that names it
 */
public record BatchRun(
    int sizeInBytes,
    int batchCount,
    long firstOffset,
    long lastOffset,
    long maxTimestamp,
    long offsetOfMaxTimestamp) {
  private static final long NO_OFFSET = -1;

  public boolean isEmpty() {
    return batchCount == 0;
  }

  /**
   * Checks the bytes from the buffer's position to its limit.
   *
   * @throws CorruptBatchException when a batch is damaged or does not follow the one before it
   */
  public static BatchRun check(ByteBuffer bytes) {
    var walk = new BatchWalk(bytes);
    int batchCount = 0;
    long firstOffset = NO_OFFSET;
    long lastOffset = NO_OFFSET;
    long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    long offsetOfMaxTimestamp = NO_OFFSET;
    while (walk.next()) {
      RecordBatch batch = walk.batch();
      requireIntact(batch);
      requireOrder(batch, batchCount == 0 ? NO_OFFSET : lastOffset);
      firstOffset = batchCount == 0 ? batch.baseOffset() : firstOffset;
      lastOffset = batch.lastOffset();
      if (batch.maxTimestamp() > maxTimestamp) {
        maxTimestamp = batch.maxTimestamp();
        offsetOfMaxTimestamp = lastOffset;
      }
      batchCount++;
    }
    int sizeInBytes = walk.endPosition() - bytes.position();
    return new BatchRun(
        sizeInBytes, batchCount, firstOffset, lastOffset, maxTimestamp, offsetOfMaxTimestamp);
  }

  private static void requireIntact(RecordBatch batch) {
    if (!batch.isCrcRight()) {
      throw new CorruptBatchException(
          BatchFault.WRONG_CRC, "the batch at offset " + batch.baseOffset() + " has another CRC");
    }
    batch.knownCompressionType();
    if (batch.lastOffsetDelta() < 0 || batch.recordCount() < 0) {
      throw new CorruptBatchException(
          BatchFault.INCONSISTENT_COUNT,
          "recordCount="
              + batch.recordCount()
              + ", lastOffsetDelta="
              + batch.lastOffsetDelta()
              + " at offset "
              + batch.baseOffset());
    }
  }

  private static void requireOrder(RecordBatch batch, long offsetBefore) {
    if (batch.baseOffset() <= offsetBefore || batch.lastOffset() < batch.baseOffset()) {
      throw new CorruptBatchException(
          BatchFault.OFFSETS_OUT_OF_ORDER,
          "a batch of offsets "
              + batch.baseOffset()
              + " to "
              + batch.lastOffset()
              + " follows offset "
              + offsetBefore);
    }
  }
}
