package org.stoker.metadata;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.Lane;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Timers;

/**
 * A real lane and real timers on one thread; what comes after its end is dropped, as after a crash.
 */
@ThreadSafe
final class MetadataThread implements Lane, Timers, AutoCloseable {
  private static final long LONGEST_CLOSE_MS = 2_000;

  private final String name;
  private final ScheduledThreadPoolExecutor thread;
  private final CallerRunsLane lane;

  MetadataThread(String name) {
    this.name = name;
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().daemon().name(name).factory(),
            // What comes after the end has nobody left to do it for.
            new ThreadPoolExecutor.DiscardPolicy());
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    lane = new CallerRunsLane(name, thread);
  }

  @Override
  public void submit(Runnable task) {
    thread.execute(() -> lane.submit(task));
  }

  @Override
  public void continueOn(Executor executor, Runnable work) {
    lane.continueOn(executor, work);
  }

  @Override
  public void assertCurrent() {
    lane.assertCurrent();
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    ScheduledFuture<?> timer = thread.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    return () -> timer.cancel(false);
  }

  /** Runs what was submitted, and waits for it a little. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LONGEST_CLOSE_MS, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("a task of thread " + name + " does not end");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while the metadata thread ended", e);
    }
  }
}
