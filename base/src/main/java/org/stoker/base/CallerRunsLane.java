package org.stoker.base;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lane without a thread of its own: an idle lane runs the task at once on the caller's thread; a
 * busy one queues it, and the thread that is in takes it.
 *
 * <p>The thread that is in runs at most {@value #MOST_TASKS_AT_ONCE} tasks and then passes the rest
 * to the relief executor, so that no event loop works for the others for ever. The queue needs no
 * bound of its own: what is submitted is bounded by the bytes in flight.
 */
@ThreadSafe
public final class CallerRunsLane implements Lane {
  static final int MOST_TASKS_AT_ONCE = 64;

  private static final Logger LOG = LoggerFactory.getLogger(CallerRunsLane.class);

  private final String name;
  private final Executor relief;
  private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  // Tasks that were submitted and have not finished, the running one included.
  private final AtomicInteger unfinished = new AtomicInteger();
  private volatile @Nullable Thread current;

  // Set by the running task, taken by the thread that ran it.
  private @Nullable Continuation continuation;

  private record Continuation(Executor executor, Runnable work) {}

  public CallerRunsLane(String name, Executor relief) {
    this.name = name;
    this.relief = relief;
  }

  @Override
  public void submit(Runnable task) {
    // Through the queue even when the lane is idle: whoever counts first takes the oldest, so that
    // two
    // tasks of one thread never pass each other.
    waiting.add(task);
    if (unfinished.getAndIncrement() == 0) {
      runWaiting();
    }
  }

  @Override
  public void continueOn(Executor executor, Runnable work) {
    assertCurrent();
    if (continuation != null) {
      throw new IllegalStateException("a task of lane " + name + " asked twice to continue");
    }
    continuation = new Continuation(executor, work);
  }

  @Override
  public void assertCurrent() {
    if (!Thread.currentThread().equals(current)) {
      throw new IllegalStateException(
          "not on lane " + name + " but on thread " + Thread.currentThread().getName());
    }
  }

  private void runWaiting() {
    for (int taken = 0; taken < MOST_TASKS_AT_ONCE; taken++) {
      Runnable task = waiting.poll();
      if (task == null) {
        throw new IllegalStateException("lane " + name + " counts a task that it does not hold");
      }
      if (!runToItsEnd(task)) {
        return;
      }
    }
    if (!isTakenBy(relief, this::runWaiting)) {
      runWaiting();
    }
  }

  /** Whether this thread goes on with the lane: there is more to do, and nobody else does it. */
  private boolean runToItsEnd(Runnable task) {
    run(task);
    Continuation next = continuation;
    if (next == null) {
      return unfinished.decrementAndGet() != 0;
    }
    continuation = null;
    if (isTakenBy(next.executor(), () -> continueWith(next.work()))) {
      return false;
    }
    return unfinished.decrementAndGet() != 0;
  }

  /** False if the executor takes nothing more, as at a stop: the lane goes on without it. */
  private boolean isTakenBy(Executor executor, Runnable work) {
    try {
      executor.execute(work);
      return true;
    } catch (RejectedExecutionException e) {
      LOG.warn("Work of lane {} is given up: {}", name, e.getMessage());
      return false;
    }
  }

  private void continueWith(Runnable work) {
    if (runToItsEnd(work)) {
      runWaiting();
    }
  }

  private void run(Runnable task) {
    current = Thread.currentThread();
    try {
      task.run();
    } catch (RuntimeException e) {
      // The top of the lane: a task that failed must not take those behind it along.
      LOG.error("A task of lane {} failed", name, e);
    } catch (Error e) {
      // The lane stands still from here on, and what runs this thread may keep the error to itself.
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      throw e;
    } finally {
      current = null;
    }
  }
}
