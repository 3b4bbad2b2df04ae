package org.stoker.base;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on another executor's threads, but only so many at a time, so that dear work leaves
 * threads to others. With a limit of one, tasks run in order and see what those before them wrote.
 *
 * <p>The queue has no bound of its own: what is queued is bounded by those who queue it.
 */
@ThreadSafe
public final class LimitedExecutor implements Executor {
  private final Executor pool;
  private final int maxRunning;

  @GuardedBy("this")
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private int running;

  public LimitedExecutor(Executor pool, int maxRunning) {
    this.pool = pool;
    this.maxRunning = maxRunning;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (this) {
      if (running == maxRunning) {
        waiting.add(task);
        return;
      }
      running++;
    }
    start(task);
  }

  private void start(Runnable task) {
    boolean isStarted = false;
    try {
      pool.execute(() -> runAndGoOn(task));
      isStarted = true;
    } finally {
      if (!isStarted) {
        synchronized (this) {
          running--;
        }
      }
    }
  }

  private void runAndGoOn(Runnable task) {
    try {
      task.run();
    } finally {
      @Nullable Runnable next;
      synchronized (this) {
        next = waiting.poll();
        if (next == null) {
          running--;
        }
      }
      if (next != null) {
        // Others who use the pool have their turn in between.
        start(next);
      }
    }
  }
}
