package org.stoker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.StorageException;

/**
 * The clean stop of a log directory, step by step: everything appended goes to the disk, logs close
 * on their lanes, then checkpoints, and last the file that says it was clean.
 */
final class DirectoryStop {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryStop.class);

  private final LogDirectory directory;
  private final LogEnvironment environment;
  private final @Nullable FileSystemSync fileSystemSync;
  private final Queue<AtomicFile> prepared = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  DirectoryStop(
      LogDirectory directory, LogEnvironment environment, @Nullable FileSystemSync fileSystemSync) {
    this.directory = directory;
    this.environment = environment;
    this.fileSystemSync = fileSystemSync;
  }

  CompletableFuture<Void> run(long brokerEpoch) {
    directory.stopChores();
    environment.storage().execute(() -> step(() -> flush(brokerEpoch)));
    return end;
  }

  private interface Step {
    void run() throws IOException;
  }

  /** A step that fails ends the stop: without the last file the next start checks. */
  private void step(Step step) {
    try {
      if (directory.isOnline()) {
        step.run();
      } else {
        end.complete(null);
      }
    } catch (IOException e) {
      LOG.warn("{} was not closed cleanly: {}", directory.path(), e.getMessage());
      end.complete(null);
    } catch (StorageException e) {
      end.complete(null);
    }
  }

  private void flush(long brokerEpoch) {
    var tasks = new ArrayList<FlushTask>();
    for (Log log : directory.logs()) {
      FlushTask task = log.flushProgress().begin(log);
      if (task != null) {
        tasks.add(task);
      }
    }
    try {
      directory.flusher().sync(tasks);
      tasks.forEach(task -> task.log().flushProgress().end(task));
    } catch (Flusher.SyncFailedException e) {
      LOG.debug("{} stops offline: {}", directory.path(), e.getMessage());
    } finally {
      tasks.forEach(FlushTask::releaseFiles);
    }
    closeLogs(brokerEpoch);
  }

  private void closeLogs(long brokerEpoch) {
    var closed = new AtomicInteger();
    EveryLog.run(
        List.copyOf(directory.logs()),
        environment.storage(),
        log -> {
          if (close(log)) {
            closed.incrementAndGet();
          }
        },
        () -> step(() -> finish(closed.get(), brokerEpoch)));
  }

  private boolean close(Log log) {
    try {
      AtomicFile snapshot = log.close(fileSystemSync == null);
      if (snapshot != null) {
        prepared.add(snapshot);
      }
      return true;
    } catch (IOException e) {
      // What a disk does, for each log: no bug to be traced.
      LOG.warn("{} was not closed cleanly: {}", log.topicPartition(), e.getMessage());
      return false;
    } catch (RuntimeException e) {
      LOG.warn("{} was not closed cleanly", log.topicPartition(), e);
      return false;
    }
  }

  private void finish(int closed, long brokerEpoch) throws IOException {
    if (fileSystemSync != null) {
      // Indexes and snapshots by the thousand: together they cost what one costs.
      fileSystemSync.sync();
      for (AtomicFile file : prepared) {
        file.publish();
      }
      if (!prepared.isEmpty()) {
        fileSystemSync.sync();
      }
    }
    directory.checkpoints().writeRecoveryPoints(directory.logs());
    directory.checkpoints().writeLogStarts(directory.logs());
    // One that was refused must be checked again, and one that was recovered meanwhile is open:
    // nothing may say that all is well.
    if (closed == directory.logs().size() && directory.refused().isEmpty()) {
      new CleanShutdownFile(environment.disk(), directory.path()).write(brokerEpoch);
      LOG.info("Closed {} partitions in {}", directory.logs().size(), directory.path());
    }
    end.complete(null);
  }
}
