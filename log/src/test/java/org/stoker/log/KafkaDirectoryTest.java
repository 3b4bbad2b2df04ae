package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.FileDisk;
import org.stoker.records.BatchWalk;
import org.stoker.records.ControlRecord;
import org.stoker.testkit.SimulatedClock;

/** Apache Kafka's storage classes and ours open each other's directories, and go on in them. */
final class KafkaDirectoryTest {
  private static final LogConfig CONFIG =
      LogConfig.DEFAULT.withSegment(
          LogConfig.DEFAULT.segment().withSegmentSizeBytes(2_000).withIndexIntervalBytes(200));
  private static final long NOW_MS = 1_700_000_000_000L;

  @TempDir Path root;
  private final FileDisk disk = new FileDisk();

  private Path directory() throws java.io.IOException {
    Path directory = root.resolve(LogWorld.ORDERS.toString());
    java.nio.file.Files.createDirectories(directory);
    return directory;
  }

  private LogWorld open() throws LogDirectoryException {
    // At the time of the records: what is known of a producer expires.
    return new LogWorld(
        disk,
        new SimulatedClock(NOW_MS),
        LogDirectoryConfig.at(root).withReserveBytes(0),
        CONFIG,
        1);
  }

  private static ByteBuffer allBytes(Log log) {
    var all = ByteBuffer.allocate(Math.toIntExact(log.sizeBytes()));
    long next = log.logStartOffset();
    while (next < log.logEndOffset()) {
      var data = (ReadOutcome.Data) log.read(next, 700, Long.MAX_VALUE, true);
      ByteBuffer bytes = Batches.bytes(data.records());
      var walk = new BatchWalk(bytes);
      while (walk.next()) {
        next = walk.batch().nextOffset();
      }
      all.put(bytes);
    }
    return all.flip();
  }

  /** Reads, lookups by time, transactions and epochs say the same on both sides. */
  private record Facts(
      ByteBuffer bytes,
      List<FoundOffset> byTime,
      List<List<Long>> aborted,
      List<Long> epochEnds,
      long logEndOffset) {
    static Facts of(KafkaLog kafka) {
      var byTime = new ArrayList<FoundOffset>();
      for (long time = NOW_MS - 3; time < NOW_MS + 1000; time += 7) {
        byTime.add(kafka.offsetAt(time));
      }
      byTime.add(kafka.offsetAt(-3));
      var aborted = new ArrayList<List<Long>>();
      long end = kafka.log.logEndOffset();
      for (long from = 0; from < end; from += 11) {
        aborted.add(
            kafka.abortedTransactions(from, from + 30).stream()
                .map(AbortedTransaction::firstOffset)
                .toList());
      }
      var epochEnds = new ArrayList<Long>();
      for (int epoch = 0; epoch < 6; epoch++) {
        epochEnds.add(kafka.log.endOffsetForEpoch(epoch).map(found -> found.offset()).orElse(-1L));
      }
      return new Facts(kafka.allBytes(), byTime, aborted, epochEnds, end);
    }

    /** Where the other one differs; empty if nowhere. */
    List<String> differencesTo(Facts other) {
      var differences = new ArrayList<String>();
      compare("bytes", List.of(bytes), List.of(other.bytes), differences);
      compare("offset by time", byTime, other.byTime, differences);
      compare("aborted transactions", aborted, other.aborted, differences);
      compare("end of epoch", epochEnds, other.epochEnds, differences);
      compare("end", List.of(logEndOffset), List.of(other.logEndOffset), differences);
      return differences;
    }

    private static void compare(String what, List<?> one, List<?> other, List<String> into) {
      if (one.size() != other.size()) {
        into.add(what + ": " + one.size() + " and " + other.size());
      }
      for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
        if (!Objects.equals(one.get(i), other.get(i))) {
          into.add(what + " " + i + ": " + one.get(i) + " and " + other.get(i));
        }
      }
    }

