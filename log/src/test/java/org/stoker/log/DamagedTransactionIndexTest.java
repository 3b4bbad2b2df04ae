package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.records.ControlRecord;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/**
 * Transaction indexes that do not say what their segments say: the next start builds them again.
 */
final class DamagedTransactionIndexTest {
  private static final Path ROOT = Path.of("/data");
  private static final Path DIRECTORY = ROOT.resolve(LogWorld.ORDERS.toString());
  private static final LogConfig CONFIG =
      LogConfig.DEFAULT.withSegment(LogConfig.DEFAULT.segment().withSegmentSizeBytes(1500));

  private final SimulatedDisk disk = new SimulatedDisk(1);
  private List<AbortedTransaction> aborted = List.of();
  private List<Path> indexes = List.of();

  /** Transactions begin in one segment and are aborted in another. */
  @BeforeEach
  void flushAbortedTransactionsInSeveralSegments() throws Exception {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, CONFIG);
    for (int i = 0; i < 30; i++) {
      int producer = 7 + i % 3;
      world.append(log, Batches.transactional(producer, 0, i / 3, 100 + i, "x".repeat(150)));
      if (i % 6 == 5) {
        abort(world, producer);
      }
    }
    world.flush();
    world.checkpoint();
    aborted = aborted(log);
    indexes =
        disk.list(DIRECTORY).stream()
            .filter(file -> file.toString().endsWith(SegmentFiles.TRANSACTION_INDEX))
            .toList();
    assertThat(aborted).hasSize(5);
    assertThat(log.segmentCount()).isGreaterThan(4);
    assertThat(indexes).hasSizeGreaterThan(2);
    world.stop();
  }

  private LogWorld open() throws LogDirectoryException {
    return new LogWorld(disk, LogDirectoryConfig.at(ROOT).withReserveBytes(0), CONFIG);
  }

  private static AppendOutcome abort(LogWorld world, int producer) {
    return world.append(
        world.orders(),
        ControlRecord.ABORT.markerBatch(0, 0, 500, producer, (short) 0, 1),
        AppendOrigin.COORDINATOR);
  }

  private static List<AbortedTransaction> aborted(Log log) {
    return log.abortedTransactions(0, log.logEndOffset());
  }

  private void damage(Path index, SplitMixSeed seed) throws IOException {
    try (DiskFile file = disk.open(index, Disk.OpenMode.WRITE)) {
      ByteBuffer garbage = ByteBuffer.allocate(1 + Math.floorMod(seed.nextLong(), 100));
      while (garbage.hasRemaining()) {
        garbage.put((byte) seed.nextLong());
      }
      file.setSize(0);
      file.write(garbage.flip(), 0);
    }
  }

  private void assertGoesOn(LogWorld world) {
    assertThat(aborted(world.orders())).isEqualTo(aborted);
    assertThat(abort(world, 7)).isInstanceOf(AppendOutcome.Appended.class);
    assertThat(aborted(world.orders())).hasSize(aborted.size() + 1).containsAll(aborted);
    assertThat(world.failures).isEmpty();
  }

  @Test
  void garbageInTransactionIndexesIsReplacedAfterACleanStop() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      for (Path index : indexes) {
        damage(index, new SplitMixSeed(seed));
      }

      LogWorld world = open();

      assertThat(aborted(world.orders())).isEqualTo(aborted);
      world.stop();
    }
    assertGoesOn(open());
  }

  @Test
  void garbageInTransactionIndexesIsReplacedAfterACrash() throws Exception {
    for (Path index : indexes) {
      damage(index, new SplitMixSeed(3));
    }
    disk.delete(ROOT.resolve(CleanShutdownFile.FILE_NAME));

    assertGoesOn(open());
  }

  @Test
  void entriesOfAnotherPlaceInTheLogAreReplaced() throws Exception {
    disk.put(indexes.getFirst(), disk.contents(indexes.getLast()));

    assertGoesOn(open());
  }

  @Test
  void anIndexThatRotsWhileItIsUsedConcernsItsPartitionAlone() throws Exception {
    LogWorld world = open();
    disk.put(indexes.getLast(), ByteBuffer.allocate(34).putShort((short) 9).array());

    assertThatThrownBy(() -> aborted(world.orders())).isInstanceOf(CorruptLogException.class);

    assertThat(world.directory.isOnline()).isTrue();
    world.directory.stopForCrash();
    assertGoesOn(open());
  }
}
