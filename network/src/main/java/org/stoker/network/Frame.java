package org.stoker.network;

import io.netty.buffer.ByteBuf;
import org.stoker.base.ConfinedTo;

/** One whole request as it arrived, without its length, and the claim on memory it lives by. */
@ConfinedTo(ConfinedTo.EVENT_LOOP)
final class Frame {
  private final ByteBuf bytes;
  private final ByteBudget budget;
  private final boolean mayExceed;
  private final int sizeInBytes;
  private final long receivedAtNs;
  private boolean isReleased;

  /**
   * A frame that was just received.
   *
   * @param mayExceed whether it is the one that may hold more than the budget has
   */
  Frame(ByteBuf bytes, ByteBudget budget, boolean mayExceed, long receivedAtNs) {
    this.bytes = bytes;
    this.budget = budget;
    this.mayExceed = mayExceed;
    this.sizeInBytes = bytes.writerIndex();
    this.receivedAtNs = receivedAtNs;
  }

  ByteBuf bytes() {
    return bytes;
  }

  int sizeInBytes() {
    return sizeInBytes;
  }

  long receivedAtNs() {
    return receivedAtNs;
  }

  /** Gives the bytes and the claim back; a second call does nothing. */
  void release() {
    if (isReleased) {
      return;
    }
    isReleased = true;
    bytes.release();
    budget.release(sizeInBytes);
    if (mayExceed) {
      budget.endExceeding();
    }
  }
}
