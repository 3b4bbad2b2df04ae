package org.stoker.broker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process when a thread met an {@link Error}: after that nobody knows what stands still,
 * and a broker that looks healthy and does nothing is worse than one that is gone.
 */
final class FatalErrors implements Thread.UncaughtExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(FatalErrors.class);

  private final Runnable end;

  /**
   * @param end ends the process at once, without writing anything more
   */
  FatalErrors(Runnable end) {
    this.end = end;
  }

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    if (!(failure instanceof Error)) {
      LOG.error("Thread {} ended", thread.getName(), failure);
      return;
    }
    try {
      LOG.error("Thread {} cannot go on, and this process ends with it", thread.getName(), failure);
    } finally {
      end.run();
    }
  }
}
