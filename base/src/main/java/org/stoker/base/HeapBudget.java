package org.stoker.base;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what is kept or built on the heap because clients ask for it.
 *
 * <p>At the bound a claim is declined and the asker says so to its client; nobody waits, because
 * those who hold the memory may be waiting for the asker.
 */
@ThreadSafe
public final class HeapBudget {
  private final long capacityBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  public HeapBudget(long capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  public boolean tryClaim(long bytes) {
    return tryClaim(bytes, capacityBytes);
  }

  /** The same with another bound than the capacity, for this claim alone. */
  boolean tryClaim(long bytes, long boundBytes) {
    while (true) {
      long used = usedBytes.get();
      if (bytes > boundBytes - used) {
        return false;
      }
      if (usedBytes.compareAndSet(used, used + bytes)) {
        return true;
      }
    }
  }

  /** Counts what is there already, whatever the capacity says. */
  void claim(long bytes) {
    usedBytes.addAndGet(bytes);
  }

  public void release(long bytes) {
    long left = usedBytes.addAndGet(-bytes);
    if (left < 0) {
      throw new IllegalStateException("released " + bytes + " bytes more than held: " + left);
    }
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  public long capacityBytes() {
    return capacityBytes;
  }
}
