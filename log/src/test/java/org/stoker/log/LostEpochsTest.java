package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.log.LeaderEpochHistory.Entry;
import org.stoker.testkit.SimulatedDisk;

/** A log whose file of leader epochs has gone takes them from its batches. */
final class LostEpochsTest {
  private static final Path ROOT = Path.of("/data");
  private static final Path FILE =
      ROOT.resolve(LogWorld.ORDERS.toString()).resolve(LeaderEpochCheckpoint.FILE_NAME);
  private static final LogConfig CONFIG =
      LogConfig.DEFAULT.withSegment(LogConfig.DEFAULT.segment().withSegmentSizeBytes(1500));
  private static final List<Entry> EPOCHS =
      List.of(new Entry(0, 0), new Entry(2, 10), new Entry(3, 27));

  private final SimulatedDisk disk = new SimulatedDisk(1);

  @BeforeEach
  void flushRecordsOfThreeEpochsInSeveralSegments() throws Exception {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, CONFIG);
    for (int i = 0; i < 30; i++) {
      int epoch = i < 10 ? 0 : i < 27 ? 2 : 3;
      LogWorld.onLane(log, () -> world.appendNow(log, Batches.of(100, "x".repeat(150)), epoch));
    }
    world.flush();
    world.checkpoint();
    assertThat(log.segmentCount()).isGreaterThan(3);
    assertThat(log.epochHistory().entries()).isEqualTo(EPOCHS);
    world.stop();
  }

  private LogWorld open() throws LogDirectoryException {
    return new LogWorld(disk, LogDirectoryConfig.at(ROOT).withReserveBytes(0), CONFIG);
  }

  @Test
  void epochsAreTakenFromTheBatchesWhenTheirFileWasDeleted() throws Exception {
    disk.delete(FILE);

    LogWorld world = open();

    assertThat(world.orders().epochHistory().entries()).isEqualTo(EPOCHS);
    world.stop();
    assertThat(disk.exists(FILE)).isTrue();
    assertThat(open().orders().epochHistory().entries()).isEqualTo(EPOCHS);
  }

  @Test
  void epochsAreTakenFromTheBatchesWhenTheirFileWasEmptied() throws Exception {
    disk.put(FILE, new byte[0]);

    assertThat(open().orders().epochHistory().entries()).isEqualTo(EPOCHS);
  }

  @Test
  void epochsBelowTheRecoveryPointAreTakenFromTheBatchesAfterACrash() throws Exception {
    disk.delete(FILE);
    disk.delete(ROOT.resolve(CleanShutdownFile.FILE_NAME));

    assertThat(open().orders().epochHistory().entries()).isEqualTo(EPOCHS);
  }
}
