package org.stoker.base;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts what is kept or built on the heap because clients ask for it.
 *
 * <p>At the bound a claim is declined and the asker says so to its client; nobody waits, because
 * those who hold the memory may be waiting for the asker.
 */
@ThreadSafe
public final class HeapBudget {
  private final long capacityBytes;
  private final @Nullable HeapBudget whole;
  private final AtomicLong usedBytes = new AtomicLong();

  public HeapBudget(long capacityBytes) {
    this(capacityBytes, null);
  }

  private HeapBudget(long capacityBytes, @Nullable HeapBudget whole) {
    this.capacityBytes = capacityBytes;
    this.whole = whole;
  }

  /** A part of this: what is claimed there is claimed here as well. */
  public HeapBudget part(long capacityBytes) {
    return new HeapBudget(capacityBytes, this);
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
        return whole == null || isClaimedFrom(whole, bytes);
      }
    }
  }

  private boolean isClaimedFrom(HeapBudget whole, long bytes) {
    boolean isClaimed = whole.tryClaim(bytes);
    if (!isClaimed) {
      usedBytes.addAndGet(-bytes);
    }
    return isClaimed;
  }

  /** Counts what is there already, whatever the capacity says. */
  void claim(long bytes) {
    usedBytes.addAndGet(bytes);
    if (whole != null) {
      whole.claim(bytes);
    }
  }

  public void release(long bytes) {
    long left = usedBytes.addAndGet(-bytes);
    if (left < 0) {
      throw new IllegalStateException("released " + bytes + " bytes more than held: " + left);
    }
    if (whole != null) {
      whole.release(bytes);
    }
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  public long capacityBytes() {
    return capacityBytes;
  }
}
