package org.stoker.base;

/**
 * One task at a time, in the order of submission: how a partition, or a shard, has one writer
 * without a lock that anybody waits for.
 */
public interface Lane {
  /** Runs the task now if the lane is idle, or when those before it have run; never waits. */
  void submit(Runnable task);

  /**
   * The claim that the calling thread runs a task of this lane.
   *
   * @throws IllegalStateException if it does not
   */
  void assertCurrent();
}
