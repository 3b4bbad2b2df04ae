package org.stoker.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.DiskFullException;
import org.stoker.base.Repetition;
import org.stoker.base.StorageException;
import org.stoker.base.ThreadSafe;
import org.stoker.base.Timers;

/**
 * What has to be done for the logs of a directory now and then, on storage threads: retention,
 * checkpoints, flush.ms, forgetting producers, looking at the free space, and removing files.
 */
@ThreadSafe
final class LogChores implements LogSetting.SegmentChores {
  private static final Logger LOG = LoggerFactory.getLogger(LogChores.class);
  // Its rate is given in bytes per second.
  private static final long SCRUB_TICK_MS = 1_000;
  // Does nothing while memory is ample.
  private static final long IDLE_TICK_MS = 10_000;

  private final LogDirectory directory;
  private final LogEnvironment environment;
  private final LogDirectoryConfig config;
  private volatile long producerExpirationMs;

  @GuardedBy("this")
  private final List<Timers.Timer> timers = new ArrayList<>();

  @GuardedBy("this")
  private boolean isStopped;

  LogChores(LogDirectory directory, LogEnvironment environment, LogDirectoryConfig config) {
    this.directory = directory;
    this.environment = environment;
    this.config = config;
    this.producerExpirationMs = config.producerExpirationMs();
  }

  /** Producers are idle for so long now before they are forgotten. Any thread. */
  void expireProducersAfter(long idleMs) {
    producerExpirationMs = idleMs;
  }

  void start() {
    LogDirectoryConfig.ChoreIntervals intervals = config.chores();
    repeat("retention", intervals.initialDelayMs(), intervals.retentionMs(), this::applyRetention);
    repeat(
        "checkpoints",
        intervals.initialDelayMs(),
        intervals.checkpointMs(),
        this::writeCheckpoints);
    repeat("flush.ms", intervals.flushMs(), intervals.flushMs(), this::flushOld);
    repeat(
        "forgetting producers",
        intervals.producerExpirationMs(),
        intervals.producerExpirationMs(),
        this::removeExpiredProducers);
    repeat("forgetting idle producers", IDLE_TICK_MS, IDLE_TICK_MS, this::forgetIdleProducers);
    repeat("free space", intervals.spaceMs(), intervals.spaceMs(), this::lookAtSpace);
    repeat("scrubbing", SCRUB_TICK_MS, SCRUB_TICK_MS, this::scrub);
  }

  synchronized void stop() {
    isStopped = true;
    timers.forEach(Timers.Timer::cancel);
    timers.clear();
  }

  /** A chore calls the given task when it is done; then its interval begins again. */
  private synchronized void repeat(
      String name, long delayMs, long intervalMs, Consumer<Runnable> chore) {
    if (!isStopped) {
      timers.add(
          Repetition.start(
              name + " of " + directory.path(),
              environment.timers(),
              environment.storage(),
              delayMs,
              () -> intervalMs,
              again -> run(chore, again)));
    }
  }

