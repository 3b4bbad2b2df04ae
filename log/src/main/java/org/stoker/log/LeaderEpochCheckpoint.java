package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;

/** Keeps a partition's {@link LeaderEpochHistory} in its {@code leader-epoch-checkpoint} file. */
@ConfinedTo(ConfinedTo.CALLER)
final class LeaderEpochCheckpoint {
  static final String FILE_NAME = "leader-epoch-checkpoint";

  private static final int WORDS_PER_LINE = 2;

  private final CheckpointLines lines;

  LeaderEpochCheckpoint(Disk disk, Path file) {
    this.lines = new CheckpointLines(new AtomicFile(disk, file));
  }

  /**
   * What was written last; empty if there is no file.
   *
   * @throws CorruptFileException naming the line that cannot be understood
   */
  LeaderEpochHistory read() throws IOException {
    List<LeaderEpochHistory.Entry> entries =
        lines.read(
            WORDS_PER_LINE,
            words -> {
              int epoch = Integer.parseInt(words[0]);
              long startOffset = Long.parseLong(words[1]);
              if (epoch < 0 || startOffset < 0) {
                throw new NumberFormatException("negative");
              }
              return new LeaderEpochHistory.Entry(epoch, startOffset);
            });
    return LeaderEpochHistory.of(entries);
  }

  void write(LeaderEpochHistory history) throws IOException {
    lines.write(
        history.entries().stream()
            .map(entry -> entry.epoch() + " " + entry.startOffset())
            .toList());
  }
}
