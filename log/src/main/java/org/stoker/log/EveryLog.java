package org.stoker.log;

import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.stoker.base.ThreadSafe;

/** Does something to many logs, each on its lane and on a storage thread, and then goes on. */
@ThreadSafe
final class EveryLog {
  private final Executor storage;
  private final Consumer<Log> work;
  private final Runnable end;
  private final AtomicInteger left;

  private EveryLog(Executor storage, Consumer<Log> work, Runnable end, int count) {
    this.storage = storage;
    this.work = work;
    this.end = end;
    this.left = new AtomicInteger(count + 1);
  }

  /** The end runs once, on a storage thread, after the work of all; also if some of it failed. */
  static void run(Collection<Log> logs, Executor storage, Consumer<Log> work, Runnable end) {
    var run = new EveryLog(storage, work, end, logs.size());
    for (Log log : logs) {
      log.lane().submit(() -> log.lane().continueOn(storage, () -> run.doOne(log)));
    }
    run.oneLess();
  }

  private void doOne(Log log) {
    try {
      work.accept(log);
    } finally {
      oneLess();
    }
  }

  private void oneLess() {
    if (left.decrementAndGet() == 0) {
      storage.execute(end);
    }
  }
}
