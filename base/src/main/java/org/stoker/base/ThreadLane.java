package org.stoker.base;

import java.util.concurrent.Executor;

/** A lane on a thread of its own: for work that no caller should do in passing. */
@ThreadSafe
public final class ThreadLane implements Lane {
  private final Executor thread;
  private final CallerRunsLane lane;

  /**
   * Makes a lane of a thread that nobody else uses.
   *
   * @param thread runs one task at a time, in order
   */
  public ThreadLane(String name, Executor thread) {
    this.thread = thread;
    this.lane = new CallerRunsLane(name, thread);
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
}
