package org.stoker.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.TopicPartition;
import org.stoker.records.BatchWalk;
import org.stoker.records.CorruptBatchException;
import org.stoker.testkit.SimulatedDisk;

/**
 * Whether what a dead process has left can be relied on: a recovery reads nothing below the segment
 * of the recovery point, so the leader epochs of all that lies there must be in their file.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class VouchedEpochs {
  private static final int LINES_BEFORE_ENTRIES = 2;

  private final SimulatedDisk disk;

  VouchedEpochs(SimulatedDisk disk) {
    this.disk = disk;
  }

  /** What contradicts the file of a partition's directory; null if nothing does. */
  @Nullable String contradiction(Path directory) throws IOException {
    NavigableMap<Long, Integer> epochs = epochs(directory);
    if (epochs.isEmpty()) {
      // None were written yet, or the file was damaged.
      return null;
    }
    long recoveryPoint = recoveryPoint(directory);
    for (Path segment : segments(directory)) {
      var walk = new BatchWalk(ByteBuffer.wrap(disk.contents(segment)));
      while (hasNext(walk) && walk.batch().baseOffset() < recoveryPoint) {
        Map.Entry<Long, Integer> known = epochs.floorEntry(walk.batch().baseOffset());
        // What was deleted may lie below the first.
        if (known != null && known.getValue() != walk.batch().partitionLeaderEpoch()) {
          return "%s has offset %d from leader epoch %d below its recovery point %d, and epochs %s"
              .formatted(
                  directory,
                  walk.batch().baseOffset(),
                  walk.batch().partitionLeaderEpoch(),
                  recoveryPoint,
                  epochs);
        }
      }
    }
    return null;
  }

  /** False also where damage begins: others judge that. */
  private static boolean hasNext(BatchWalk walk) {
    try {
      return walk.next();
    } catch (CorruptBatchException _) {
      return false;
    }
  }

  private NavigableMap<Long, Integer> epochs(Path directory) throws IOException {
    TreeMap<Long, Integer> epochs = new TreeMap<>();
    for (String line : entries(directory.resolve("leader-epoch-checkpoint"))) {
      String[] words = line.split(" ", -1);
      if (!line.matches("\\d+ \\d+")) {
        return new TreeMap<>();
      }
      epochs.put(Long.parseLong(words[1]), Integer.parseInt(words[0]));
    }
    return epochs;
  }

  /** 0 if none is written. */
  long recoveryPoint(Path directory) throws IOException {
    TopicPartition partition = DiskDamage.partitionOf(directory);
    String start = partition.topic() + " " + partition.partition() + " ";
    Path parent = Objects.requireNonNull(directory.getParent());
    return entries(parent.resolve("recovery-point-offset-checkpoint")).stream()
        .filter(line -> line.startsWith(start))
        .mapToLong(line -> Long.parseLong(line.substring(start.length())))
        .findFirst()
        .orElse(0);
  }

  private List<String> entries(Path checkpoint) throws IOException {
    return disk.exists(checkpoint)
        ? new String(disk.contents(checkpoint), StandardCharsets.UTF_8)
            .lines()
            .skip(LINES_BEFORE_ENTRIES)
            .toList()
        : List.of();
  }

  /** The files with a partition's records, in order. */
  List<Path> segments(Path directory) throws IOException {
    return disk.list(directory).stream().filter(file -> file.toString().endsWith(".log")).toList();
  }
}
