package org.stoker.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Every thread of the broker but the event loops: named, counted, and ended together.
 *
 * <p>The queues have no bound of their own. What is queued is bounded by those who queue it:
 * requests by the bytes in flight, chores by their number, partitions by theirs.
 */
final class BrokerThreads {
  private static final int IDLE_SECONDS = 30;
  private static final long LONGEST_END_SECONDS = 10;

  private final List<ExecutorService> pools = new ArrayList<>();

  /** Threads that may wait for the disk; they end when they have nothing to do. */
  ExecutorService pool(String name, int size) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size, size, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name));
    pool.allowCoreThreadTimeOut(true);
    pools.add(pool);
    return pool;
  }

  /** From now on the pool has so many threads; what runs and what is queued goes on. */
  static void resize(ExecutorService pool, int size) {
    if (!(pool instanceof ThreadPoolExecutor threads) || threads.getCorePoolSize() == size) {
      return;
    }
    // The core is never larger than the maximum, not even in between.
    if (size > threads.getMaximumPoolSize()) {
      threads.setMaximumPoolSize(size);
      threads.setCorePoolSize(size);
    } else {
      threads.setCorePoolSize(size);
      threads.setMaximumPoolSize(size);
    }
  }

  /** One thread, which runs its tasks in order. */
  ExecutorService single(String name) {
    return pool(name, 1);
  }

  private static ThreadFactory named(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Lets what is running end, and takes nothing more. */
  void stop() throws InterruptedException {
    pools.forEach(ExecutorService::shutdown);
    for (ExecutorService pool : pools) {
      if (!pool.awaitTermination(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    }
  }
}
