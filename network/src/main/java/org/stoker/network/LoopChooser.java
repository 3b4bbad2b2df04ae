package org.stoker.network;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.stoker.base.ThreadSafe;

/**
 * Chooses in turn among the first event loops of a group that has more: a loop that was never
 * chosen has no thread, so how many serve can change while they run.
 */
@ThreadSafe
final class LoopChooser implements EventExecutorChooserFactory {
  private final AtomicInteger turn = new AtomicInteger();
  private volatile int count;

  LoopChooser(int count) {
    this.count = count;
  }

  /** From now on the first so many are chosen. */
  void choosesAmong(int newCount) {
    count = newCount;
  }

  @Override
  public EventExecutorChooser newChooser(EventExecutor[] executors) {
    return () -> executors[Math.floorMod(turn.getAndIncrement(), count)];
  }
}
