package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.DiskFullException;
import org.stoker.base.ThreadSafe;

/**
 * The leader epochs of one log, in memory and in their file: changed on the lane; read by anyone.
 *
 * <p>A new epoch is in memory at first. Its batches carry it, so that recovery finds it again as
 * long as no recovery point lies behind {@link #unwrittenFrom}; the file is written before one
 * does.
 */
@ThreadSafe
final class LeaderEpochs {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderEpochs.class);
  private static final long NOTHING_UNWRITTEN = Long.MAX_VALUE;

  private final Disk disk;
  private volatile Path directory;
  private volatile LeaderEpochHistory history;
  private volatile long unwrittenFrom = NOTHING_UNWRITTEN;

  LeaderEpochs(Disk disk, Path directory, LeaderEpochHistory history) {
    this.disk = disk;
    this.directory = directory;
    this.history = history;
  }

  /**
   * Reads those of a partition's directory.
   *
   * @throws CorruptFileException if the file makes no sense
   */
  static LeaderEpochs read(Disk disk, Path directory) throws IOException {
    return new LeaderEpochs(disk, directory, checkpoint(disk, directory).read());
  }

  /** None are known; they are assigned from the batches. */
  static LeaderEpochs none(Disk disk, Path directory) {
    return new LeaderEpochs(disk, directory, LeaderEpochHistory.of(List.of()));
  }

  private static LeaderEpochCheckpoint checkpoint(Disk disk, Path directory) {
    return new LeaderEpochCheckpoint(disk, directory.resolve(LeaderEpochCheckpoint.FILE_NAME));
  }

  LeaderEpochHistory history() {
    return history;
  }

  int latestEpoch() {
    return history.latestEpoch();
  }

  void assign(int leaderEpoch, long startOffset) {
    LeaderEpochHistory changed = history.assign(leaderEpoch, startOffset);
    if (!changed.equals(history)) {
      unwrittenFrom = Math.min(unwrittenFrom, startOffset);
      history = changed;
    }
  }

  /** A batch of this epoch lies there, or is about to. */
  void note(int leaderEpoch, long baseOffset) {
    LeaderEpochHistory changed = history.note(leaderEpoch, baseOffset);
    if (!changed.equals(history)) {
      long changedFrom =
          history.epochForOffset(baseOffset) > leaderEpoch
              ? history.endOffsetFor(leaderEpoch, baseOffset).endOffset()
              : baseOffset;
      unwrittenFrom = Math.min(unwrittenFrom, changedFrom);
      history = changed;
    }
  }

  /** Where the first epoch starts that is not in the file; the largest number if all are. */
  long unwrittenFrom() {
    return unwrittenFrom;
  }

  boolean isUnwritten() {
    return unwrittenFrom != NOTHING_UNWRITTEN;
  }

  /** Writes what is only in memory. On the lane and on a storage thread. */
  void write() throws IOException {
    if (isUnwritten()) {
      replaceFile(history);
    }
  }

  void truncate(long logStartOffset, long logEndOffset) throws IOException {
    replace(history.truncateFromEnd(logEndOffset).truncateFromStart(logStartOffset));
  }

  void truncateFromEnd(long logEndOffset) throws IOException {
    LeaderEpochHistory changed = history.truncateFromEnd(logEndOffset);
    if (!changed.equals(history)) {
      unwrittenFrom = Math.min(unwrittenFrom, logEndOffset);
      history = changed;
      try {
        write();
      } catch (DiskFullException e) {
        // The recovery point waits at the cut until a checkpoint has found room to write them.
        LOG.warn("The leader epochs of {} are written later: {}", directory, e.getMessage());
      }
    }
  }

  void truncateFromStart(long logStartOffset) throws IOException {
    replace(history.truncateFromStart(logStartOffset));
  }

  private void replace(LeaderEpochHistory changed) throws IOException {
    if (!changed.equals(history)) {
      replaceFile(changed);
    }
  }

  private void replaceFile(LeaderEpochHistory changed) throws IOException {
    checkpoint(disk, directory).write(changed);
    history = changed;
    unwrittenFrom = NOTHING_UNWRITTEN;
  }

  void movedTo(Path newDirectory) {
    directory = newDirectory;
  }
}
