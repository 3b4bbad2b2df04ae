package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.base.StorageException;
import org.stoker.testkit.DiskFault;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;

/** What the log does when the disk is full, fails, or lies; and what it says. */
final class LogFaultTest {
  private static final Path ROOT = Path.of("/data");
  private static final Path DIRECTORY = ROOT.resolve(LogWorld.ORDERS.toString());
  private static final Path FIRST_LOG = SegmentFiles.file(DIRECTORY, 0, SegmentFiles.LOG);
  private static final LogConfig SMALL =
      LogConfig.DEFAULT.withSegment(
          LogConfig.DEFAULT.segment().withSegmentSizeBytes(300).withIndexIntervalBytes(0));

  private final Logger logger = (Logger) LoggerFactory.getLogger("org.stoker.log");
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();
  private SimulatedDisk disk = new SimulatedDisk(1);

  @BeforeEach
  void listen() {
    said.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(said);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(said);
    logger.setLevel(null);
  }

  private String sentences() {
    return String.join("\n", said.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
  }

  private LogWorld open() throws LogDirectoryException {
    return new LogWorld(disk, ROOT);
  }

  private LogWorld openSmall() throws LogDirectoryException {
    return new LogWorld(disk, LogDirectoryConfig.at(ROOT).withReserveBytes(0), SMALL);
  }

  private void kill(LogWorld world) {
    world.directory.stopForCrash();
    disk = disk.processKill();
  }

  /** Segments of two batches each, the last one with a single batch, all flushed. */
  private LogWorld withFiveBatches() throws LogDirectoryException {
    LogWorld world = openSmall();
    Log log = world.create(LogWorld.ORDERS, SMALL);
    for (String value : List.of("a", "b", "c", "d", "e")) {
      world.append(log, Batches.idempotent(5, 0, (int) log.logEndOffset(), 100, value.repeat(60)));
      world.flush();
    }
    assertThat(log.segmentCount()).isEqualTo(3);
    return world;
  }

  // ---- The disk is full.

  @Test
  void aFullDiskInTheMiddleOfABatchLeavesTheLogAsItWasAndWorking() throws LogDirectoryException {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    world.append(log, Batches.of(1, "before"));
    disk.limitCapacity(disk.usedBytes() + 30);

    AppendOutcome full = world.append(log, Batches.of(2, "does not fit"));
    disk.limitCapacity(1 << 20);
    AppendOutcome later = world.append(log, Batches.of(3, "after"));

    assertThat(full).isInstanceOf(AppendOutcome.DiskFull.class);
    assertThat(later).isEqualTo(new AppendOutcome.Appended(1, 1, -1, 0));
    assertThat(world.directory.isOnline()).isTrue();
    assertThat(Batches.valuesFrom(log, 0, 1000)).isEqualTo(List.of("before", "after"));
    world.flush();
    kill(world);
    assertThat(Batches.valuesFrom(open().orders(), 0, 1000)).isEqualTo(List.of("before", "after"));
  }

  @Test
  void aFullDiskAtARollLeavesTheLogAsItWasAndWorking() throws LogDirectoryException {
    LogWorld world = withFiveBatches();
    Log log = world.orders();
    disk.limitCapacity(disk.usedBytes());

    AppendOutcome full = world.append(log, Batches.idempotent(5, 0, 5, 100, "f".repeat(120)));
    disk.limitCapacity(1 << 20);
    AppendOutcome later = world.append(log, Batches.idempotent(5, 0, 5, 100, "f".repeat(120)));

    assertThat(full).isInstanceOf(AppendOutcome.DiskFull.class);
    assertThat(later).isEqualTo(new AppendOutcome.Appended(5, 5, -1, 0));
    assertThat(Batches.valuesFrom(log, 0, 1000)).hasSize(6);
  }

  @Test
  void writesAreRefusedBelowTheReserveAndResumeByThemselves() throws LogDirectoryException {
    var clock = new SimulatedClock();
    disk = new SimulatedDisk(1, clock);
    var config = LogDirectoryConfig.at(ROOT).withReserveBytes(1000);
    var world = new LogWorld(disk, clock, config, LogConfig.DEFAULT, 1);

    disk.limitCapacity(disk.usedBytes() + 999);
    clock.advanceMs(config.chores().spaceMs());
    boolean whenFull = world.directory.acceptsWrites();
    disk.limitCapacity(disk.usedBytes() + 1000);
    clock.advanceMs(config.chores().spaceMs());

    assertThat(whenFull).isFalse();
    assertThat(world.directory.acceptsWrites()).isTrue();
    assertThat(sentences()).contains("/data has 999 bytes free", "producing resumes");
  }

  @Test
  void aLogThatThereWasNoRoomToRecoverIsOpenedWhenThereIs() throws LogDirectoryException {
    LogWorld world = withFiveBatches();
    kill(world);
    disk.limitCapacity(disk.usedBytes());
    var counting = new OpenFiles(disk);
    var again =
        new LogWorld(counting.disk(), LogDirectoryConfig.at(ROOT).withReserveBytes(0), SMALL);
    assertThat(again.directory.lacksRoom(LogWorld.ORDERS)).isTrue();

    boolean isOpenBefore = again.directory.openAgain(LogWorld.ORDERS, SMALL);
    int filesOpenMeanwhile = counting.count();
    disk.limitCapacity(Long.MAX_VALUE);
    boolean isOpen = again.directory.openAgain(LogWorld.ORDERS, SMALL);

    assertThat(isOpenBefore).isFalse();
    assertThat(filesOpenMeanwhile).isZero();
    assertThat(isOpen).isTrue();
    assertThat(again.directory.refused()).isEmpty();
    assertThat(again.directory.lacksRoom(LogWorld.ORDERS)).isFalse();
    assertThat(Batches.valuesFrom(again.orders(), 0, 1000)).hasSize(5);
    again.append(again.orders(), Batches.idempotent(5, 0, 5, 100, "f"));
    again.flush();
    again.stop();
    assertThat(openSmall().orders().logEndOffset()).isEqualTo(6);
    assertThat(sentences()).containsOnlyOnce("orders-3 is offline until there is room");
  }

  @Test
  void whatIsDamagedIsNotTriedAgain() throws Exception {
    LogWorld world = withFiveBatches();
    kill(world);
    disk.flipBit(FIRST_LOG, 80, 3);

    LogWorld again = openSmall();

    assertThat(again.directory.lacksRoom(LogWorld.ORDERS)).isFalse();
    assertThatThrownBy(() -> again.directory.openAgain(LogWorld.ORDERS, SMALL))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was not refused for lack of room");
  }

  // ---- The disk fails.

  @Test
  void aFailedSyncTakesTheDirectoryOfflineAndIsNotTriedAgain() throws LogDirectoryException {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    world.append(log, Batches.of(1, "a"));
    disk.arm(DiskFault.next(DiskFault.Kind.SYNC, path -> path.equals(FIRST_LOG)));

    world.flush();
    log.requestFlush();
    world.flush();

    assertThat(log.flushedOffset()).isZero();
    assertThat(world.directory.isOnline()).isFalse();
    assertThat(world.failures).hasSize(1);
    assertThatThrownBy(() -> log.read(0, 100, 1, true)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> world.create(new org.stoker.base.TopicPartition("x", 0), SMALL))
        .isInstanceOf(StorageException.class);
    assertThat(sentences())
        .contains("Log directory /data goes offline: fdatasync failed at " + FIRST_LOG);
  }

  @Test
  void whatAFailedSyncHasLostIsNotShownToTheNextProcess() throws LogDirectoryException {
    for (long seed = 0; seed < 50; seed++) {
      disk = new SimulatedDisk(seed);
      LogWorld world = open();
      Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
      world.append(log, Batches.of(1, "a"));
      world.flush();
      for (int i = 0; i < 20; i++) {
        world.append(log, Batches.of(2, "b".repeat(1_000)));
      }
      disk.arm(DiskFault.next(DiskFault.Kind.SYNC, path -> path.equals(FIRST_LOG)));
      world.flush();
      kill(world);

      world = open();
      world.orders().requestFlush();
      world.flush();
      long flushedOffset = world.orders().flushedOffset();
      world.directory.stopForCrash();
      disk = disk.powerFailure();

      assertThat(open().orders().logEndOffset())
          .as("disk %d", seed)
          .isGreaterThanOrEqualTo(flushedOffset);
    }
  }

  @Test
  void aBitThatIsReadWronglyDoesNotMoveACut() throws LogDirectoryException {
    for (long seed = 0; seed < 300; seed++) {
      disk = new SimulatedDisk(seed);
      LogWorld world = open();
      Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
      for (int i = 0; i < 3; i++) {
        world.append(log, Batches.of(1, "a"));
      }
      world.flush();
      disk.arm(DiskFault.next(DiskFault.Kind.FLIPPED_READ, path -> path.equals(FIRST_LOG)));

      log.lane().submit(() -> log.truncateTo(1, 100));

      assertThat(disk.isArmed()).as("disk %d", seed).isFalse();
      kill(world);
      assertThat(open().orders().logEndOffset()).as("disk %d", seed).isEqualTo(1);
    }
  }

  @Test
  void aBitThatIsReadWronglyAfterACutLocksNoProducerOut() throws LogDirectoryException {
    // Of these disks each flips a bit in an epoch, a sequence, a producer's id or a length.
    for (long seed : new long[] {23, 28, 36, 85, 104, 106, 120, 128}) {
      disk = new SimulatedDisk(seed);
      LogWorld world = open();
      Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
      for (int sequence = 0; sequence < 3; sequence++) {
        world.append(log, Batches.idempotent(5, 0, sequence, 100, "a"));
      }
      world.flush();
      // Two reads look for the place of the cut, one for the newest time; then come the producers.
      disk.arm(DiskFault.nth(4, DiskFault.Kind.FLIPPED_READ, path -> path.equals(FIRST_LOG)));

      log.lane().submit(() -> log.truncateTo(2, 100));

      assertThat(disk.isArmed()).as("disk %d", seed).isFalse();
      assertThat(world.append(log, Batches.idempotent(5, 0, 2, 100, "b")))
          .as("disk %d", seed)
          .isInstanceOf(AppendOutcome.Appended.class);
    }
  }

  @Test
  void anAppendThatFailsTakesTheDirectoryOffline() throws LogDirectoryException {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    world.append(log, Batches.of(1, "a"));
    disk.arm(DiskFault.next(DiskFault.Kind.WRITE, path -> path.equals(FIRST_LOG)));

    assertThatThrownBy(() -> world.append(log, Batches.of(2, "b")))
        .isInstanceOf(AssertionError.class);

    assertThat(world.directory.isOnline()).isFalse();
    assertThat(log.logEndOffset()).isEqualTo(1);
  }

  @Test
  void aDirectoryThatCannotBeReadIsRefusedAndTheOthersOpen() throws LogDirectoryException {
    LogWorld world = withFiveBatches();
    world.create(new org.stoker.base.TopicPartition("other", 0), SMALL);
    kill(world);
    disk.arm(DiskFault.next(DiskFault.Kind.OPEN, path -> path.equals(FIRST_LOG)));

    LogWorld again = open();

    assertThat(again.directory.refused()).containsOnlyKeys(LogWorld.ORDERS);
    assertThat(again.directory.refused().get(LogWorld.ORDERS))
        .contains("/data/orders-3 cannot be opened", "Input/output error");
    assertThat(again.directory.logs()).hasSize(1);
  }

  @Test
  void aSecondBrokerIsRefused() throws LogDirectoryException {
    open();

    assertThatThrownBy(this::open)
        .isInstanceOf(LogDirectoryException.class)
        .hasMessageContaining("log directory /data is in use by another broker");
  }

  // ---- The disk lies.

  @Test
  void aFlippedBitBelowTheRecoveryPointIsRefused() throws Exception {
    LogWorld world = withFiveBatches();
    world.checkpoint();
    kill(world);
    // In the length of the last batch: checksums below the recovery point are not looked at.
    disk.flipBit(SegmentFiles.file(DIRECTORY, 4, SegmentFiles.LOG), 9, 1);

    LogWorld again = openSmall();

    assertThat(again.directory.refused().get(LogWorld.ORDERS))
        .contains("00000000000000000004.log is damaged at position 0, offset 4")
        .contains("everything below offset 5 was on disk; the partition stays offline");
  }

  @Test
  void whatWasRefusedCanBeDeletedAndMakesRoomForANewLog() throws Exception {
    LogWorld world = withFiveBatches();
    kill(world);
    disk.flipBit(FIRST_LOG, 80, 3);
    LogWorld again = openSmall();
    assertThat(again.directory.refused()).containsOnlyKeys(LogWorld.ORDERS);

    again.directory.deleteRefused(LogWorld.ORDERS);

    assertThat(again.directory.refused()).isEmpty();
    Log fresh = again.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    assertThat(fresh.logEndOffset()).isZero();
    again.append(fresh, Batches.of(1, "new"));
    kill(again);
    assertThat(Batches.valuesFrom(open().orders(), 0, 1000)).containsExactly("new");
  }

  @Test
  void aFlippedBitWithGoodBatchesBehindItIsRefused() throws Exception {
    LogWorld world = withFiveBatches();
    kill(world);
    disk.flipBit(FIRST_LOG, 80, 3);

    LogWorld again = openSmall();

    assertThat(again.directory.refused().get(LogWorld.ORDERS))
        .contains("00000000000000000000.log is damaged at position 0, offset 0")
        .contains("the checksum of the batch at offset 0 is wrong")
        .contains("good batches follow; the partition stays offline");
  }

  @Test
  void aFlippedBitAtTheEndOfASegmentWithOthersBehindItIsRefused() throws Exception {
    LogWorld world = withFiveBatches();
    int secondBatch = firstSegmentSize(world) / 2;
    kill(world);
    disk.flipBit(FIRST_LOG, secondBatch + 80, 3);

    LogWorld again = openSmall();

    assertThat(again.directory.refused().get(LogWorld.ORDERS))
        .contains("damaged at position " + secondBatch)
        .contains("whole segments follow");
  }

  private static int firstSegmentSize(LogWorld world) {
    return world.orders().view().segments().getFirst().sizeBytes();
  }

  @Test
  void aTornTailIsCutAndKeptBeside() throws Exception {
    LogWorld world = withFiveBatches();
    kill(world);
    Path last = SegmentFiles.file(DIRECTORY, 4, SegmentFiles.LOG);
    append(last, Batches.of(7, "torn").limit(40));

    LogWorld again = openSmall();

    assertThat(Batches.valuesFrom(again.orders(), 0, 1000)).hasSize(5);
    assertThat(sentences())
        .contains("00000000000000000004.log is cut at position")
        .contains("offset 5 (the file ends inside a batch): 40 bytes")
        .contains("kept in 00000000000000000004.log.1.cut");
    assertThat(disk.sizeBytes(DIRECTORY.resolve("00000000000000000004.log.1.cut"))).isEqualTo(40);
  }

  @Test
  void zerosAtTheEndAreCutWithoutAWord() throws Exception {
    LogWorld world = withFiveBatches();
    kill(world);
    append(SegmentFiles.file(DIRECTORY, 4, SegmentFiles.LOG), ByteBuffer.allocate(5000));

    LogWorld again = openSmall();

    assertThat(Batches.valuesFrom(again.orders(), 0, 1000)).hasSize(5);
    assertThat(disk.sizeBytes(SegmentFiles.file(DIRECTORY, 4, SegmentFiles.LOG)))
        .isEqualTo(again.orders().view().activeSizeBytes());
    assertThat(sentences()).doesNotContain("cut");
  }

  private void append(Path path, ByteBuffer bytes) throws IOException {
    try (DiskFile file = disk.open(path, Disk.OpenMode.WRITE)) {
      file.write(bytes, file.sizeBytes());
    }
  }

  // ---- Files are missing.

  @Test
  void aMissingIndexIsBuiltAgainAfterACleanStop() throws Exception {
    withFiveBatches().stop();
    disk.delete(SegmentFiles.file(DIRECTORY, 2, SegmentFiles.OFFSET_INDEX));

    LogWorld again = openSmall();

    assertThat(sentences())
        .contains("The indexes of /data/orders-3/00000000000000000002.log are built again");
    assertThat(Batches.valuesFrom(again.orders(), 3, 1000)).first().asString().startsWith("d");
    assertThat(again.orders().firstOffsetWithTimestamp(100)).isEqualTo(new FoundOffset(100, 0, 0));
  }

  @Test
  void aTruncatedIndexIsBuiltAgainAfterACrash() throws Exception {
    LogWorld world = withFiveBatches();
    world.checkpoint();
    kill(world);
    try (DiskFile index =
        disk.open(
            SegmentFiles.file(DIRECTORY, 0, SegmentFiles.OFFSET_INDEX), Disk.OpenMode.WRITE)) {
      index.setSize(5);
    }

    LogWorld again = openSmall();

    assertThat(sentences())
        .contains("The indexes of /data/orders-3/00000000000000000000.log are built again")
        .contains("5 bytes, not a multiple of 8");
    assertThat(Batches.valuesFrom(again.orders(), 0, 1000)).hasSize(5);
  }

  @Test
  void aDamagedCheckpointIsNotUsed() throws Exception {
    withFiveBatches().stop();
    try (DiskFile file =
        disk.open(ROOT.resolve(OffsetCheckpoint.RECOVERY_POINTS), Disk.OpenMode.WRITE)) {
      file.write(ByteBuffer.wrap("garbage".getBytes(java.nio.charset.StandardCharsets.UTF_8)), 0);
    }

    LogWorld again = openSmall();

    assertThat(sentences())
        .contains(OffsetCheckpoint.RECOVERY_POINTS + " line 1", "all segments are checked");
    assertThat(again.orders().logEndOffset()).isEqualTo(5);
  }

  @Test
  void aMissingCheckpointAndSnapshotAreMadeUpForByReadingTheLog() throws Exception {
    LogWorld world = withFiveBatches();
    world.checkpoint();
    kill(world);
    disk.delete(ROOT.resolve(OffsetCheckpoint.RECOVERY_POINTS));
    disk.delete(DIRECTORY.resolve("00000000000000000002.snapshot"));
    disk.delete(DIRECTORY.resolve("00000000000000000004.snapshot"));

    LogWorld again = openSmall();
    Log log = again.orders();

    assertThat(log.logEndOffset()).isEqualTo(5);
    assertThat(again.append(log, Batches.idempotent(5, 0, 1, 100, "b".repeat(60))))
        .isEqualTo(new AppendOutcome.Duplicate(1, 1, -1, 0));
  }

  @Test
  void missingSegmentsThatWereOnDiskAreNotTakenForAnEmptyLog() throws Exception {
    LogWorld world = withFiveBatches();
    world.checkpoint();
    kill(world);
    for (long base : List.of(0L, 2L, 4L)) {
      disk.delete(SegmentFiles.file(DIRECTORY, base, SegmentFiles.LOG));
    }

    assertThat(openSmall().directory.refused().get(LogWorld.ORDERS))
        .contains("no segment is left in /data/orders-3, and offsets 0 to 4 were on disk");
  }

  @Test
  void leaderEpochsThatCannotBeReadAreTakenFromTheBatches() throws Exception {
    LogWorld world = openSmall();
    Log log = world.create(LogWorld.ORDERS, SMALL);
    for (int epoch : List.of(1, 1, 1, 4, 4, 4, 4, 6)) {
      LogWorld.onLane(log, () -> world.appendNow(log, Batches.of(1, "x".repeat(90)), epoch));
    }
    world.flush();
    world.stop();
    Path epochs = DIRECTORY.resolve(LeaderEpochCheckpoint.FILE_NAME);
    try (DiskFile file = disk.open(epochs, Disk.OpenMode.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7}), 0);
    }

