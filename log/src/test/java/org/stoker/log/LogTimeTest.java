package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/** What a log does because time passes, or because it writes its own time into what it gets. */
final class LogTimeTest {
  private static final Path ROOT = Path.of("/data");
  private static final long NOW_MS = 1_700_000_000_000L;

  private final SimulatedClock clock = new SimulatedClock(NOW_MS);

  private LogWorld open(LogConfig config, long seed) throws LogDirectoryException {
    return new LogWorld(
        new SimulatedDisk(seed),
        clock,
        LogDirectoryConfig.at(ROOT).withReserveBytes(0),
        config,
        seed);
  }

  private static LogConfig rolling(long rollAfterMs, long rollJitterMs) {
    return LogConfig.DEFAULT.withSegment(
        LogConfig.DEFAULT.segment().withRollAfterMs(rollAfterMs).withRollJitterMs(rollJitterMs));
  }

  /** A record every 10 ms until the second segment begins; the milliseconds that the first held. */
  private long rolledAfterMs(LogConfig config, long seed) throws LogDirectoryException {
    LogWorld world = open(config, seed);
    Log log = world.create(LogWorld.ORDERS, config);
    long passedMs = 0;
    while (log.segmentCount() < 2) {
      passedMs += 10;
      assertThat(passedMs).isLessThan(100_000);
      world.append(log, Batches.of(NOW_MS + passedMs, "x"));
    }
    return passedMs - 10;
  }

  // ---- segment.ms and segment.jitter.ms

  @Test
  void aSegmentIsRolledWhenItsFirstRecordIsOlderThanSegmentMs() throws Exception {
    // The first record is 10 ms in: at 1,010 ms its second has just not passed.
    assertThat(rolledAfterMs(rolling(1_000, 0), 1)).isEqualTo(1_010);
  }

  @Test
  void jitterRollsSegmentsEarlierAndNotAllAtOnce() throws Exception {
    Set<Long> waits = new HashSet<>();
    for (long seed = 0; seed < 30; seed++) {
      waits.add(rolledAfterMs(rolling(1_000, 400), seed));
    }

    assertThat(waits).allMatch(wait -> wait > 600 && wait <= 1_010);
    assertThat(waits).hasSizeGreaterThan(10);
    assertThat(waits).anyMatch(wait -> wait < 700).anyMatch(wait -> wait > 900);
  }

  @Test
  void jitterIsNeverMoreThanSegmentMs() throws Exception {
    for (long seed = 0; seed < 30; seed++) {
      assertThat(rolledAfterMs(rolling(500, 1_000_000), seed)).isBetween(10L, 510L);
    }
  }

  @Test
  void withoutTimestampsASegmentIsRolledByTheClock() throws Exception {
    LogWorld world = open(rolling(1_000, 0), 1);
    Log log = world.create(LogWorld.ORDERS, rolling(1_000, 0));
    world.append(log, Batches.of(-1, "first"));

    clock.advanceMs(1_000);
    world.append(log, Batches.of(-1, "in time"));
    int before = log.segmentCount();
    clock.advanceMs(1);
    world.append(log, Batches.of(-1, "late"));

    assertThat(before).isEqualTo(1);
    assertThat(log.segmentCount()).isEqualTo(2);
  }

  @Test
  void aShorterSegmentMsTakesEffectWithTheNextAppend() throws Exception {
    LogWorld world = open(rolling(10_000, 0), 1);
    Log log = world.create(LogWorld.ORDERS, rolling(10_000, 0));
    world.append(log, Batches.of(NOW_MS, "a"));
    log.reconfigure(rolling(1_000, 0));

    world.append(log, Batches.of(NOW_MS + 5_000, "b"));

    assertThat(log.segmentCount()).isEqualTo(2);
  }

  // ---- flush.messages and flush.ms

  private static LogConfig flushing(long messages, long ms) {
    return LogConfig.DEFAULT.withFlush(new LogConfig.FlushConfig(messages, ms, false));
  }

  @Test
  void flushMessagesFlushesWhenThatManyRecordsWait() throws Exception {
    LogConfig config = flushing(5, Long.MAX_VALUE);
    LogWorld world = open(config, 1);
    Log log = world.create(LogWorld.ORDERS, config);

    world.append(log, Batches.of(NOW_MS, "a", "b"));
    world.append(log, Batches.of(NOW_MS, "c", "d"));
    int roundsBefore = world.flushRounds.size();
    world.append(log, Batches.of(NOW_MS, "e"));
    world.flush();
    long afterFive = log.flushedOffset();
    world.append(log, Batches.of(NOW_MS, "f", "g", "h", "i"));
    world.flush();

    assertThat(roundsBefore).isZero();
    assertThat(afterFive).isEqualTo(5);
    assertThat(log.flushedOffset()).isEqualTo(5);
  }

  @Test
  void flushMsFlushesWhatHasWaitedThatLong() throws Exception {
    LogConfig config = flushing(Long.MAX_VALUE, 5_000);
    LogWorld world = open(config, 1);
    Log log = world.create(LogWorld.ORDERS, config);
    world.append(log, Batches.of(NOW_MS, "a"));

    clock.advanceMs(4_999);
    world.flush();
    long before = log.flushedOffset();
    // The chore looks once a second, and counts from its first look.
    clock.advanceMs(2_000);
    world.flush();

    assertThat(before).isZero();
    assertThat(log.flushedOffset()).isEqualTo(1);
    clock.advanceMs(60_000);
    assertThat(world.flushRounds).as("nothing new waits").isEmpty();
  }