    static Facts of(Log log) {
      var byTime = new ArrayList<FoundOffset>();
      for (long time = NOW_MS - 3; time < NOW_MS + 1000; time += 7) {
        byTime.add(log.firstOffsetWithTimestamp(time));
      }
      byTime.add(log.offsetOfLargestTimestampBelow(Long.MAX_VALUE));
      var aborted = new ArrayList<List<Long>>();
      for (long from = 0; from < log.logEndOffset(); from += 11) {
        aborted.add(
            log.abortedTransactions(from, from + 30).stream()
                .map(AbortedTransaction::firstOffset)
                .toList());
      }
      var epochEnds = new ArrayList<Long>();
      for (int epoch = 0; epoch < 6; epoch++) {
        epochEnds.add(log.endOffsetForLeaderEpoch(epoch).endOffset());
      }
      return new Facts(allBytes(log), byTime, aborted, epochEnds, log.logEndOffset());
    }
  }

  @Test
  void whatKafkaClosedWeOpenAndGoOnAndKafkaOpensItAgain() throws Exception {
    var kafka = new KafkaLog(directory(), true, 0);
    kafka.appendSomeOfEverything(NOW_MS);
    Facts written = Facts.of(kafka);
    kafka.close();
    new OffsetCheckpoint(disk, root.resolve(OffsetCheckpoint.RECOVERY_POINTS))
        .write(Map.of(LogWorld.ORDERS, written.logEndOffset()));
    new CleanShutdownFile(disk, root).write(1);

    LogWorld world = open();
    Log log = world.orders();
    Facts found = Facts.of(log);
    AppendOutcome duplicate =
        world.append(log, Batches.idempotent(7, 0, 78, NOW_MS + 391, "x", "y"));
    AppendOutcome next =
        world.append(log, Batches.idempotent(7, 0, 80, NOW_MS + 500, "next", "batch"));
    world.stop();

    assertThat(found.differencesTo(written)).isEmpty();
    assertThat(log.segmentCount()).isGreaterThan(3);
    assertThat(duplicate).isInstanceOf(AppendOutcome.Duplicate.class);
    assertThat(next)
        .isEqualTo(
            new AppendOutcome.Appended(written.logEndOffset(), written.logEndOffset() + 1, -1, 0));
    var again = new KafkaLog(directory(), true, written.logEndOffset() + 2);
    assertThat(again.log.logEndOffset()).isEqualTo(written.logEndOffset() + 2);
    assertThat(Facts.of(again).differencesTo(Facts.of(open().orders()))).isEmpty();
    again.append(
        MemoryRecords.withIdempotentRecords(
            Compression.NONE, 7L, (short) 0, 82, KafkaLog.records(NOW_MS + 600, "kafka goes on")),
        4);
    assertThat(again.log.logEndOffset()).isEqualTo(written.logEndOffset() + 4);
    again.close();
  }

  @Test
  void whatKafkaLeftAtACrashWeRecover() throws Exception {
    var kafka = new KafkaLog(directory(), true, 0);
    kafka.appendSomeOfEverything(NOW_MS);
    Facts written = Facts.of(kafka);
    kafka.kill();

    Facts found = Facts.of(open().orders());

    assertThat(found.differencesTo(written)).isEmpty();
  }

  @Test
  void whatWeWroteKafkaOpensAfterACleanStopAndAfterACrash() throws Exception {
    LogWorld world = open();
    Log log = world.create(LogWorld.ORDERS, CONFIG);
    appendSomeOfEverything(world, log);
    world.flush();
    Facts written = Facts.of(log);
    world.directory.stopForCrash();

    var afterCrash = new KafkaLog(directory(), false, 0);
    Facts foundAfterCrash = Facts.of(afterCrash);
    afterCrash.kill();
    LogWorld again = open();
    Facts foundByUs = Facts.of(again.orders());
    again.stop();
    var afterStop = new KafkaLog(directory(), true, written.logEndOffset());
    Facts foundAfterStop = Facts.of(afterStop);
    afterStop.close();

    assertThat(foundAfterCrash.differencesTo(written)).isEmpty();
    assertThat(foundByUs.differencesTo(written)).isEmpty();
    assertThat(foundAfterStop.differencesTo(written)).isEmpty();
  }

  private static void appendSomeOfEverything(LogWorld world, Log log) {
    for (int i = 0; i < 40; i++) {
      long time = NOW_MS + i * 10L;
      world.append(log, Batches.of(time, "plain " + i));
      world.append(log, Batches.idempotent(7, 0, i * 2, time + 1, "idempotent " + i, "more"));
      world.append(log, Batches.transactional(8, 0, i, time + 2, "transactional " + i));
      if (i % 3 == 0) {
        ControlRecord marker = i % 2 == 0 ? ControlRecord.COMMIT : ControlRecord.ABORT;
        world.append(
            log, marker.markerBatch(0, 0, time + 3, 8, (short) 0, 1), AppendOrigin.COORDINATOR);
      }
    }
  }
}
