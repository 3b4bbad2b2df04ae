package org.stoker.base;

import java.util.concurrent.Executor;

/**
 * One task at a time, in the order of submission: how a partition, or a shard, has one writer
 * without a lock that anybody waits for.
 */
public interface Lane {
  /** Runs the task now if the lane is idle, or when those before it have run; never waits. */
  void submit(Runnable task);

  /**
   * Called by a task that needs a file opened, rolled or cut before it can go on: the work runs on
   * the executor as the next task of this lane, before all that wait, once the calling task has
   * returned.
   *
   * @throws IllegalStateException if the calling thread runs no task of this lane, or the task has
   *     asked before
   */
  void continueOn(Executor executor, Runnable work);

  /**
   * The claim that the calling thread runs a task of this lane.
   *
   * @throws IllegalStateException if it does not
   */
  void assertCurrent();
}
