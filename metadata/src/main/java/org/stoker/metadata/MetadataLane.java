package org.stoker.metadata;

import java.util.function.BooleanSupplier;
import org.stoker.base.Lane;
import org.stoker.base.Repetition;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Timers;

/** The lane on which everything in this room happens, and the timers that come back to it. */
@ThreadSafe
final class MetadataLane {
  static final String OWNER = "the metadata lane";

  /** How long to wait before asking again after a connection was lost. */
  static final long RETRY_MS = 100;

  private final Lane lane;
  private final Timers timers;

  MetadataLane(Lane lane, Timers timers) {
    this.lane = lane;
    this.timers = timers;
  }

  void submit(Runnable task) {
    lane.submit(task);
  }

  void assertCurrent() {
    lane.assertCurrent();
  }

  Timers.Timer after(long delayMs, Runnable task) {
    return timers.after(delayMs, () -> lane.submit(task));
  }

  /** Tries again a little later; the task looks itself whether it is still wanted. */
  void retry(Runnable task) {
    after(RETRY_MS, task);
  }

  /** Does the task every so often for as long as it is wanted. */
  void every(long periodMs, BooleanSupplier wanted, Runnable task) {
    var _ =
        Repetition.start(
            "A chore of the metadata",
            timers,
            lane::submit,
            periodMs,
            () -> periodMs,
            again -> {
              if (wanted.getAsBoolean()) {
                task.run();
                again.run();
              }
            });
  }
}
