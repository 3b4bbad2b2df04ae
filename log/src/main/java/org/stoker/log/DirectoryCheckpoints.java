package org.stoker.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.ThreadSafe;
import org.stoker.base.TopicPartition;

/**
 * The offsets of all partitions that a log directory keeps: recovery points and log starts.
 *
 * <p>A recovery point on the disk must never be above what is synced, also while a log is being
 * cut: collecting and writing are one step under the lock.
 */
@ThreadSafe
final class DirectoryCheckpoints implements LogSetting.RecoveryPoints {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryCheckpoints.class);

  private final Path directory;
  private final OffsetCheckpoint recoveryPointFile;
  private final OffsetCheckpoint logStartFile;

  @GuardedBy("this")
  private Map<TopicPartition, Long> recoveryPoints = new HashMap<>();

  @GuardedBy("this")
  private Map<TopicPartition, Long> logStarts = new HashMap<>();

  // The files still have lines of partitions that are gone.
  @GuardedBy("this")
  private boolean hasStaleLines;

  DirectoryCheckpoints(Disk disk, Path directory) {
    this.directory = directory;
    this.recoveryPointFile =
        new OffsetCheckpoint(disk, directory.resolve(OffsetCheckpoint.RECOVERY_POINTS));
    this.logStartFile =
        new OffsetCheckpoint(disk, directory.resolve(OffsetCheckpoint.LOG_START_OFFSETS));
  }

  /** Reads what was written last; a file that makes no sense counts as none, with a sentence. */
  synchronized void read() throws IOException {
    recoveryPoints = read(recoveryPointFile, "all segments are checked");
    logStarts = read(logStartFile, "logs start with their first segment");
  }

  private static Map<TopicPartition, Long> read(OffsetCheckpoint file, String consequence)
      throws IOException {
    try {
      return new HashMap<>(file.read());
    } catch (CorruptFileException e) {
      LOG.warn("{}; it is not used: {}", e.getMessage(), consequence);
      return new HashMap<>();
    }
  }

  /** 0 if nothing is known. */
  synchronized long recoveryPoint(TopicPartition partition) {
    return Math.max(0, recoveryPoints.getOrDefault(partition, 0L));
  }

  /** 0 if nothing is known. */
  synchronized long logStartOffset(TopicPartition partition) {
    return Math.max(0, logStarts.getOrDefault(partition, 0L));
  }

  synchronized void writeRecoveryPoints(Collection<Log> logs) throws IOException {
    for (Log log : logs) {
      recoveryPoints.put(log.topicPartition(), log.recoveryPoint());
    }
    if (hasStaleLines) {
      dropStaleLines();
    } else {
      recoveryPointFile.write(recoveryPoints);
    }
  }

  synchronized void writeLogStarts(Collection<Log> logs) throws IOException {
    boolean isNews = hasStaleLines;
    for (Log log : logs) {
      long offset = log.logStartOffset();
      Long before =
          offset == 0
              ? logStarts.remove(log.topicPartition())
              : logStarts.put(log.topicPartition(), offset);
      isNews |= before == null ? offset != 0 : before != offset;
    }
    if (isNews) {
      logStartFile.write(logStarts);
    }
  }

  @Override
  public synchronized void lower(TopicPartition partition, long offset) throws IOException {
    if (recoveryPoint(partition) > offset) {
      recoveryPoints.put(partition, offset);
      recoveryPointFile.write(recoveryPoints);
    }
    if (logStartOffset(partition) > offset) {
      logStarts.put(partition, offset);
      logStartFile.write(logStarts);
    }
  }

  /** Forgets what is not there, so that nothing of it is believed of a partition of that name. */
  synchronized void keepOnly(Set<TopicPartition> partitions) throws IOException {
    recoveryPoints.forEach((partition, offset) -> {
      if (offset > 0 && !partitions.contains(partition)) {
        LOG.warn(
            "{} had records up to offset {} in {}, and its directory there is gone: they are copied"
                + " from another replica, or are lost if there is none. If the directory was moved"
                + " away, stop this broker before it is made anew, and put it back",
            partition,
            offset,
            directory);
      }
    });
    if (recoveryPoints.keySet().retainAll(partitions)) {
      recoveryPointFile.write(recoveryPoints);
    }
    if (logStarts.keySet().retainAll(partitions)) {
      logStartFile.write(logStarts);
    }
  }

  /**
   * The partition is deleted; one created under its name later must find nothing of it.
   *
   * @throws org.stoker.base.DiskFullException if its lines stay until there is room; {@link
   *     #dropStaleLines} tries again
   */
  synchronized void forget(TopicPartition partition) throws IOException {
    boolean wasKnown = recoveryPoints.remove(partition) != null;
    wasKnown |= logStarts.remove(partition) != null;
    hasStaleLines |= wasKnown;
    dropStaleLines();
  }

  private synchronized void dropStaleLines() throws IOException {
    if (hasStaleLines) {
      recoveryPointFile.write(recoveryPoints);
      logStartFile.write(logStarts);
      hasStaleLines = false;
    }
  }
}
