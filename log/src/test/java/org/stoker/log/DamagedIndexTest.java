package org.stoker.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/** Indexes that do not say what their segments say: they are read around and built again. */
final class DamagedIndexTest {
  private static final Path ROOT = Path.of("/data");
  private static final Path DIRECTORY = ROOT.resolve(LogWorld.ORDERS.toString());
  private static final int BATCHES = 60;
  private static final LogConfig CONFIG =
      LogConfig.DEFAULT.withSegment(
          LogConfig.DEFAULT.segment().withSegmentSizeBytes(3000).withIndexIntervalBytes(200));

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private List<Long> baseOffsets = List.of();

  /** Batch n has offset n and timestamp 1000 + n; in three segments. */
  @BeforeEach
  void stopInOrderWithThreeSegments() throws LogDirectoryException {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, CONFIG);
    for (int i = 0; i < BATCHES; i++) {
      world.append(log, Batches.of(1000 + i, "record " + i + " " + "x".repeat(40)));
    }
    world.flush();
    baseOffsets = log.view().segments().stream().map(Segment::baseOffset).toList();
    assertThat(baseOffsets).hasSize(3);
    world.stop();
  }

  private LogWorld open() throws LogDirectoryException {
    return new LogWorld(disk, LogDirectoryConfig.at(ROOT).withReserveBytes(0), CONFIG);
  }

  private void fillWithGarbage(String kind, long seed) throws IOException {
    var random = new SplitMixSeed(seed);
    for (long baseOffset : baseOffsets) {
      try (DiskFile file =
          disk.open(SegmentFiles.file(DIRECTORY, baseOffset, kind), Disk.OpenMode.WRITE)) {
        ByteBuffer garbage = ByteBuffer.allocate((int) file.sizeBytes());
        while (garbage.hasRemaining()) {
          garbage.put((byte) random.nextLong());
        }
        file.write(garbage.flip(), 0);
      }
    }
  }

  private void empty(String kind) throws IOException {
    for (long baseOffset : baseOffsets) {
      try (DiskFile file =
          disk.open(SegmentFiles.file(DIRECTORY, baseOffset, kind), Disk.OpenMode.WRITE)) {
        file.setSize(0);
      }
    }
  }

  private static void assertAllIsFoundAndAppendsGoOn(LogWorld world) {
    Log log = world.orders();
    for (int i = 0; i < BATCHES; i++) {
      FoundOffset byTime = requireNonNull(log.firstOffsetWithTimestamp(1000 + i));
      assertThat(byTime.offset()).isEqualTo(i);
      assertThat(Batches.valuesFrom(log, i, 100).getFirst()).startsWith("record " + i + " ");
    }
    assertThat(requireNonNull(log.offsetOfLargestTimestampBelow(BATCHES)).offset())
        .isEqualTo(BATCHES - 1);
    assertThat(world.append(log, Batches.of(2000, "next")))
        .isEqualTo(new AppendOutcome.Appended(BATCHES, BATCHES, -1, 0));
    world.flush();
    assertThat(Batches.valuesFrom(log, 0, 1 << 20)).hasSize(BATCHES + 1).endsWith("next");
    assertThat(world.failures).isEmpty();
  }

  private void assertEveryIndexIsTrue() throws IOException {
    for (long baseOffset : baseOffsets) {
      Path path = SegmentFiles.file(DIRECTORY, baseOffset, SegmentFiles.LOG);
      var segment =
          Segment.existing(
              disk, DIRECTORY, baseOffset, (int) disk.sizeBytes(path), CONFIG.segment(), 0);
      assertThat(segment.readEnd().indexDamage()).isNull();
      segment.letGo();
    }
  }

  @Test
  void garbageInOffsetIndexesIsReadAroundAndBuiltAgain() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      fillWithGarbage(SegmentFiles.OFFSET_INDEX, seed);

      LogWorld world = open();
      Log log = world.orders();
      for (int i = 0; i < BATCHES; i++) {
        assertThat(Batches.valuesFrom(log, i, 100).getFirst()).startsWith("record " + i + " ");
      }
      world.stop();

      assertEveryIndexIsTrue();
    }
    assertAllIsFoundAndAppendsGoOn(open());
  }

  @Test
  void garbageInTimeIndexesIsReadAroundAndBuiltAgain() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      fillWithGarbage(SegmentFiles.TIME_INDEX, seed);

      LogWorld world = open();
      for (int i = 0; i < BATCHES; i++) {
        assertThat(world.orders().firstOffsetWithTimestamp(1000 + i))
            .isEqualTo(new FoundOffset(1000 + i, i, 0));
      }
      world.stop();

      assertEveryIndexIsTrue();
    }
    assertAllIsFoundAndAppendsGoOn(open());
  }

  @Test
  void anEmptiedTimeIndexIsBuiltAgainAndTimesAreFound() throws Exception {
    empty(SegmentFiles.TIME_INDEX);

    LogWorld world = open();

    assertAllIsFoundAndAppendsGoOn(world);

    world.stop();
    assertEveryIndexIsTrue();
  }

  @Test
  void anEmptiedOffsetIndexIsReadAround() throws Exception {
    empty(SegmentFiles.OFFSET_INDEX);

    assertAllIsFoundAndAppendsGoOn(open());
  }

  @Test
  void retentionByTimeGoesByTheBatchesWhereATimeIndexIsGarbage() throws Exception {
    fillWithGarbage(SegmentFiles.TIME_INDEX, 3);
    LogWorld world = open();
    Log log = world.orders();
    log.reconfigure(CONFIG.withRetention(CONFIG.retention().withRetentionMs(1000)));
    LogWorld.runOnLane(log, () -> log.updateHighWatermark(BATCHES));

    LogWorld.runOnLane(log, () -> log.trimmer().applyRetention(2000 + baseOffsets.get(1)));

    assertThat(log.logStartOffset()).isEqualTo(baseOffsets.get(1));
  }

  @Test
  void aLogIsTruncatedIntoASegmentWhoseIndexesAreGarbage() throws Exception {
    fillWithGarbage(SegmentFiles.OFFSET_INDEX, 5);
    fillWithGarbage(SegmentFiles.TIME_INDEX, 6);
    LogWorld world = open();
    Log log = world.orders();

    LogWorld.runOnLane(log, () -> log.truncateTo(10, world.clock.wallMs()));

    assertThat(world.append(log, Batches.of(3000, "next")))
        .isEqualTo(new AppendOutcome.Appended(10, 10, -1, 0));
    assertThat(Batches.valuesFrom(log, 0, 1 << 20)).hasSize(11).endsWith("next");
    assertThat(log.firstOffsetWithTimestamp(2000)).isEqualTo(new FoundOffset(3000, 10, 0));
    assertThat(world.failures).isEmpty();
  }
}
