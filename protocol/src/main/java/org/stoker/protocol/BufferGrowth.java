package org.stoker.protocol;

import java.nio.ByteBuffer;

/** How a {@link WireWriter} gets more room, so that pooled memory can stay in its pool. */
@FunctionalInterface
public interface BufferGrowth {
  /** Memory on the heap or outside it, as the buffer before, twice as large or more. */
  BufferGrowth DOUBLING =
      (full, capacity) -> {
        int larger =
            (int) Math.min(Math.max(2L * full.capacity(), capacity), Integer.MAX_VALUE - 8);
        ByteBuffer next =
            full.isDirect() ? ByteBuffer.allocateDirect(larger) : ByteBuffer.allocate(larger);
        return next.put(full.flip());
      };

  /**
   * A buffer of at least {@code capacity} bytes that begins with the bytes before the position of
   * {@code full}, positioned after them. The writer does not touch {@code full} again.
   */
  ByteBuffer grow(ByteBuffer full, int capacity);
}
