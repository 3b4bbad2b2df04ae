package org.stoker.testkit;

import java.util.concurrent.Executor;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.Seed;

/**
 * A lane that an invisible other thread is in at random, so that callers meet both paths: run at
 * once, and queued until later.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
public final class SimulatedLane implements Lane {
  private static final int BUSY_ONCE_IN = 3;

  private final Seed seed;
  private final Executor others;
  private final QueueLane queue = new QueueLane();
  private boolean otherThreadIsIn;

  /**
   * @param others runs, some time later, what was queued while the lane seemed busy
   */
  public SimulatedLane(Seed seed, Executor others) {
    this.seed = seed;
    this.others = others;
  }

  @Override
  public void submit(Runnable task) {
    queue.submit(task);
    if (otherThreadIsIn) {
      return;
    }
    if (seed.nextInt(BUSY_ONCE_IN) == 0) {
      otherThreadIsIn = true;
      others.execute(() -> {
        otherThreadIsIn = false;
        queue.runAll();
      });
    } else {
      queue.runAll();
    }
  }

  @Override
  public void continueOn(Executor executor, Runnable work) {
    queue.continueOn(
        task ->
            executor.execute(() -> {
              task.run();
              queue.runAll();
            }),
        work);
  }

  @Override
  public void assertCurrent() {
    queue.assertCurrent();
  }
}
