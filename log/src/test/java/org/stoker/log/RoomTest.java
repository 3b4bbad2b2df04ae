package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoker.base.DiskFullException;
import org.stoker.testkit.SimulatedDisk;

/** A disk without room refuses what needs some, and stays in use for everything else. */
final class RoomTest {
  private static final Path ROOT = Path.of("/data");
  private static final Path FIRST_LOG =
      SegmentFiles.file(ROOT.resolve(LogWorld.ORDERS.toString()), 0, SegmentFiles.LOG);

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private final LogWorld world;

  RoomTest() throws LogDirectoryException {
    world = new LogWorld(disk, ROOT);
  }

  private Log withTwoCheckpointedRecords() throws Exception {
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    world.append(log, Batches.of(1, "a"));
    world.append(log, Batches.of(2, "b"));
    world.flush();
    world.checkpoint();
    return log;
  }

  @Test
  void aTruncationWithoutRoomLeavesTheLogAsItWas() throws Exception {
    Log log = withTwoCheckpointedRecords();
    disk.limitCapacity(disk.usedBytes());

    LogWorld.runOnLane(
        log,
        () -> assertThatThrownBy(() -> log.truncateTo(1, 0)).isInstanceOf(NoRoomException.class));

    assertThat(world.directory.isOnline()).isTrue();
    assertThat(Batches.valuesFrom(log, 0, 1000)).containsExactly("a", "b");
    world.flush();
    assertThat(log.flushedOffset()).isEqualTo(2);
    disk.limitCapacity(1 << 20);
    LogWorld.runOnLane(log, () -> log.truncateTo(1, 0));
    world.append(log, Batches.of(3, "c"));
    assertThat(Batches.valuesFrom(log, 0, 1000)).containsExactly("a", "c");
  }

  @Test
  void aLogIsDeletedOnADiskWithoutRoomAndLeavesNothingToTheNextOfItsName() throws Exception {
    Log log = withTwoCheckpointedRecords();
    disk.limitCapacity(disk.usedBytes());

    LogWorld.runOnLane(log, () -> world.directory.delete(log));

    assertThat(world.directory.isOnline()).isTrue();
    disk.limitCapacity(1 << 20);
    Log next = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    world.append(next, Batches.of(1, "new"));
    world.directory.stopForCrash();
    assertThat(Batches.valuesFrom(new LogWorld(disk.processKill(), ROOT).orders(), 0, 1000))
        .containsExactly("new");
  }

  @Test
  void whatIsLeftOfALogThatWasNotMadeIsNotRemovedFromTheNextOfItsName() throws Exception {
    disk.limitCapacity(disk.usedBytes() + 20);
    assertThatThrownBy(() ->
            world.directory.create(
                List.of(
                    new LogDirectory.NewLog(
                        LogWorld.ORDERS, LogWorld.TOPIC_ID, LogConfig.DEFAULT))))
        .isInstanceOf(DiskFullException.class);
    disk.limitCapacity(1 << 20);
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    world.append(log, Batches.of(1, "a"));

    world.clock.advanceMs(1);

    assertThat(existsOnDisk()).isTrue();
    assertThat(disk.list(ROOT))
        .noneMatch(path -> PartitionDirectory.isDeleted(SegmentFiles.nameOf(path)));
  }

  private boolean existsOnDisk() {
    try {
      return disk.exists(FIRST_LOG);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  // ---- What is not on the disk yet.

  @Test
  void bytesOfALogThatIsDeletedDuringItsFlushAreGivenBackOnce() {
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    world.append(log, Batches.of(1, "a"));
    FlushTask underWay = java.util.Objects.requireNonNull(log.flushProgress().begin(log));

    LogWorld.runOnLane(log, () -> world.directory.delete(log));
    log.flushProgress().end(underWay);
    underWay.releaseFiles();

    assertThat(world.directory.flusher().unsyncedBytes()).isZero();
  }

  @Test
  void aSyncThatThrowsAnythingCountsAsFailed() throws Exception {
    boolean[] throwsNow = {false};
    var failing =
        new WatchedDisk(
            new SimulatedDisk(1),
            (op, path) -> {
              if (throwsNow[0] && op == WatchedDisk.Op.SYNC) {
                throw new IllegalStateException("on purpose");
              }
              return true;
            });
    var other = new LogWorld(failing, ROOT);
    Log log = other.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    other.append(log, Batches.of(1, "a"));
    throwsNow[0] = true;

    other.flush();

    assertThat(log.flushedOffset()).isZero();
    assertThat(other.directory.isOnline()).isFalse();
    assertThat(other.failures).hasSize(1);
  }

  @Test
  void readersFindTheEndOfALogWhileItIsTruncated() throws Exception {
    Log[] log = {null};
    int[] reads = {0};
    var watched =
        new WatchedDisk(
            new SimulatedDisk(1),
            (op, path) -> {
              if (log[0] != null && op == WatchedDisk.Op.RENAME && reads[0] < 3) {
                reads[0]++;
                assertThat(log[0].firstOffsetWithTimestamp(1000)).isNull();
                assertThat(log[0].read(5, 1 << 20, Long.MAX_VALUE, true))
                    .isInstanceOf(ReadOutcome.OutOfRange.class);
              }
              return true;
            });
    LogConfig small =
        LogConfig.DEFAULT.withSegment(LogConfig.DEFAULT.segment().withSegmentSizeBytes(100));
    var other = new LogWorld(watched, LogDirectoryConfig.at(ROOT).withReserveBytes(0), small);
    Log orders = other.create(LogWorld.ORDERS, small);
    for (int i = 0; i < 6; i++) {
      other.append(orders, Batches.of(i, "record " + i));
    }
    other.flush();
    log[0] = orders;

    LogWorld.runOnLane(orders, () -> orders.truncateTo(1, 0));

    assertThat(reads[0]).isEqualTo(3);
    assertThat(Batches.valuesFrom(orders, 0, 1000)).containsExactly("record 0");
  }
}
