package org.stoker.network;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;

/** How much memory outside the heap the sockets' buffers take. */
final class DirectMemory {
  private DirectMemory() {}

  static long used() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }
}
