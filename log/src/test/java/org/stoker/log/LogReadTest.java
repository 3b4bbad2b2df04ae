package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.FileDisk;
import org.stoker.records.FileRecordBytes;
import org.stoker.testkit.SimulatedClock;

/** What readers get while the log is cut, dropped and deleted under them. */
final class LogReadTest {
  private static final long HOUR_MS = 3_600_000;
  private static final LogConfig SMALL =
      LogConfig.DEFAULT
          .withSegment(LogConfig.DEFAULT.segment().withSegmentSizeBytes(300))
          .withRetention(LogConfig.DEFAULT.retention().withRetentionMs(HOUR_MS));

  @TempDir Path root;
  private final SimulatedClock clock = new SimulatedClock();

  private LogWorld open() throws LogDirectoryException {
    return new LogWorld(
        new FileDisk(), clock, LogDirectoryConfig.at(root).withReserveBytes(0), SMALL, 1);
  }

  private Log withSixBatches(LogWorld world) {
    Log log = world.create(LogWorld.ORDERS, SMALL);
    for (String value : List.of("a", "b", "c", "d", "e", "f")) {
      world.append(log, Batches.of(clock.wallMs(), value.repeat(60)));
    }
    world.flush();
    return log;
  }

  private static ReadOutcome.Data data(ReadOutcome outcome) {
    return (ReadOutcome.Data) outcome;
  }

  @Test
  void aSegmentThatIsDeletedStaysReadableForThoseWhoHoldIt() throws Exception {
    LogWorld world = open();
    Log log = withSixBatches(world);
    var held = (FileRecordBytes) data(log.read(0, 1000, 6, true)).records();

    LogWorld.runOnLane(log, () -> log.updateHighWatermark(6));
    clock.advanceMs(3 * HOUR_MS);
    clock.advanceMs(HOUR_MS);

    assertThat(log.logStartOffset()).isEqualTo(6);
    assertThat(log.read(0, 1000, 6, true)).isEqualTo(new ReadOutcome.OutOfRange(6, 6));
    assertThat(Files.exists(root.resolve("orders-3/00000000000000000000.log.deleted"))).isFalse();
    assertThat(held.channel().isOpen()).isTrue();
    assertThat(Batches.values(Batches.bytes(held))).hasSize(2).first().asString().startsWith("a");
    assertThat(held.channel().isOpen()).isFalse();
    world.stop();
  }

  @Test
  void nothingAboveTheHighWatermarkIsDropped() throws Exception {
    LogWorld world = open();
    Log log = withSixBatches(world);
    LogWorld.runOnLane(log, () -> log.updateHighWatermark(3));

    clock.advanceMs(3 * HOUR_MS);

    assertThat(log.logStartOffset()).isEqualTo(2);
    world.stop();
  }

  @Test
  void aReadIsCutAtTheBoundAndAtTheSizeButNeverInsideABatch() throws Exception {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, LogConfig.DEFAULT);
    for (String value : List.of("a", "b", "c")) {
      world.append(log, Batches.of(1, value));
    }
    int batchSize = (int) log.sizeBytes() / 3;

    assertThat(Batches.values(Batches.bytes(data(log.read(0, 1000, 2, true)).records())))
        .isEqualTo(List.of("a", "b"));
    assertThat(
            Batches.values(Batches.bytes(data(log.read(0, 2 * batchSize + 5, 3, true)).records())))
        .isEqualTo(List.of("a", "b"));
    assertThat(Batches.values(Batches.bytes(data(log.read(1, 1, 3, true)).records())))
        .isEqualTo(List.of("b"));
    assertThat(log.read(1, 1, 3, false)).isEqualTo(ReadOutcome.Empty.INSTANCE);
    assertThat(log.read(2, 1000, 2, true)).isEqualTo(ReadOutcome.Empty.INSTANCE);
    assertThat(log.read(4, 1000, 3, true)).isEqualTo(new ReadOutcome.OutOfRange(0, 3));
    world.stop();
  }

  @Test
  void aFullyTruncatedLogStartsWhereItIsToldAndOpensThereAgain() throws Exception {
    LogWorld world = open();
    Log log = withSixBatches(world);

    LogWorld.runOnLane(log, () -> log.truncateFullyAndStartAt(100, clock.wallMs()));
    AppendOutcome next = world.append(log, Batches.of(clock.wallMs(), "next"));
    world.flush();
    world.directory.stopForCrash();
    Log again = open().orders();

    assertThat(next).isEqualTo(new AppendOutcome.Appended(100, 100, -1, 100));
    assertThat(again.logStartOffset()).isEqualTo(100);
    assertThat(Batches.valuesFrom(again, 100, 1000)).isEqualTo(List.of("next"));
  }

  @Test
  void theProducersOfALogAreToldWithTheirTransactions() throws Exception {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, SMALL);
    world.append(log, Batches.transactional(4, 1, 0, 50, "a", "b"));

    assertThat(LogWorld.onLane(log, log::activeProducers))
        .isEqualTo(List.of(new ActiveProducer(4, 1, 1, 50, -1, 0)));
    assertThat(log.lastStableOffset()).isZero();
    world.stop();
  }
}
