package org.stoker.tools;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.stoker.base.Clock;

/** Holds a sender to so many records in a second, on average since it started. */
final class Pace {
  // Shorter waits cost more than they even out.
  private static final double SHORTEST_WAIT_MS = 2;

  private final double recordsPerSecond;
  private final Clock clock;
  private final long startedMs;

  /** A negative rate never waits. */
  Pace(double recordsPerSecond, Clock clock) {
    this.recordsPerSecond = recordsPerSecond;
    this.clock = clock;
    this.startedMs = clock.monotonicMs();
  }

  /** Waits until the next record is due. */
  void await(long sentCount) {
    if (recordsPerSecond < 0) {
      return;
    }
    double dueMs = startedMs + 1000.0 * sentCount / recordsPerSecond;
    if (dueMs - clock.monotonicMs() < SHORTEST_WAIT_MS) {
      return;
    }
    while (clock.monotonicMs() < dueMs) {
      LockSupport.parkNanos(
          this, TimeUnit.MILLISECONDS.toNanos((long) Math.ceil(dueMs - clock.monotonicMs())));
    }
  }
}
