package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.Disk;
import org.stoker.base.ThreadSafe;
import org.stoker.log.LogDirectory.FlushThreads;

/**
 * Group commit for one log directory: each round makes durable what all waiting logs had appended
 * when it began, then tells them; the next round follows if somebody asked meanwhile.
 *
 * <p>It has no thread of its own: one round at a time runs on the executor that it is given. A sync
 * that failed is never tried again, because the kernel has dropped the pages: the directory goes
 * offline and nothing is flushed from then on.
 */
@ThreadSafe
public final class Flusher {
  private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

  private final Disk disk;
  private final FlusherConfig config;
  private final FlushThreads threads;
  private final DirectoryHealth health;
  private final CommitDelay delay;
  private final SyncThreads syncThreads;

  // Bounded by the number of logs: each is in it at most once.
  private final ConcurrentLinkedQueue<Log> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isRunning = new AtomicBoolean();
  private final AtomicLong unsyncedBytes = new AtomicLong();

  /**
   * Makes the flusher of one directory.
   *
   * @param threads syncers help a round that has several files, fewer of them while the processors
   *     are busy; many files are synced at once where there is such a call
   */
  Flusher(
      Disk disk, Clock clock, FlusherConfig config, FlushThreads threads, DirectoryHealth health) {
    this.disk = disk;
    this.config = config;
    this.threads = threads;
    this.health = health;
    this.delay = new CommitDelay(clock, config.mostCommitDelayNs());
    this.syncThreads =
        new SyncThreads(
            clock,
            threads.cpu(),
            Runtime.getRuntime().availableProcessors(),
            config.syncThreads(),
            threads.syncers());
  }

  /** Asks that what the log has appended so far reaches the disk soon. */
  void request(Log log) {
    if (log.flushProgress().isRequested().compareAndSet(false, true)) {
      waiting.add(log);
    }
    delay.asked();
    if (isRunning.compareAndSet(false, true)) {
      try {
        threads.rounds().execute(this::runRounds);
      } catch (RejectedExecutionException e) {
        isRunning.set(false);
        throw e;
      }
    }
  }

  FlusherConfig config() {
    return config;
  }

  /** Bytes that were appended and are not known to be on disk. */
  public long unsyncedBytes() {
    return unsyncedBytes.get();
  }

  /**
   * False while so much is unsynced that the kernel would soon make a write wait; true again when a
   * round has ended.
   */
  public boolean mayAppend() {
    return unsyncedBytes.get() < config.mostUnsyncedBytes();
  }

  void appended(int sizeBytes) {
    unsyncedBytes.addAndGet(sizeBytes);
  }

  void noLongerUnsynced(long sizeBytes) {
    unsyncedBytes.addAndGet(-sizeBytes);
  }

  private void runRounds() {
    while (true) {
      delay.await();
      delay.begin();
      List<Log> logs = takeWaiting();
      if (!logs.isEmpty()) {
        runWhole(logs);
        delay.end();
      } else {
        isRunning.set(false);
        // Somebody may have come between the last look and the flag: whoever raises it again goes
        // on.
        if (waiting.isEmpty() || !isRunning.compareAndSet(false, true)) {
          return;
        }
      }
    }
  }

  private List<Log> takeWaiting() {
    var logs = new ArrayList<Log>();
    Log log;
    while ((log = waiting.poll()) != null) {
      // Before its end is looked at: an append from now on asks for the next round.
      log.flushProgress().isRequested().set(false);
      logs.add(log);
    }
    return logs;
  }

  /** However the round ends, the next one can follow. */
  private void runWhole(List<Log> logs) {
    try {
      runRound(logs);
    } catch (RuntimeException e) {
      // What was taken from the queue is not known to be on the disk, and nobody looks again.
      LOG.error("A flush round of {} logs failed", logs.size(), e);
      var _ = health.goOffline(logs.getFirst().parentDirectory(), "flushing", new IOException(e));
    }
  }

  private void runRound(List<Log> logs) {
    var tasks = new ArrayList<FlushTask>(logs.size());
    for (Log log : logs) {
      FlushTask task = health.isOnline() ? log.flushProgress().begin(log) : null;
      if (task != null) {
        tasks.add(task);
      }
    }
    try {
      sync(tasks);
    } catch (SyncFailedException e) {
      // The directory is offline by now; who waits for these logs learns it from the listener.
      LOG.debug("round of {} logs given up: {}", tasks.size(), e.getMessage());
      return;
    } finally {
      tasks.forEach(FlushTask::releaseFiles);
    }
    for (FlushTask task : tasks) {
      publish(task);
    }
  }

  private static void publish(FlushTask task) {
    try {
      task.log().flushProgress().end(task);
    } catch (RuntimeException e) {
      // A listener's bug must not keep the other logs from hearing.
      LOG.error("The flush listener of {} failed", task.log().topicPartition(), e);
    }
  }

  /** Makes the files and directory entries of all tasks durable. */
  void sync(List<FlushTask> tasks) throws SyncFailedException {
    var files = new ArrayList<SegmentFile>();
    Set<Path> directories = new LinkedHashSet<>();
    for (FlushTask task : tasks) {
      files.addAll(task.files());
      if (task.syncsEntries()) {
        directories.add(task.log().directory());
      }
      if (task.syncsParent()) {
        directories.add(task.log().parentDirectory());
      }
    }
    FileSystemSync fileSystemSync = threads.fileSystemSync();
    if (fileSystemSync != null && files.size() + directories.size() > config.mostSingleSyncs()) {
      syncFileSystem(fileSystemSync, tasks.getFirst().log().parentDirectory(), files);
      return;
    }
    var work = new ArrayList<SyncWork>(files.size() + directories.size());
    files.forEach(
        file -> work.add(new SyncWork(file.file().path(), () -> FileSync.sync(file.file()))));
    // The entries after the bytes would be one more wait; nothing is told before both are done.
    directories.forEach(
        directory -> work.add(new SyncWork(directory, () -> disk.syncDirectory(directory))));
    syncAll(work);
  }

  private void syncFileSystem(FileSystemSync sync, Path directory, List<SegmentFile> files)
      throws SyncFailedException {
    try {
      sync.sync();
    } catch (IOException e) {
      // It does not say whose pages were lost.
      files.forEach(file -> FileSync.forget(file.file(), e));
      throw new SyncFailedException(health.goOffline(directory, "syncing the file system", e));
    }
  }

  private void syncAll(List<SyncWork> work) throws SyncFailedException {
    syncThreads.run(work);
    for (SyncWork item : work) {
      IOException failure = item.failure();
      if (failure != null) {
        throw new SyncFailedException(health.goOffline(item.path, "fdatasync", failure));
      }
    }
  }

  private interface Sync {
    void run() throws IOException;
  }

  /** One file or directory; its result is read when the round has ended. */
  private static final class SyncWork implements Runnable {
    private final Path path;
    private final Sync sync;
    private volatile boolean isDone;
    private volatile @Nullable IOException failure;

    SyncWork(Path path, Sync sync) {
      this.path = path;
      this.sync = sync;
    }

    @Override
    public void run() {
      try {
        sync.run();
        isDone = true;
      } catch (IOException e) {
        failure = e;
      } catch (RuntimeException e) {
        failure = new IOException(e);
      }
    }

    /** Null only if the sync has returned. */
    @Nullable IOException failure() {
      IOException known = failure;
      return known != null || isDone ? known : new IOException("the sync did not come to an end");
    }
  }

  /** The round ended with a directory offline. */
  static final class SyncFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    SyncFailedException(Throwable cause) {
      super(cause.getMessage(), cause);
    }
  }
}
