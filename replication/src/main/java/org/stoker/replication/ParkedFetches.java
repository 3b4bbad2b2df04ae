package org.stoker.replication;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.stoker.base.ThreadSafe;

/**
 * Fetches that wait until a partition has more for them. Bounded by the connections: each has one
 * fetch at a time, which leaves when its connection ends.
 */
@ThreadSafe
public final class ParkedFetches {
  private final Set<FetchWaiter> waiters = ConcurrentHashMap.newKeySet();

  /** Registers a fetch that wants to hear; it then looks once again by itself. */
  public void add(FetchWaiter waiter) {
    waiters.add(waiter);
  }

  public void remove(FetchWaiter waiter) {
    waiters.remove(waiter);
  }

  public int size() {
    return waiters.size();
  }

  void wake() {
    if (!waiters.isEmpty()) {
      waiters.forEach(Callbacks::wake);
    }
  }
}
