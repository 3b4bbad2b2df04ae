package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.TopicPartition;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/** What becomes of a log whose last segment was changed after its broker had stopped in order. */
final class DamagedEndTest {
  private static final Path ROOT = Path.of("/data");
  private static final Path DIRECTORY = ROOT.resolve(LogWorld.ORDERS.toString());
  private static final Path LAST = SegmentFiles.file(DIRECTORY, 0, SegmentFiles.LOG);
  private static final TopicPartition BYSTANDER = new TopicPartition("others", 0);

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private int lastBatchPosition;
  private int endPosition;

  @BeforeEach
  void stopInOrderWithFiveBatches() throws LogDirectoryException {
    var world = new LogWorld(disk, ROOT);
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    for (String value : List.of("a", "b", "c", "d", "e")) {
      lastBatchPosition = log.view().activeSizeBytes();
      world.append(log, Batches.of(100, value.repeat(60)));
    }
    endPosition = log.view().activeSizeBytes();
    world.append(world.create(BYSTANDER, LogConfig.DEFAULT), Batches.of(100, "bystander"));
    world.flush();
    world.stop();
  }

  private LogWorld open() throws LogDirectoryException {
    return new LogWorld(disk, ROOT);
  }

  private void write(int position, byte... bytes) throws IOException {
    try (DiskFile file = disk.open(LAST, Disk.OpenMode.WRITE)) {
      file.write(ByteBuffer.wrap(bytes), position);
    }
  }

  private void cutOff(int sizeBytes) throws IOException {
    try (DiskFile file = disk.open(LAST, Disk.OpenMode.WRITE)) {
      file.setSize(file.sizeBytes() - sizeBytes);
    }
  }

  private static byte[] garbage(int sizeBytes) {
    var seed = new SplitMixSeed(17);
    byte[] bytes = new byte[sizeBytes];
    for (int i = 0; i < sizeBytes; i++) {
      bytes[i] = (byte) seed.nextLong();
    }
    return bytes;
  }

  private void assertRefusedAlone(LogWorld again) {
    assertThat(again.directory.refused()).containsOnlyKeys(LogWorld.ORDERS);
    assertThat(again.directory.refused().get(LogWorld.ORDERS))
        .contains("00000000000000000000.log is damaged at position " + lastBatchPosition)
        .contains("everything below offset 5 was on disk; the partition stays offline");
    assertOthersGoOn(again);
  }

  private static void assertGoesOnAtOffsetFive(LogWorld again) {
    Log log = again.orders();
    assertThat(again.append(log, Batches.of(200, "next")))
        .isEqualTo(new AppendOutcome.Appended(5, 5, -1, 0));
    assertThat(Batches.valuesFrom(log, 0, 1000)).hasSize(6).endsWith("next");
    assertOthersGoOn(again);
  }

  private static void assertOthersGoOn(LogWorld again) {
    Log other = java.util.Objects.requireNonNull(again.directory.log(BYSTANDER));
    assertThat(again.append(other, Batches.of(200, "more")))
        .isInstanceOf(AppendOutcome.Appended.class);
    assertThat(again.directory.isOnline()).isTrue();
    assertThat(again.failures).isEmpty();
  }

  @Test
  void aChangedByteInTheLastBatchRefusesThatPartitionAlone() throws Exception {
    write(endPosition - 3, (byte) 'x');

    assertRefusedAlone(open());
  }

  @Test
  void aLastBatchOfZerosRefusesThatPartitionAlone() throws Exception {
    write(lastBatchPosition, new byte[endPosition - lastBatchPosition]);

    assertRefusedAlone(open());
  }

  @Test
  void aLastBatchThatIsCutShortRefusesThatPartitionAlone() throws Exception {
    cutOff(5);

    assertRefusedAlone(open());
  }

  @Test
  void aChangedLengthOfTheLastBatchRefusesThatPartitionAlone() throws Exception {
    write(lastBatchPosition + 10, (byte) 7);

    assertRefusedAlone(open());
  }

