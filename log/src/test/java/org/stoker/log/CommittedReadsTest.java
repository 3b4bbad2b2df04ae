package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.Disk;
import org.stoker.records.BatchWalk;
import org.stoker.records.ControlRecord;
import org.stoker.testkit.SimulatedDisk;

/** Reads of committed records, which name the aborted transactions among them. */
final class CommittedReadsTest {
  private static final Path ROOT = Path.of("/data");
  private static final LogConfig CONFIG =
      LogConfig.DEFAULT.withSegment(
          LogConfig.DEFAULT.segment().withSegmentSizeBytes(1500).withIndexIntervalBytes(200));

  private final SimulatedDisk disk = new SimulatedDisk(1);

  /** Each producer's transaction is aborted before the next one begins. */
  @BeforeEach
  void abortTransactionsInSeveralSegments() throws Exception {
    LogWorld world = open(disk);
    Log log = world.create(LogWorld.ORDERS, CONFIG);
    for (int producer = 0; producer < 12; producer++) {
      for (int i = 0; i < 3; i++) {
        world.append(log, Batches.transactional(producer, 0, i, 100 + i, "x".repeat(150)));
      }
      world.append(
          log,
          ControlRecord.ABORT.markerBatch(0, 0, 500, producer, (short) 0, 1),
          AppendOrigin.COORDINATOR);
    }
    world.flush();
    LogWorld.runOnLane(log, () -> log.updateHighWatermark(log.logEndOffset()));
    assertThat(log.segmentCount()).isGreaterThan(4);
    world.stop();
  }

  private static LogWorld open(Disk disk) throws LogDirectoryException {
    return new LogWorld(disk, LogDirectoryConfig.at(ROOT).withReserveBytes(0), CONFIG);
  }

  /** The same disk, on which something happens whenever anybody asks whether the file exists. */
  private Disk beforeLookingFor(Path file, Runnable task) {
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (_, method, arguments) -> {
              if (method.getName().equals("exists") && ((Path) arguments[0]).endsWith(file)) {
                task.run();
              }
              try {
                return method.invoke(disk, arguments);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            });
  }

  private static ReadOutcome read(Log log, long offset, int maxBytes) {
    return log.readCommitted(offset, maxBytes, log.logEndOffset(), true);
  }

  private static long lastOffset(ReadOutcome.Data data) throws Exception {
    var walk = new BatchWalk(Batches.bytes(data.records()));
    long last = -1;
    while (walk.next()) {
      last = walk.batch().lastOffset();
    }
    return last;
  }

  @Test
  void aReadNamesThoseAmongItsRecordsAndNotTheRestOfTheLogs() throws Exception {
    LogWorld world = open(disk);
    Log log = world.orders();
    List<AbortedTransaction> all = log.abortedTransactions(0, log.logEndOffset());
    assertThat(all).hasSize(12);

    for (long offset = 0; offset < log.logEndOffset(); offset++) {
      for (int maxBytes : new int[] {1, 700, 1500}) {
        var data = (ReadOutcome.Data) read(log, offset, maxBytes);
        long from = offset;
        long last = lastOffset(data);
        List<AbortedTransaction> needed = new ArrayList<>(all);
        needed.removeIf(one -> one.lastOffset() < from || one.firstOffset() > last);
        // One entry of the index further at most.
        assertThat(data.aborted())
            .containsAll(needed)
            .allMatch(one -> one.lastOffset() >= from && one.firstOffset() <= last + 4);
      }
    }
    world.stop();
  }

  @Test
  void transactionsOfASegmentThatRetentionRemovesMeanwhileAreNotMissed() throws Exception {
    var retention = new AtomicReference<@Nullable Runnable>();
    LogWorld world =
        open(
            beforeLookingFor(
                Path.of("orders-3", "00000000000000000000.txnindex"),
                () -> {
                  Runnable removal = retention.getAndSet(null);
                  if (removal != null) {
                    removal.run();
                  }
                }));
    Log log = world.orders();
    log.view().segments().getFirst().letGo();
    retention.set(() ->
        LogWorld.runOnLane(
            log,
            () -> {
              long start = log.view().segments().get(1).baseOffset();
              log.deleteRecordsUpTo(start);
              log.trimmer().removeSegmentsBelowLogStart(start);
            }));

    ReadOutcome outcome = read(log, 0, 1500);

    assertThat(retention.get()).as("retention came in between").isNull();
    assertThat(outcome).isInstanceOf(ReadOutcome.OutOfRange.class);
    world.stop();
  }

  @Test
  void aReadThatMustOpenATransactionIndexIsCold() throws Exception {
    LogWorld world = open(disk);
    Log log = world.orders();
    long offset = log.logEndOffset();
    world.append(log, Batches.transactional(20, 0, 0, 100, "x"));
    closeTransactions(log.view().segments().getLast());

    assertThat(log.isCold(offset, false)).isFalse();
    assertThat(log.isCold(offset, true)).isTrue();

    read(log, offset, 1);
    assertThat(log.isCold(offset, true)).isFalse();
    world.stop();
  }

  private static void closeTransactions(Segment segment) {
    try {
      segment.indexes().transactions().close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
