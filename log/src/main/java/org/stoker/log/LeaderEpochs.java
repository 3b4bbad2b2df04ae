package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import org.stoker.base.Disk;
import org.stoker.base.ThreadSafe;

/**
 * The leader epochs of one log, in memory and in their file: changed on the lane, on a storage
 * thread; read by anyone.
 */
@ThreadSafe
final class LeaderEpochs {
  private final Disk disk;
  private volatile Path directory;
  private volatile LeaderEpochHistory history;

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

  private static LeaderEpochCheckpoint checkpoint(Disk disk, Path directory) {
    return new LeaderEpochCheckpoint(disk, directory.resolve(LeaderEpochCheckpoint.FILE_NAME));
  }

  LeaderEpochHistory history() {
    return history;
  }

  int latestEpoch() {
    return history.latestEpoch();
  }

  void assign(int leaderEpoch, long startOffset) throws IOException {
    replace(history.assign(leaderEpoch, startOffset));
  }

  void truncate(long logStartOffset, long logEndOffset) throws IOException {
    replace(history.truncateFromEnd(logEndOffset).truncateFromStart(logStartOffset));
  }

  void truncateFromEnd(long logEndOffset) throws IOException {
    replace(history.truncateFromEnd(logEndOffset));
  }

  void truncateFromStart(long logStartOffset) throws IOException {
    replace(history.truncateFromStart(logStartOffset));
  }

  private void replace(LeaderEpochHistory changed) throws IOException {
    if (!changed.equals(history)) {
      checkpoint(disk, directory).write(changed);
      history = changed;
    }
  }

  void movedTo(Path newDirectory) {
    directory = newDirectory;
  }
}