  /** A part of a chore, on whatever thread goes on with it. */
  private void run(Consumer<Runnable> part, Runnable again) {
    if (!directory.isOnline()) {
      return;
    }
    try {
      part.accept(again);
    } catch (StorageException e) {
      // The directory is offline and said so; no chore of it runs again.
      LOG.debug("chores of {} end: {}", directory.path(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("A chore of {} failed and is done again", directory.path(), e);
      again.run();
    }
  }

  private synchronized void after(long delayMs, Runnable task) {
    if (isStopped) {
      return;
    }
    var self = new Timers.Timer[1];
    self[0] =
        environment
            .timers()
            .after(
                delayMs,
                () -> {
                  forget(self);
                  environment.storage().execute(task);
                });
    timers.add(self[0]);
  }

  private synchronized void forget(Timers.Timer[] timer) {
    timers.remove(timer[0]);
  }

  private void forEachLog(Consumer<Log> work, Runnable end) {
    EveryLog.run(
        List.copyOf(directory.logs()), environment.storage(), log -> whileOpen(log, work), end);
  }

  private void whileOpen(Log log, Consumer<Log> work) {
    if (!log.isClosed() && directory.isOnline()) {
      work.accept(log);
    }
  }

  // ---- The chores.

  /**
   * First the starts move, then they are on the disk, then files go: a crash between leaves
   * segments that the next start knows to be below the log start, and no gap.
   */
  private void applyRetention(Runnable again) {
    long nowMs = environment.clock().wallMs();
    forEachLog(
        log -> log.trimmer().applyRetention(nowMs), () -> run(this::removeOldSegments, again));
  }

  private void removeOldSegments(Runnable again) {
    if (writeLogStarts()) {
      forEachLog(this::removeSegmentsOf, again);
    } else {
      again.run();
    }
  }

  private void removeSegmentsOf(Log log) {
    log.trimmer()
        .removeSegmentsBelowLogStart(directory.checkpoints().logStartOffset(log.topicPartition()));
  }

  private boolean writeLogStarts() {
    return checkpoint(() -> directory.checkpoints().writeLogStarts(directory.logs()));
  }

  private void writeCheckpoints(Runnable again) {
    // First: a recovery point goes no further than the epochs that are written.
    EveryLog.run(
        directory.logs().stream().filter(Log::hasUnwrittenEpochs).toList(),
        environment.storage(),
        log -> whileOpen(log, Log::writeLeaderEpochs),
        () -> run(this::writeOffsets, again));
  }

  private void writeOffsets(Runnable again) {
    checkpoint(() -> directory.checkpoints().writeRecoveryPoints(directory.logs()));
    writeLogStarts();
    again.run();
  }

  private interface Checkpoint {
    void write() throws IOException;
  }

  private boolean checkpoint(Checkpoint checkpoint) {
    try {
      checkpoint.write();
      return true;
    } catch (DiskFullException e) {
      LOG.warn("{} has no room for a checkpoint: {}", directory.path(), e.getMessage());
      return false;
    } catch (IOException e) {
      throw directory.health().fail(directory.path(), "writing a checkpoint", e);
    }
  }

  private void flushOld(Runnable again) {
    long nowMs = environment.clock().monotonicMs();
    for (Log log : directory.logs()) {
      log.flushProgress().requestIfOld(log, nowMs);
    }
    again.run();
  }

  private void removeExpiredProducers(Runnable again) {
    long nowMs = environment.clock().wallMs();
    forEachLog(log -> log.removeExpiredProducers(nowMs, producerExpirationMs), again);
  }

  private void forgetIdleProducers(Runnable again) {
    if (!environment.producerMemory().isTight()) {
      again.run();
      return;
    }
    environment.producerMemory().warnIfTight(producerExpirationMs);
    long nowMs = environment.clock().wallMs();
    forEachLog(log -> log.forgetIdleProducers(nowMs), again);
  }

  private void lookAtSpace(Runnable again) {
    directory.space().look();
    again.run();
  }

  private void scrub(Runnable again) {
    directory.scrub().tick(environment.clock().monotonicMs());
    again.run();
  }

  // ---- Segments.

  @Override
  public void rebuildIndexes(Log log, Segment segment) {
    log.lane()
        .submit(() ->
            log.lane()
                .continueOn(
                    environment.storage(),
                    () -> whileOpen(log, open -> open.rebuildIndexes(segment))));
  }

  @Override
  public void removeLater(Segment segment, long delayMs) {
    removeAfter(delayMs, segment::delete, segment.path());
  }

  /** Removes a directory of a partition with all that is in it. */
  void removeDirectoryLater(Path path, long delayMs) {
    removeAfter(delayMs, () -> removeDirectory(path), path);
  }

  private interface Removal {
    void run() throws IOException;
  }

  private void removeAfter(long delayMs, Removal removal, Path what) {
    after(delayMs, () -> remove(removal, what));
  }

  private static void remove(Removal removal, Path what) {
    try {
      removal.run();
    } catch (IOException e) {
      // It has a name that nobody reads; the next start tries again.
      LOG.warn("{} could not be removed: {}", what, e.getMessage());
    }
  }

  /**
   * When this returns nothing has the partition's name: it may be made again before the files are
   * gone. On a storage thread.
   */
  void removeHalfMade(Path path, Path target) {
    try {
      if (environment.disk().exists(path)) {
        environment.disk().rename(path, target);
        removeDirectoryLater(target, 0);
      }
    } catch (IOException e) {
      // Not even a name to give it: it goes before anybody can take its own.
      LOG.debug("{} is removed as it is: {}", path, e.getMessage());
      remove(() -> removeDirectory(path), path);
    }
  }

  private void removeDirectory(Path path) throws IOException {
    Disk disk = environment.disk();
    if (disk.exists(path)) {
      for (Path file : disk.list(path)) {
        disk.delete(file);
      }
      disk.delete(path);
    }
  }
}
