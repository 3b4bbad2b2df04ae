package org.stoker.benchmarks.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.stoker.base.Clock;

/**
 * When records are due, whatever became of those before: so that a broker that makes the client
 * wait is charged for every record that should have been sent meanwhile.
 */
record OpenLoopSchedule(long startNs, int perSecond) {
  /** What is done at each moment that is due. */
  interface Action {
    void run(long dueNs) throws Exception;
  }

  /** How to wait; another one where time is simulated. */
  interface Waiting {
    Waiting PARKED = LockSupport::parkNanos;

    void waitFor(long ns);
  }

  long dueNs(int number) {
    return startNs + number * TimeUnit.SECONDS.toNanos(1) / perSecond;
  }

  /** Runs the action for each of the records, late ones at once, none before it is due. */
  void run(int records, Clock clock, Waiting waiting, Action action) throws Exception {
    for (int i = 0; i < records; i++) {
      long dueNs = dueNs(i);
      for (long left = dueNs - clock.monotonicNs(); left > 0; left = dueNs - clock.monotonicNs()) {
        waiting.waitFor(left);
      }
      action.run(dueNs);
    }
  }
}
