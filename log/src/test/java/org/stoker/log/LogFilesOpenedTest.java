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

/** A start after a clean stop looks at the ends of logs that hold something, and at no more. */
final class LogFilesOpenedTest {
  private static final Path ROOT = Path.of("/data");
  private static final int PARTITIONS = 5_000;

  @Test
  void aCleanStartOfFiveThousandPartitionsOpensOnlySegmentsThatHoldSomething()
      throws LogDirectoryException {
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
        .filteredOn(path -> kinds.stream().anyMatch(kind -> path.toString().endsWith(kind)))
        .hasSize(kinds.size() * PARTITIONS / 10)
        .allMatch(path -> path.toString().contains("0/"));
    assertThat(second.directory.logs())
        .noneMatch(log -> log.view().activeSegment().isOpen())
        .noneMatch(log -> log.view().activeSegment().indexes().areOpen());
    Log written =
        java.util.Objects.requireNonNull(second.directory.log(new TopicPartition("topic", 10)));
    assertThat(written.logEndOffset()).isEqualTo(1);
    assertThat(Batches.valuesFrom(written, 0, 100)).isEqualTo(List.of("record 10"));
  }

  @Test
  void aStartAfterACrashLeavesNoSegmentOpenThatItHadToRead() throws LogDirectoryException {
    var disk = new SimulatedDisk(1);
    var first = new LogWorld(disk, ROOT);
    for (int i = 0; i < 50; i++) {
      Log log = first.create(new TopicPartition("topic", i), LogConfig.DEFAULT);
      first.append(log, Batches.idempotent(7, 0, 0, 100, "a", "b"));
    }
    first.flush();
    first.directory.stopForCrash();

    var second = new LogWorld(disk, ROOT);

    assertThat(second.directory.logs()).hasSize(50);
    for (Log log : second.directory.logs()) {
      Segment segment = log.view().activeSegment();
      assertThat(segment.isOpen()).isFalse();
      assertThat(segment.indexes().offsets().isOpen()).isFalse();
      assertThat(segment.indexes().times().isOpen()).isFalse();
      assertThat(second.append(log, Batches.idempotent(7, 0, 2, 101, "c")))
          .isEqualTo(new AppendOutcome.Appended(2, 2, -1, 0));
      assertThat(Batches.valuesFrom(log, 0, 1000)).isEqualTo(List.of("a", "b", "c"));
    }
  }
}
