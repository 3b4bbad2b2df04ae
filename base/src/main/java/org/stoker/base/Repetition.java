package org.stoker.base;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chore that is done again and again, an interval after it was done last. One that throws is
 * logged, and done again like any other.
 */
@ThreadSafe
public final class Repetition implements Timers.Timer {
  private static final Logger LOG = LoggerFactory.getLogger(Repetition.class);

  private final String name;
  private final Timers timers;
  private final Executor executor;
  private final LongSupplier intervalMs;
  private final Consumer<Runnable> chore;
  private volatile boolean isCancelled;
  private volatile Timers.@Nullable Timer next;

  private Repetition(
      String name,
      Timers timers,
      Executor executor,
      LongSupplier intervalMs,
      Consumer<Runnable> chore) {
    this.name = name;
    this.timers = timers;
    this.executor = executor;
    this.intervalMs = intervalMs;
    this.chore = chore;
  }

  /**
   * Begins to repeat a chore that may end on another thread.
   *
   * @param name for the log
   * @param executor runs the chore when its time has come
   * @param intervalMs is asked after each time
   * @param chore calls the given task when it is done; it is not done again if it never does
   */
  public static Repetition start(
      String name,
      Timers timers,
      Executor executor,
      long delayMs,
      LongSupplier intervalMs,
      Consumer<Runnable> chore) {
    var repetition = new Repetition(name, timers, executor, intervalMs, chore);
    repetition.after(delayMs);
    return repetition;
  }

  /**
   * Begins to repeat a chore that is done when it returns, for the first time after an interval.
   */
  public static Repetition every(
      String name, Timers timers, Executor executor, long intervalMs, Runnable chore) {
    return start(
        name,
        timers,
        executor,
        intervalMs,
        () -> intervalMs,
        again -> {
          chore.run();
          again.run();
        });
  }

  @Override
  public void cancel() {
    isCancelled = true;
    Timers.Timer waiting = next;
    if (waiting != null) {
      waiting.cancel();
    }
  }

  private void after(long delayMs) {
    if (!isCancelled) {
      next = timers.after(delayMs, this::handOver);
    }
  }

  private void handOver() {
    try {
      executor.execute(this::run);
    } catch (RejectedExecutionException e) {
      LOG.debug("{} ends: {}", name, e.getMessage());
    }
  }

  private void run() {
    if (isCancelled) {
      return;
    }
    var isDone = new AtomicBoolean();
    Runnable again =
        () -> {
          if (isDone.compareAndSet(false, true)) {
            after(intervalMs.getAsLong());
          }
        };
    try {
      chore.accept(again);
    } catch (RuntimeException e) {
      LOG.error("{} failed and is done again", name, e);
      again.run();
    }
  }
}
