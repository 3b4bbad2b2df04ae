package org.stoker.coordinator;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ThreadSafe;

/**
 * So much of the heap is for one kind of thing that clients make the coordinator keep. New claims
 * are refused at the limit; what grows because those that are in already go on may use a reserve.
 *
 * <p>To ask and to claim are two steps, so claims of several shards at once may go over the limit
 * by what one request each brings.
 */
@ThreadSafe
final class MemoryPool {
  /** What goes on may take as much again of the limit divided by this. */
  private static final int RESERVE_DIVISOR = 4;

  private static final long WARN_EVERY_MS = 60_000;
  private static final Logger LOG = LoggerFactory.getLogger(MemoryPool.class);

  private final String what;
  private final long limitBytes;
  private final Clock clock;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong warnedAtMs;

  /**
   * @param what the things that are kept, for the log
   */
  MemoryPool(String what, long limitBytes, Clock clock) {
    this.what = what;
    this.limitBytes = limitBytes;
    this.clock = clock;
    this.warnedAtMs = new AtomicLong(clock.monotonicMs() - WARN_EVERY_MS);
  }

  long limitBytes() {
    return limitBytes;
  }

  long usedBytes() {
    return usedBytes.get();
  }

  /** Whether somebody new may come. */
  boolean hasRoomFor(long bytes) {
    return fits(bytes, limitBytes);
  }

  /** Whether what is in already may grow. */
  boolean hasReserveFor(long bytes) {
    return fits(bytes, limitBytes + limitBytes / RESERVE_DIVISOR);
  }

  private boolean fits(long bytes, long limit) {
    if (usedBytes.get() + bytes <= limit) {
      return true;
    }
    warn();
    return false;
  }

  private void warn() {
    long warnedMs = warnedAtMs.get();
    long nowMs = clock.monotonicMs();
    if (nowMs - warnedMs >= WARN_EVERY_MS && warnedAtMs.compareAndSet(warnedMs, nowMs)) {
      LOG.warn(
          "{} take {} of the {} bytes of the heap that are for them: new ones are refused. A larger"
              + " heap (KAFKA_HEAP_OPTS) holds more; group.max.size, offset.metadata.max.bytes and"
              + " offsets.retention.minutes bound what one client can take",
          what,
          usedBytes.get(),
          limitBytes);
    }
  }

  boolean tryClaim(long bytes) {
    if (!hasRoomFor(bytes)) {
      return false;
    }
    usedBytes.addAndGet(bytes);
    return true;
  }

  void change(long bytes) {
    usedBytes.addAndGet(bytes);
  }
}
