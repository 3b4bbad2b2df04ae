package org.stoker.replication;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.StorageException;
import org.stoker.base.ThreadSafe;
import org.stoker.log.Log;
import org.stoker.log.LogDirectory;
import org.stoker.log.NoRoomException;

/** Takes logs out of their directories: each on its lane, and on a storage thread. */
@ThreadSafe
final class DepartingLogs {
  private static final Logger LOG = LoggerFactory.getLogger(DepartingLogs.class);

  private final Executor storage;

  DepartingLogs(Executor storage) {
    this.storage = storage;
  }

  /** Completes when it does not come back, or could not be deleted, which is logged. */
  CompletableFuture<Void> delete(Log log, LogDirectory directory) {
    return onLane(log, () -> directory.delete(log));
  }

  /**
   * Keeps the files under another name.
   *
   * @param why what the partition's name is the subject of
   */
  CompletableFuture<Void> setAside(Log log, LogDirectory directory, String why) {
    return onLane(log, () -> directory.setAsStray(log, why));
  }

  private CompletableFuture<Void> onLane(Log log, Runnable work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    log.lane().submit(() -> log.lane().continueOn(storage, () -> run(log, work, done)));
    return done;
  }

  private static void run(Log log, Runnable work, CompletableFuture<Void> done) {
    try {
      work.run();
    } catch (StorageException | NoRoomException e) {
      LOG.error("{}: {}", log.topicPartition(), e.getMessage());
    } finally {
      done.complete(null);
    }
  }
}
