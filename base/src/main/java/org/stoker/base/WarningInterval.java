package org.stoker.base;

import java.util.concurrent.atomic.AtomicLong;

/** Lets one warning through each minute, so that what goes on for hours does not fill the log. */
@ThreadSafe
public final class WarningInterval {
  private static final long INTERVAL_MS = 60_000;

  private final Clock clock;
  private final AtomicLong warnedAtMs;

  public WarningInterval(Clock clock) {
    this.clock = clock;
    this.warnedAtMs = new AtomicLong(clock.monotonicMs() - INTERVAL_MS);
  }

  /** Whether the caller is to warn now; the next one is not for a minute. */
  public boolean isDue() {
    long warnedMs = warnedAtMs.get();
    long nowMs = clock.monotonicMs();
    return nowMs - warnedMs >= INTERVAL_MS && warnedAtMs.compareAndSet(warnedMs, nowMs);
  }
}
