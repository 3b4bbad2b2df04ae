package org.stoker.records;

import java.nio.ByteBuffer;

/**
 * Record batches in memory: the bytes from the buffer's position to its limit.
 *
 * @param buffer not copied; whoever reads takes a duplicate
 */
public record MemoryRecordBytes(ByteBuffer buffer) implements RecordBytes {
  public static final MemoryRecordBytes EMPTY = new MemoryRecordBytes(ByteBuffer.allocate(0));

  @Override
  public int sizeInBytes() {
    return buffer.remaining();
  }
}