  @Test
  void garbageBehindTheLastBatchIsCutOffAndKeptBeside() throws Exception {
    write(endPosition, garbage(100));

    assertGoesOnAtOffsetFive(open());

    assertThat(disk.sizeBytes(DIRECTORY.resolve("00000000000000000000.log.1.cut"))).isEqualTo(100);
  }

  @Test
  void zerosBehindTheLastBatchAreCutOff() throws Exception {
    write(endPosition, new byte[4096]);

    assertGoesOnAtOffsetFive(open());

    assertThat(disk.list(DIRECTORY)).noneMatch(file -> file.toString().endsWith(".cut"));
  }

  @Test
  void aCheckpointBelowTheEndOfTheLogLetsAppendsGoOnBehindItsLastBatch() throws Exception {
    new OffsetCheckpoint(disk, ROOT.resolve(OffsetCheckpoint.RECOVERY_POINTS))
        .write(java.util.Map.of(LogWorld.ORDERS, 3L));

    assertGoesOnAtOffsetFive(open());
  }

  @Test
  void aStartThatFindsNothingWrongLeavesNoFileOfTheLogOpen() throws Exception {
    LogWorld again = open();

    Segment segment = again.orders().view().activeSegment();
    assertThat(segment.isOpen()).isFalse();
    assertThat(segment.indexes().offsets().isOpen()).isFalse();
    assertThat(segment.indexes().times().isOpen()).isFalse();
  }

  @Test
  void noDamageToTheFilesOfAPartitionTakesItsDirectoryOffline() throws Exception {
    for (long seed = 1; seed <= 300; seed++) {
      SimulatedDisk damaged = copyOf();
      String damage = damageOneFile(damaged, new SplitMixSeed(seed));

      var again = new LogWorld(damaged, ROOT);
      Log log = again.directory.log(LogWorld.ORDERS);
      if (log != null) {
        assertThat(again.append(log, Batches.of(200, "next")))
            .as(damage)
            .isInstanceOf(AppendOutcome.Appended.class);
        assertThat(Batches.valuesFrom(log, 4, 1 << 20)).as(damage).endsWith("next");
        log.firstOffsetWithTimestamp(150);
        LogWorld.runOnLane(log, () -> log.trimmer().applyRetention(again.clock.wallMs()));
        again.flush();
        again.stop();
        assertThat(new LogWorld(damaged, ROOT).directory.refused()).as(damage).isEmpty();
      }
      assertThat(again.failures).as(damage).isEmpty();
    }
  }

  private SimulatedDisk copyOf() throws IOException {
    var copy = new SimulatedDisk(1);
    for (Path directory : List.of(ROOT, DIRECTORY, ROOT.resolve(BYSTANDER.toString()))) {
      copy.createDirectories(directory);
      for (Path file : disk.list(directory)) {
        if (!disk.isDirectory(file)) {
          try (DiskFile from = disk.open(file, Disk.OpenMode.READ);
              DiskFile to = copy.open(file, Disk.OpenMode.CREATE)) {
            to.write(Segment.read(from, 0, (int) from.sizeBytes()), 0);
          }
        }
      }
    }
    return copy;
  }

  private static String damageOneFile(SimulatedDisk disk, SplitMixSeed seed) throws IOException {
    var files = new ArrayList<>(disk.list(DIRECTORY));
    Path file = files.get(Math.floorMod(seed.nextLong(), files.size()));
    try (DiskFile open = disk.open(file, Disk.OpenMode.WRITE)) {
      int size = (int) open.sizeBytes();
      int from = Math.floorMod(seed.nextLong(), size + 1);
      int length = 1 + Math.floorMod(seed.nextLong(), 200);
      if (seed.nextLong() % 3 == 0) {
        open.setSize(from);
        return file + " cut to " + from;
      }
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = (byte) seed.nextLong();
      }
      open.write(ByteBuffer.wrap(bytes), from);
      return file + " of " + size + " bytes, " + length + " bytes changed at " + from;
    }
  }
}
