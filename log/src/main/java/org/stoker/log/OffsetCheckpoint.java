package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.stoker.base.Disk;
import org.stoker.base.ThreadSafe;
import org.stoker.base.TopicPartition;

/**
 * One offset for each partition of a log directory, kept in a text file: recovery points, high
 * watermarks, log start offsets.
 */
@ThreadSafe
public final class OffsetCheckpoint {
  public static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
  public static final String HIGH_WATERMARKS = "replication-offset-checkpoint";
  public static final String LOG_START_OFFSETS = "log-start-offset-checkpoint";

  private static final int WORDS_PER_LINE = 3;

  private final CheckpointLines lines;

  public OffsetCheckpoint(Disk disk, Path file) {
    this.lines = new CheckpointLines(new AtomicFile(disk, file));
  }

  private record Entry(TopicPartition partition, long offset) {}

  /**
   * What was written last; nothing if there is no file.
   *
   * @throws CorruptFileException naming the line that cannot be understood
   */
  public synchronized Map<TopicPartition, Long> read() throws IOException {
    List<Entry> entries =
        lines.read(
            WORDS_PER_LINE,
            words ->
                new Entry(
                    new TopicPartition(words[0], Integer.parseInt(words[1])),
                    Long.parseLong(words[2])));
    var offsets = HashMap.<TopicPartition, Long>newHashMap(entries.size());
    for (Entry entry : entries) {
      offsets.put(entry.partition, entry.offset);
    }
    return offsets;
  }

  // Chores of several threads write the same file; each waits for the disk anyway.
  public synchronized void write(Map<TopicPartition, Long> offsets) throws IOException {
    var entries = new ArrayList<String>(offsets.size());
    new TreeMap<>(offsets)
        .forEach((partition, offset) ->
            entries.add(partition.topic() + " " + partition.partition() + " " + offset));
    lines.write(entries);
  }
}
