package org.stoker.network;

import org.stoker.base.ThreadSafe;

/**
 * The broker-wide budget for request frames, in two lines: a heartbeat does not queue behind a
 * hundred megabytes that somebody sends slowly.
 */
@ThreadSafe
final class RequestMemory {
  private static final int SMALL_FRAME_BYTES = 64 << 10;

  private final ByteBudget small;
  private final ByteBudget large;

  RequestMemory(long bytes) {
    small = new ByteBudget(Math.max(1, bytes / 4));
    large = new ByteBudget(Math.max(1, bytes - bytes / 4));
  }

  ByteBudget budgetFor(int frameBytes) {
    return frameBytes <= SMALL_FRAME_BYTES ? small : large;
  }

  long used() {
    return small.used() + large.used();
  }
}
