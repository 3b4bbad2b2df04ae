package org.stoker.testkit;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;

/** A lane that is always busy: a test runs its tasks by hand, one by one. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
public final class QueueLane implements Lane {
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private boolean inTask;
  private boolean away;
  private @Nullable Executor continueOn;
  private @Nullable Runnable continuation;

  @Override
  public void submit(Runnable task) {
    waiting.add(task);
  }

  @Override
  public void continueOn(Executor executor, Runnable work) {
    assertCurrent();
    if (continuation != null) {
      throw new IllegalStateException("a task asked twice to continue");
    }
    continueOn = executor;
    continuation = work;
  }

  @Override
  public void assertCurrent() {
    if (!inTask) {
      throw new IllegalStateException("not on this lane");
    }
  }

  /** Runs the oldest task; false if none waits, or one has gone on elsewhere and is not back. */
  public boolean runNext() {
    if (away || inTask || waiting.isEmpty()) {
      return false;
    }
    runToItsEnd(waiting.remove());
    return true;
  }

  public void runAll() {
    while (runNext()) {
      // Each task may submit more.
    }
  }

  public int waitingCount() {
    return waiting.size();
  }

  /** Whether a task went on with an executor that has not run it yet. */
  public boolean isAway() {
    return away;
  }

  private void runToItsEnd(Runnable task) {
    inTask = true;
    try {
      task.run();
    } finally {
      inTask = false;
    }
    Runnable work = continuation;
    Executor executor = continueOn;
    if (work != null && executor != null) {
      continuation = null;
      continueOn = null;
      away = true;
      executor.execute(() -> {
        away = false;
        runToItsEnd(work);
      });
    }
  }
}