  @Test
  void withoutEitherNothingIsFlushedUntilTheStop() throws Exception {
    LogConfig config = flushing(Long.MAX_VALUE, Long.MAX_VALUE);
    LogWorld world = open(config, 1);
    Log log = world.create(LogWorld.ORDERS, config);
    world.append(log, Batches.of(NOW_MS, "a"));

    clock.advanceMs(24 * 3_600_000);
    world.flush();
    long before = log.flushedOffset();
    world.stop();

    assertThat(before).isZero();
    assertThat(log.flushedOffset()).isEqualTo(1);
  }

  // ---- message.timestamp.type

  private static final LogConfig APPEND_TIME =
      LogConfig.DEFAULT.withMessage(new LogConfig.MessageConfig(1_000_000, true));

  private static List<MutableRecordBatch> asKafkaReads(Log log) {
    var data = (ReadOutcome.Data) log.read(0, 1 << 20, Long.MAX_VALUE, true);
    var batches = new ArrayList<MutableRecordBatch>();
    MemoryRecords.readableRecords(Batches.bytes(data.records())).batches().forEach(batches::add);
    return batches;
  }

  @Test
  void withLogAppendTimeRecordsCarryTheTimeOfTheLogForKafkasReaderToo() throws Exception {
    LogWorld world = open(APPEND_TIME, 1);
    Log log = world.create(LogWorld.ORDERS, APPEND_TIME);

    AppendOutcome first = world.append(log, Batches.of(5, "a", "b"));
    clock.advanceMs(100);
    AppendOutcome second = world.append(log, Batches.idempotent(9, 0, 0, 7, "c"));
    AppendOutcome duplicate = world.append(log, Batches.idempotent(9, 0, 0, 7, "c"));

    assertThat(first).isEqualTo(new AppendOutcome.Appended(0, 1, NOW_MS, 0));
    assertThat(second).isEqualTo(new AppendOutcome.Appended(2, 2, NOW_MS + 100, 0));
    assertThat(duplicate).isEqualTo(new AppendOutcome.Duplicate(2, 2, NOW_MS + 100, 0));
    List<MutableRecordBatch> batches = asKafkaReads(log);
    assertThat(batches).hasSize(2);
    for (MutableRecordBatch batch : batches) {
      batch.ensureValid();
      assertThat(batch.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
      long expected = batch.baseOffset() == 0 ? NOW_MS : NOW_MS + 100;
      assertThat(batch).allMatch(record -> record.timestamp() == expected);
    }
  }

  @Test
  void withLogAppendTimeOffsetsAreFoundByIt() throws Exception {
    LogWorld world = open(APPEND_TIME, 1);
    Log log = world.create(LogWorld.ORDERS, APPEND_TIME);
    for (int i = 0; i < 5; i++) {
      world.append(log, Batches.of(1_000_000 - i, "x", "y"));
      clock.advanceMs(100);
    }

    FoundOffset found = log.firstOffsetWithTimestamp(NOW_MS + 150);

    assertThat(found).isEqualTo(new FoundOffset(NOW_MS + 200, 4, LogWorld.EPOCH));
    assertThat(log.firstOffsetWithTimestamp(NOW_MS + 401)).isNull();
    assertThat(log.offsetOfLargestTimestampBelow(Long.MAX_VALUE))
        .isEqualTo(new FoundOffset(NOW_MS + 400, 8, LogWorld.EPOCH));
  }

  @Test
  void theLargestTimeIsLookedForAmongVisibleRecordsOnly() throws Exception {
    LogConfig smallSegments =
        LogConfig.DEFAULT.withSegment(
            LogConfig.DEFAULT.segment().withSegmentSizeBytes(6_000).withIndexIntervalBytes(300));
    LogWorld world = open(smallSegments, 1);
    Log log = world.create(LogWorld.ORDERS, smallSegments);
    var random = new SplitMixSeed(7);
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      long time = 1_000L + random.nextInt(500);
      world.append(log, Batches.of(time, "x".repeat(random.nextInt(60)), "y"));
      times.add(time);
      times.add(time);
    }
    assertThat(log.segmentCount()).isGreaterThan(3);
    LogWorld.runOnLane(log, () -> log.updateHighWatermark(log.logEndOffset()));

    for (long start = 0; start < times.size(); start += 37) {
      long newStart = start;
      LogWorld.runOnLane(log, () -> log.deleteRecordsUpTo(newStart));
      for (long end = start; end <= times.size(); end += 29) {
        assertThat(log.offsetOfLargestTimestampBelow(end))
            .as("from %d to %d", start, end)
            .isEqualTo(largest(times, start, end));
      }
    }
  }

  private static @Nullable FoundOffset largest(List<Long> times, long start, long end) {
    FoundOffset best = null;
    for (long offset = start; offset < end; offset++) {
      long time = times.get((int) offset);
      if (best == null || time > best.timestamp()) {
        best = new FoundOffset(time, offset, LogWorld.EPOCH);
      }
    }
    return best;
  }

  @Test
  void whatIsReplicatedKeepsTheTimeOfTheLeader() throws Exception {
    LogWorld world = open(APPEND_TIME, 1);
    Log log = world.create(LogWorld.ORDERS, APPEND_TIME);
    ByteBuffer batch = Batches.of(5, "a");

    world.append(log, batch, AppendOrigin.REPLICATION);

    MutableRecordBatch read = asKafkaReads(log).getFirst();
    read.ensureValid();
    assertThat(read.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
    assertThat(read.maxTimestamp()).isEqualTo(5);
  }
}
