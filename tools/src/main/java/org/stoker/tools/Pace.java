package org.stoker.tools;

import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Holds a sender to so many records in a second, on average since it started. */
final class Pace {
  // Shorter waits cost more than they even out.
  private static final double SHORTEST_WAIT_MS = 2;

  private final double recordsPerSecond;
  private final InstantSource clock;
  private final long startedMs;

  /** A negative rate never waits. */
  Pace(double recordsPerSecond, InstantSource clock) {
    this.recordsPerSecond = recordsPerSecond;
    this.clock = clock;
    this.startedMs = clock.millis();
  }

  /** Waits until the next record is due. */
  void await(long sentCount) {
    if (recordsPerSecond < 0) {
      return;
    }
    double dueMs = startedMs + 1000.0 * sentCount / recordsPerSecond;
    if (dueMs - clock.millis() < SHORTEST_WAIT_MS) {
      return;
    }
    while (clock.millis() < dueMs) {
      LockSupport.parkNanos(
          this, TimeUnit.MILLISECONDS.toNanos((long) Math.ceil(dueMs - clock.millis())));
    }
  }
}
