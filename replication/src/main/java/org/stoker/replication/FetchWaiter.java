package org.stoker.replication;

/** A fetch that is parked until a partition has more for it. */
@FunctionalInterface
public interface FetchWaiter {
  /**
   * More may be readable. Called on the partition's lane: hands the work on and returns at once.
   */
  void wake();
}
