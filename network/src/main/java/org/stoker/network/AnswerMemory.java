package org.stoker.network;

import java.util.concurrent.atomic.AtomicLong;
import org.stoker.base.HeapBudget;
import org.stoker.base.ThreadSafe;

/**
 * What answers take, from when they are built until they are sent, over all connections.
 *
 * <p>A question may be much smaller than its answer. So whoever builds one whose size the question
 * does not bound claims its parts here before they are made. Answers of up to some kilobytes are
 * let through; of the others the largest may only use half of the budget, so that they do not keep
 * out those of a usual size. Bytes that lie ready and that nobody takes are counted beside: their
 * connections start nothing more while there are too many of them.
 */
@ThreadSafe
final class AnswerMemory {
  static final long FREE_BYTES = 16 << 10;
  static final long USUAL_BYTES = 256 << 10;

  private final HeapBudget claimed;
  private final long maxUnsentBytes;
  private final AtomicLong unsentBytes = new AtomicLong();

  /**
   * @param claimed for answers that claim what they take
   * @param maxUnsentBytes for those that are ready, of whatever size
   */
  AnswerMemory(HeapBudget claimed, long maxUnsentBytes) {
    this.claimed = claimed;
    this.maxUnsentBytes = maxUnsentBytes;
  }

  /** So much more of it is ready, or less if negative. */
  void unsent(long bytes) {
    unsentBytes.addAndGet(bytes);
  }

  /** Whether who does not take its answers stands in the way of others. */
  boolean isTight() {
    return hasTooManyUnsent() || claimed.usedBytes() > claimed.capacityBytes() / 2;
  }

  boolean hasTooManyUnsent() {
    return unsentBytes.get() > maxUnsentBytes;
  }

  long claimedBytes() {
    return claimed.usedBytes();
  }

  /** What one answer has claimed. Its parts may be built by several threads. */
  static final class Claim {
    private final AnswerMemory memory;
    private final AtomicLong askedBytes = new AtomicLong();
    private final AtomicLong countedBytes = new AtomicLong();

    Claim(AnswerMemory memory) {
      this.memory = memory;
    }

    boolean tryGrow(long bytes) {
      long asked = askedBytes.addAndGet(bytes);
      long counted = Math.min(bytes, asked - FREE_BYTES);
      if (counted <= 0) {
        return true;
      }
      if (!memory.tryClaim(asked, counted)) {
        askedBytes.addAndGet(-bytes);
        return false;
      }
      countedBytes.addAndGet(counted);
      return true;
    }

    /** Once it is sent, or dropped. */
    void release() {
      long counted = countedBytes.getAndSet(0);
      if (counted > 0) {
        memory.claimed.release(counted);
      }
    }
  }

  private boolean tryClaim(long allBytes, long bytes) {
    boolean isUsual = allBytes <= USUAL_BYTES;
    boolean mayClaim = isUsual || claimed.usedBytes() + bytes <= claimed.capacityBytes() / 2;
    return mayClaim && claimed.tryClaim(bytes);
  }
}
