package org.stoker.replication;

import java.util.function.LongSupplier;
import org.stoker.base.Clock;
import org.stoker.base.ThreadSafe;

/**
 * How fast replicas that are throttled may be copied. What was not used for a second is lost; a
 * batch that is larger than what is left goes, and those after it wait the longer.
 */
@ThreadSafe
public final class ReplicationThrottle {
  private static final long NS_PER_S = 1_000_000_000;

  private final Clock clock;
  private final LongSupplier bytesPerSecond;
  private double leftBytes;
  private long updatedNs;

  /**
   * Nothing was copied yet.
   *
   * @param bytesPerSecond as it is now; {@link Long#MAX_VALUE} for as fast as it goes
   */
  public ReplicationThrottle(Clock clock, LongSupplier bytesPerSecond) {
    this.clock = clock;
    this.bytesPerSecond = bytesPerSecond;
    this.updatedNs = clock.monotonicNs();
    this.leftBytes = (double) bytesPerSecond.getAsLong();
  }

  synchronized void count(long bytes) {
    refill();
    leftBytes -= bytes;
  }

  /** Whether throttled replicas must wait. */
  synchronized boolean isExceeded() {
    refill();
    return leftBytes < 0;
  }

  private void refill() {
    long rate = bytesPerSecond.getAsLong();
    long nowNs = clock.monotonicNs();
    leftBytes = Math.min((double) rate, leftBytes + (double) rate * (nowNs - updatedNs) / NS_PER_S);
    updatedNs = nowNs;
  }
}
