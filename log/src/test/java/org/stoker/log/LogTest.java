package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.FileDisk;
import org.stoker.testkit.SimulatedDisk;

final class LogTest {
  @TempDir Path directory;

  @Test
  void appendsAndReadsAndFlushesAndOpensAgain() throws LogDirectoryException {
    var world = new LogWorld(new FileDisk(), directory);
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);

    AppendOutcome first = world.append(log, Batches.of(100, "a", "b"));
    AppendOutcome second = world.append(log, Batches.of(101, "c"));

    assertThat(first).isEqualTo(new AppendOutcome.Appended(0, 1, -1, 0));
    assertThat(second).isEqualTo(new AppendOutcome.Appended(2, 2, -1, 0));
    assertThat(log.flushedOffset()).isZero();
    world.flush();
    assertThat(log.flushedOffset()).isEqualTo(3);
    assertThat(Batches.valuesFrom(log, 0, 1000)).isEqualTo(List.of("a", "b", "c"));

    world.stop();
    var again = new LogWorld(new FileDisk(), directory);
    assertThat(again.orders().logEndOffset()).isEqualTo(3);
    assertThat(again.orders().topicId()).isEqualTo(LogWorld.TOPIC_ID);
    assertThat(Batches.valuesFrom(again.orders(), 1, 1)).isEqualTo(List.of("a", "b", "c"));
    again.stop();
  }

  @Test
  void rollsAtTheSizeAndReadsAcrossSegments() throws LogDirectoryException {
    LogConfig small =
        LogConfig.DEFAULT.withSegment(
            LogConfig.DEFAULT.segment().withSegmentSizeBytes(200).withIndexIntervalBytes(0));
    var world = new LogWorld(new FileDisk(), directory);
    Log log = world.create(LogWorld.ORDERS, small);

    for (int i = 0; i < 20; i++) {
      world.append(log, Batches.of(i, "value " + i));
    }
    world.flush();

    assertThat(log.segmentCount()).isGreaterThan(5);
    assertThat(log.flushedOffset()).isEqualTo(20);
    assertThat(Batches.valuesFrom(log, 0, 1000)).hasSize(20).startsWith("value 0");
    world.stop();
    var again = new LogWorld(new FileDisk(), directory);
    assertThat(Batches.valuesFrom(again.orders(), 0, 1000)).hasSize(20);
    again.stop();
  }

  @Test
  void recoversAfterACrash() throws LogDirectoryException {
    var world = new LogWorld(new FileDisk(), directory);
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    world.append(log, Batches.idempotent(9, 0, 0, 100, "a", "b"));
    world.directory.stopForCrash();

    var again = new LogWorld(new FileDisk(), directory);
    Log reopened = again.orders();

    assertThat(Batches.valuesFrom(reopened, 0, 1000)).isEqualTo(List.of("a", "b"));
    assertThat(reopened.flushedOffset()).isEqualTo(2);
    assertThat(again.append(reopened, Batches.idempotent(9, 0, 0, 100, "a", "b")))
        .isEqualTo(new AppendOutcome.Duplicate(0, 1, -1, 0));
    again.stop();
  }

  @Test
  void aPartitionThatNeverHeldAnythingBeginsWithAProducersFirstSequence() throws Exception {
    LogWorld world = new LogWorld(new SimulatedDisk(1), Path.of("/data"));
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);

    // The batch before it was refused by a broker that did not know yet that it leads.
    assertThat(world.append(log, Batches.idempotent(5, 0, 16, 100, "b")))
        .isEqualTo(new AppendOutcome.OutOfOrderSequence(5, 16, -1));
    assertThat(world.append(log, Batches.idempotent(5, 0, 0, 100, "a")))
        .isInstanceOf(AppendOutcome.Appended.class);

    // Of another one something may have been forgotten.
    assertThat(world.append(log, Batches.idempotent(6, 0, 16, 100, "c")))
        .isInstanceOf(AppendOutcome.Appended.class);
  }
}
