package org.stoker.replication;

import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls others from a lane: one that throws keeps nobody behind it from being called. */
final class Callbacks {
  private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

  private Callbacks() {}

  static void run(Runnable callback) {
    try {
      callback.run();
    } catch (RuntimeException e) {
      report(e);
    }
  }

  static <T> void answer(Consumer<T> onReply, T reply) {
    try {
      onReply.accept(reply);
    } catch (RuntimeException e) {
      report(e);
    }
  }

  static void wake(FetchWaiter waiter) {
    try {
      waiter.wake();
    } catch (RuntimeException e) {
      report(e);
    }
  }

  private static void report(RuntimeException e) {
    if (e instanceof RejectedExecutionException) {
      // Its event loop has stopped, and nobody waits for the answer.
      LOG.debug("An answer came too late: {}", e.getMessage());
    } else {
      LOG.error("A callback failed", e);
    }
  }
}
