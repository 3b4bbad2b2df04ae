package org.stoker.log;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ThreadSafe;

/**
 * Pieces of work that several threads take one by one. The caller works too and waits only for
 * pieces that others have begun, so it needs no other thread to come to an end.
 */
@ThreadSafe
final class ParallelWork {
  private static final Logger LOG = LoggerFactory.getLogger(ParallelWork.class);

  private final List<? extends Runnable> pieces;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger unfinished;
  private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

  private ParallelWork(List<? extends Runnable> pieces) {
    this.pieces = pieces;
    this.unfinished = new AtomicInteger(pieces.size());
  }

  /** Returns when all pieces have run; none may throw. */
  static void run(List<? extends Runnable> pieces, int threads, Executor helpers) {
    if (pieces.isEmpty()) {
      return;
    }
    var work = new ParallelWork(pieces);
    try {
      for (int i = 1; i < Math.min(threads, pieces.size()); i++) {
        helpers.execute(work::help);
      }
    } catch (RejectedExecutionException e) {
      // The helpers are stopping; the caller does what they do not.
      LOG.debug("Work is done by fewer threads: {}", e.getMessage());
    }
    work.help();
    // Unlike a latch this waits on although the thread was told to stop: half a round is none.
    work.end.join();
  }

  private void help() {
    int index;
    while ((index = next.getAndIncrement()) < pieces.size()) {
      try {
        pieces.get(index).run();
      } finally {
        if (unfinished.decrementAndGet() == 0) {
          end.complete(null);
        }
      }
    }
  }
}
