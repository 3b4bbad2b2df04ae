package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.stoker.base.TopicPartition;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;

/** A start after a clean stop asks for names and sizes, not for data. */
final class LogFilesOpenedTest {
  private static final Path ROOT = Path.of("/data");
  private static final int PARTITIONS = 5_000;

  @Test
  void aCleanStartOfFiveThousandPartitionsOpensNoSegment() throws LogDirectoryException {
    var disk = new SimulatedDisk(1);
    var first = new LogWorld(disk, ROOT);
    for (int i = 0; i < PARTITIONS; i++) {
      Log log = first.create(new TopicPartition("topic", i), LogConfig.DEFAULT);
      if (i % 10 == 0) {
        first.append(log, Batches.of(i, "record " + i));
      }
    }
    first.stop();
    List<Path> opened = new ArrayList<>();
    var counting =
        new WatchedDisk(
            disk,
            (op, path) -> {
              if (op == WatchedDisk.Op.OPEN) {
                opened.add(path);
              }
              return true;
            });

    var second =
        new LogWorld(
            counting,
            new SimulatedClock(),
            LogDirectoryConfig.at(ROOT).withReserveBytes(0),
            LogConfig.DEFAULT,
            1);

    assertThat(second.directory.logs()).hasSize(PARTITIONS);
    Set<String> kinds =
        Set.of(SegmentFiles.LOG, SegmentFiles.OFFSET_INDEX, SegmentFiles.TIME_INDEX);
    assertThat(opened)
        .isNotEmpty()
        .noneMatch(path -> kinds.stream().anyMatch(kind -> path.toString().endsWith(kind)));
    Log written =
        java.util.Objects.requireNonNull(second.directory.log(new TopicPartition("topic", 10)));
    assertThat(written.logEndOffset()).isEqualTo(1);
    assertThat(Batches.valuesFrom(written, 0, 100)).isEqualTo(List.of("record 10"));
  }
}
