package org.stoker.base;

/** Runs tasks later; the tasks are short and hand longer work on. */
public interface Timers {
  /** Runs the task once, at least {@code delayMs} from now, unless it was cancelled before. */
  Timer after(long delayMs, Runnable task);

  /** A task that waits for its time. */
  interface Timer {
    /** Has no effect when the task has run or was cancelled. */
    void cancel();
  }
}
