package org.stoker.network;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Timers;

/**
 * Timers whose tasks run on event loops: on the caller's own when it is on one, so that setting and
 * cancelling wakes nobody.
 */
@ThreadSafe
public final class EventLoopTimers implements Timers {
  private static final Timer NEVER = () -> {};

  private final EventExecutorGroup loops;

  EventLoopTimers(EventExecutorGroup loops) {
    this.loops = loops;
  }

  /** After the network has stopped the task is dropped: nothing is left that could run it. */
  @Override
  public Timer after(long delayMs, Runnable task) {
    try {
      Future<?> scheduled = loop().schedule(task, delayMs, TimeUnit.MILLISECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException stopped) {
      return NEVER;
    }
  }

  private EventExecutor loop() {
    for (EventExecutor loop : loops) {
      if (loop.inEventLoop()) {
        return loop;
      }
    }
    return loops.next();
  }
}
