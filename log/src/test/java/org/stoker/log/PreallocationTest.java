package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.FileDisk;
import org.stoker.testkit.DiskFault;
import org.stoker.testkit.SimulatedDisk;

/** Zeros that are written ahead make a file longer, and nobody sees them. */
final class PreallocationTest {
  private static final int ENOUGH_FLUSHES = 20;

  @TempDir Path root;

  private final Logger logger = (Logger) LoggerFactory.getLogger("org.stoker.log");
  private final ListAppender<ILoggingEvent> warnings = new ListAppender<>();

  @BeforeEach
  void listen() {
    warnings.start();
    logger.addAppender(warnings);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(warnings);
  }

  private static Path directory(Path root) {
    return root.resolve(LogWorld.ORDERS.toString());
  }

  private static Path firstSegment(Path root) {
    return SegmentFiles.file(directory(root), 0, SegmentFiles.LOG);
  }

  /** Appends and flushes so often that there are zeros behind the end. */
  private static Log preallocated(LogWorld world, LogConfig config) {
    Log log = world.create(LogWorld.ORDERS, config);
    appendAndFlush(world, log, ENOUGH_FLUSHES);
    return log;
  }

  private static void appendAndFlush(LogWorld world, Log log, int times) {
    for (int i = 0; i < times; i++) {
      world.append(log, Batches.of(100, "value " + log.logEndOffset()));
      world.flush();
    }
  }

  private static List<String> values(long count) {
    return IntStream.range(0, (int) count).mapToObj(i -> "value " + i).toList();
  }

  private static long zerosBehind(Disk disk, Path root, Log log) throws IOException {
    return disk.sizeBytes(firstSegment(root)) - log.sizeBytes();
  }

  // ---- When there are any.

  @Test
  void aLogThatIsFlushedOftenHasZerosAheadThatCountNowhere() throws Exception {
    var disk = new FileDisk();
    var world = new LogWorld(disk, root);

    Log log = preallocated(world, LogConfig.DEFAULT);

    assertThat(zerosBehind(disk, root, log)).isPositive();
    int batchSizeBytes = Batches.of(100, "value 0").remaining();
    assertThat(log.sizeBytes()).isBetween(20L * batchSizeBytes, 21L * batchSizeBytes);
    assertThat(Batches.valuesFrom(log, 0, 1 << 20)).isEqualTo(values(ENOUGH_FLUSHES));
    world.stop();
  }

  @Test
  void aLogThatIsFlushedSeldomHasNone() throws Exception {
    var disk = new FileDisk();
    var world = new LogWorld(disk, root);
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);

    for (int i = 0; i < 100; i++) {
      world.append(log, Batches.of(100, "value"));
    }
    world.flush();