    Log again = openSmall().orders();

    assertThat(List.of(0L, 2L, 3L, 6L, 7L).stream().map(again::leaderEpochOf))
        .containsExactly(1, 1, 4, 4, 6);
    assertThat(again.endOffsetForLeaderEpoch(4).endOffset()).isEqualTo(7);
  }

  @Test
  void aPartitionWhoseDirectoryIsGoneIsNamedAtTheStart() throws Exception {
    withFiveBatches().stop();
    for (Path file : disk.list(DIRECTORY)) {
      disk.delete(file);
    }
    disk.delete(DIRECTORY);

    openSmall();

    assertThat(sentences())
        .contains("orders-3 had records up to offset 5 in /data, and its directory there is gone");
  }

  @Test
  void aDirectoryThatHoldsPartitionsAndNoIdentityIsNamedAtTheStart() throws Exception {
    withFiveBatches().stop();
    disk.delete(ROOT.resolve(MetaProperties.FILE_NAME));

    openSmall();

    assertThat(sentences()).contains("/data holds 1 partitions and no meta.properties");
  }

  @Test
  void anAppendSucceedsWhenTheStorageThreadsHaveStoppedAlready() {
    Executor stopped =
        _ -> {
          throw new RejectedExecutionException("stopped");
        };
    var space = new SpaceWatch(new SimulatedDisk(1), ROOT, 0, stopped);

    assertThatCode(() -> space.appended(1 << 30)).doesNotThrowAnyException();

    assertThat(space.acceptsWrites()).isTrue();
  }

  @Test
  void aDirectoryThatDoesNotSayItsRoomIsNamedOnceInTenMinutes() throws Exception {
    var clock = new SimulatedClock();
    var watch =
        new SpaceWatch(new SimulatedDisk(1, clock), Path.of("/vanished"), 1000, Runnable::run);

    for (int i = 0; i < 601; i++) {
      watch.look();
    }

    assertThat(said.list).hasSize(2);
  }
}
