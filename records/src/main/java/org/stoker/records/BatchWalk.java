package org.stoker.records;

import java.nio.ByteBuffer;
import org.stoker.base.ConfinedTo;

/**
 * Goes from batch to batch through a buffer and trusts none of the lengths it reads.
 *
 * <p>Bytes at the end that are not a whole batch are left alone, because a fetch response and a
 * file that is being written may end in the middle of one.
 */
@ConfinedTo(ConfinedTo.CALLER)
public final class BatchWalk {
  // The smallest record of message format 0 behind its offset and length; smaller never existed.
  private static final int SMALLEST_LENGTH = 14;

  private final ByteBuffer buffer;
  private final int start;
  private final int limit;
  private final RecordBatch batch;
  private int next;

  /** Over the bytes from the buffer's position to its limit; neither is changed. */
  public BatchWalk(ByteBuffer buffer) {
    this.buffer = buffer;
    this.start = buffer.position();
    this.limit = buffer.limit();
    this.next = start;
    this.batch = RecordBatch.at(buffer, next);
  }

  /**
   * False at the end. After true, {@link #batch()} is a whole batch.
   *
   * @throws CorruptBatchException when what follows can be no batch of format 2
   */
  public boolean next() {
    if (limit - next < RecordBatch.LOG_OVERHEAD_BYTES) {
      return false;
    }
    int length = buffer.getInt(next + RecordBatch.LENGTH_POSITION);
    if (length < SMALLEST_LENGTH) {
      throw malformed("a length of " + length + " bytes is below that of any batch");
    }
    if (limit - next <= RecordBatch.MAGIC_POSITION) {
      return false;
    }
    byte magic = buffer.get(next + RecordBatch.MAGIC_POSITION);
    if (magic < 0 || magic > RecordBatch.MAGIC_V2) {
      throw malformed("magic " + magic);
    }
    if (length > limit - next - RecordBatch.LOG_OVERHEAD_BYTES) {
      return false;
    }
    if (magic < RecordBatch.MAGIC_V2) {
      throw new CorruptBatchException(
          BatchFault.OLD_MAGIC,
          "message format " + magic + " is no longer taken, only format " + RecordBatch.MAGIC_V2);
    }
    int size = RecordBatch.LOG_OVERHEAD_BYTES + length;
    if (size < RecordBatch.HEADER_SIZE_BYTES) {
      throw malformed("a batch of " + size + " bytes is smaller than its header");
    }
    batch.moveTo(next);
    next += size;
    return true;
  }

  /** The same view at every step; keep its position, not the object. */
  public RecordBatch batch() {
    return batch;
  }

  /** Index of the first byte that belongs to no batch seen so far. */
  public int endPosition() {
    return next;
  }

  private CorruptBatchException malformed(String what) {
    return new CorruptBatchException(
        BatchFault.MALFORMED_FRAME, what + ", at byte " + (next - start));
  }
}