    assertThat(zerosBehind(disk, root, log)).isZero();
    world.stop();
  }

  @Test
  void aLogThatIsFlushedInGreatPiecesHasNone() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);

    for (int i = 0; i < ENOUGH_FLUSHES; i++) {
      world.append(log, Batches.of(100, "x".repeat(70_000)));
      world.flush();
    }

    assertThat(zerosBehind(disk, root, log)).isZero();
  }

  @Test
  void aLogWhoseAcksAreNotFlushedHasNone() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    LogConfig eachMessage =
        LogConfig.DEFAULT.withFlush(new LogConfig.FlushConfig(1, Long.MAX_VALUE, false));

    Log log = preallocated(world, eachMessage);

    assertThat(log.flushedOffset()).isEqualTo(ENOUGH_FLUSHES);
    assertThat(zerosBehind(disk, root, log)).isZero();
  }

  @Test
  void noneAreWrittenBeyondTheSizeOfASegment() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    LogConfig small =
        LogConfig.DEFAULT.withSegment(LogConfig.DEFAULT.segment().withSegmentSizeBytes(3_000));

    preallocated(world, small);

    assertThat(disk.sizeBytes(firstSegment(root))).isEqualTo(3_000);
  }

  @Test
  void theyAreUsedUpAndThenThereAreMore() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    Log log = preallocated(world, LogConfig.DEFAULT);
    long sizeBytes = disk.sizeBytes(firstSegment(root));

    while (disk.sizeBytes(firstSegment(root)) == sizeBytes) {
      appendAndFlush(world, log, 1);
      assertThat(log.sizeBytes()).isLessThan(2 * sizeBytes);
    }

    assertThat(zerosBehind(disk, root, log)).isGreaterThan(10_000);
    assertThat(Batches.valuesFrom(log, 0, 1 << 20)).isEqualTo(values(log.logEndOffset()));
  }

  // ---- When they go.

  @Test
  void aCleanStopLeavesAFileThatKafkaOpensAndGoesOnIn() throws Exception {
    var world = new LogWorld(new FileDisk(), root);
    Log log = preallocated(world, LogConfig.DEFAULT);
    long end = log.logEndOffset();
    world.stop();

    var kafka = new KafkaLog(directory(root), true, end);
    long foundEnd = kafka.log.logEndOffset();
    kafka.append(
        MemoryRecords.withRecords(Compression.NONE, KafkaLog.records(200, "kafka goes on")), 1);
    int bytesByKafka = kafka.allBytes().remaining();
    kafka.close();

    assertThat(foundEnd).isEqualTo(end);
    assertThat(bytesByKafka).isGreaterThan((int) log.sizeBytes());
    var again = new LogWorld(new FileDisk(), root);
    assertThat(Batches.valuesFrom(again.orders(), 0, 1 << 20))
        .startsWith(values(end).toArray(String[]::new))
        .endsWith("kafka goes on", "kafka goes on and more");
    again.stop();
  }

  @Test
  void aCleanStopHasTrimmedDurably() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    Log log = preallocated(world, LogConfig.DEFAULT);

    world.stop();

    SimulatedDisk found = disk.powerFailure();
    assertThat(found.sizeBytes(firstSegment(root))).isEqualTo(log.sizeBytes());
    assertThat(new LogWorld(found, root).orders().logEndOffset()).isEqualTo(log.logEndOffset());
  }

  @Test
  void aRolledSegmentIsTrimmed() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    LogConfig small =
        LogConfig.DEFAULT.withSegment(LogConfig.DEFAULT.segment().withSegmentSizeBytes(3_000));
    Log log = preallocated(world, small);

    appendAndFlush(world, log, 60);

    assertThat(log.segmentCount()).isGreaterThan(1);
    assertThat(disk.sizeBytes(firstSegment(root)))
        .isEqualTo(log.view().segments().getFirst().sizeBytes())
        .isLessThan(3_000);
  }

  @Test
  void aLogThatIsSetAsideIsTrimmed() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    Log log = preallocated(world, LogConfig.DEFAULT);

    LogWorld.runOnLane(log, () -> world.directory.setAsStray(log, "belongs to no topic"));

    Path aside = SegmentFiles.file(log.directory(), 0, SegmentFiles.LOG);
    assertThat(disk.powerFailure().sizeBytes(aside)).isEqualTo(log.sizeBytes());
  }

  @Test
  void aTruncationTakesThemToo() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    Log log = preallocated(world, LogConfig.DEFAULT);

    LogWorld.runOnLane(log, () -> log.truncateTo(5, world.clock.wallMs()));
    long sizeAfterTruncation = disk.sizeBytes(firstSegment(root));
    appendAndFlush(world, log, 3 * ENOUGH_FLUSHES);

    assertThat(sizeAfterTruncation).isLessThan(6L * Batches.of(100, "value 0").remaining());
    assertThat(zerosBehind(disk, root, log)).isPositive();
    assertThat(Batches.valuesFrom(log, 0, 1 << 20)).isEqualTo(values(log.logEndOffset()));
  }

  // ---- After a crash.

  @Test
  void afterACrashZerosAreTheEndAndNothingIsSaidOfThem() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    Log log = preallocated(world, LogConfig.DEFAULT);
    long end = log.logEndOffset();
    long sizeBytes = log.sizeBytes();
    world.directory.stopForCrash();

    SimulatedDisk found = disk.processKill();
    var again = new LogWorld(found, root);

    assertThat(again.orders().logEndOffset()).isEqualTo(end);
    assertThat(again.orders().sizeBytes()).isEqualTo(sizeBytes);
    assertThat(found.sizeBytes(firstSegment(root))).isEqualTo(sizeBytes);
    assertThat(found.list(directory(root)))
        .noneMatch(file -> file.toString().endsWith(SegmentFiles.CUT));
    assertThat(warnings.list).noneMatch(said -> said.getLevel().isGreaterOrEqual(Level.WARN));
    appendAndFlush(again, again.orders(), 1);
    assertThat(Batches.valuesFrom(again.orders(), 0, 1 << 20)).isEqualTo(values(end + 1));
  }

  @Test
  void whatACrashLeftOfThemKafkaTakesForTheEndToo() throws Exception {
    var world = new LogWorld(new FileDisk(), root);
    Log log = preallocated(world, LogConfig.DEFAULT);
    long end = log.logEndOffset();
    world.directory.stopForCrash();

    var kafka = new KafkaLog(directory(root), false, 0);
    long foundEnd = kafka.log.logEndOffset();
    kafka.close();

    assertThat(foundEnd).isEqualTo(end);
  }

  @Test
  void zerosInsteadOfRecordsThatWereOnDiskAreNoEnd() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    Log log = preallocated(world, LogConfig.DEFAULT);
    world.clock.advanceMs(120_000);
    world.directory.stopForCrash();
    SimulatedDisk found = disk.processKill();
    try (var file = found.open(firstSegment(root), Disk.OpenMode.WRITE)) {
      file.write(java.nio.ByteBuffer.allocate(1_000), log.sizeBytes() - 1_000);
    }

    var again = new LogWorld(found, root);

    assertThat(again.directory.refused().get(LogWorld.ORDERS))
        .contains("everything below offset " + ENOUGH_FLUSHES + " was on disk");
  }

  // ---- When the disk is full or broken.

  @Test
  void aFullDiskRefusesRecordsOnlyWhenItHasNoRoomForThem() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    appendAndFlush(world, log, 16);
    disk.limitCapacity(disk.usedBytes() + 1_000);

    AppendOutcome outcome = world.append(log, Batches.of(100, "value 16"));
    long sizeAfter = log.sizeBytes();
    world.flush();
    world.stop();

    assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
    assertThat(disk.sizeBytes(firstSegment(root))).isEqualTo(sizeAfter);
  }

  @Test
  void anotherFailureTakesTheDirectoryOffline() throws Exception {
    var disk = new SimulatedDisk(1);
    var world = new LogWorld(disk, root);
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    appendAndFlush(world, log, 16);
    disk.arm(DiskFault.nth(2, DiskFault.Kind.WRITE, firstSegment(root)::equals));

    log.lane().submit(() -> world.appendNow(log, Batches.of(100, "value 16"), LogWorld.EPOCH));

    assertThat(world.directory.isOnline()).isFalse();
  }
}
