package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedDisk;

/** A log that begins to flush what it acknowledges, with records in it that were not flushed. */
final class FlushAcksTurnedOnTest {
  private static final Path ROOT = Path.of("/data");
  private static final int RECORDS = 30;
  private static final LogConfig FLUSHED =
      LogConfig.DEFAULT.withSegment(LogConfig.DEFAULT.segment().withSegmentSizeBytes(1500));
  private static final LogConfig UNFLUSHED =
      FLUSHED.withFlush(
          new LogConfig.FlushConfig(Long.MAX_VALUE, Long.MAX_VALUE, /* acksAreFlushed= */ false));

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final List<String> appended = new ArrayList<>();
  private LogWorld world;
  private Log log;

  @BeforeEach
  void appendToSeveralSegmentsWithoutAFlush() throws LogDirectoryException {
    world = open(disk);
    log = world.create(LogWorld.ORDERS, UNFLUSHED);
    for (int i = 0; i < RECORDS; i++) {
      append("record " + i + " " + "x".repeat(150));
    }
    assertThat(log.segmentCount()).isGreaterThan(3);
    assertThat(log.flushedOffset()).isZero();
    assertThat(world.flushRounds).isEmpty();
  }

  private static LogWorld open(SimulatedDisk disk) throws LogDirectoryException {
    return new LogWorld(disk, LogDirectoryConfig.at(ROOT).withReserveBytes(0), FLUSHED);
  }

  private void append(String value) {
    assertThat(world.append(log, Batches.of(100, value)))
        .isInstanceOf(AppendOutcome.Appended.class);
    appended.add(value);
  }

  @Test
  void recordsThatWereNotFlushedAreFlushedWithoutAnotherAppend() {
    log.reconfigure(FLUSHED);
    world.flush();

    assertThat(log.flushedOffset()).isEqualTo(RECORDS);
  }

  @Test
  void recordsInOlderSegmentsSurviveAPowerFailureOnceALaterOneIsFlushed() throws Exception {
    log.reconfigure(FLUSHED);
    append("last");
    world.flush();
    assertThat(log.flushedOffset()).isEqualTo(RECORDS + 1);

    LogWorld again = open(disk.powerFailure());

    assertThat(Batches.valuesFrom(again.orders(), 0, 1 << 20)).isEqualTo(appended);
  }
}
