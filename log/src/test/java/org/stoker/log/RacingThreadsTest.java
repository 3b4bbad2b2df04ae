package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.CpuLoad;
import org.stoker.base.FileDisk;
import org.stoker.base.SystemClock;
import org.stoker.base.SystemSeed;
import org.stoker.base.TopicPartition;
import org.stoker.records.BatchWalk;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/**
 * Real threads on a real disk: several that append, roll and trim through the lanes, a flusher, and
 * readers that take no lane, all at once.
 */
final class RacingThreadsTest {
  private static final int PARTITIONS = 3;
  private static final int APPENDERS = 4;
  private static final int READERS = 3;
  private static final int APPENDS_OF_EACH = 250;
  private static final LogConfig SMALL =
      LogConfig.DEFAULT
          .withSegment(
              LogConfig.DEFAULT.segment().withSegmentSizeBytes(4_000).withIndexIntervalBytes(300))
          .withRetention(
              LogConfig.DEFAULT
                  .retention()
                  .withRetentionSizeBytes(20_000)
                  .withFileDeleteDelayMs(0));

  @TempDir Path root;
  private final SystemClock clock = new SystemClock();
  private final SimulatedClock timers = new SimulatedClock();
  private final ArrayDeque<Exception> failures = new ArrayDeque<>();
  private final Map<TopicPartition, Map<Long, String>> written = new HashMap<>();
  private final AtomicBoolean isOver = new AtomicBoolean();
  private final AtomicLong batchesRead = new AtomicLong();

  private LogDirectory open(ExecutorService storage, ExecutorService rounds)
      throws LogDirectoryException {
    var environment =
        new LogEnvironment(
            new FileDisk(),
            clock,
            timers,
            new SystemSeed(),
            storage,
            partition -> new CallerRunsLane(partition.toString(), storage),
            ProducerMemory.ofHeap(1 << 28, clock));
    LogDirectory directory =
        LogDirectory.lock(
            LogDirectoryConfig.at(root)
                .withReserveBytes(0)
                .withFlusher(FlusherConfig.DEFAULT.withPreallocation(2, 64 * 1024)),
            environment,
            new LogDirectory.FlushThreads(rounds, storage, CpuLoad.LOW, null),
            failures::add);
    directory.identify(1, "cluster");
    directory.load(topic -> SMALL);
    return directory;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void offsetsAreDenseAndEveryReadIsWhatWasAppendedThere(long seed) throws Exception {
    try (ExecutorService storage = Executors.newFixedThreadPool(3);
        ExecutorService rounds = Executors.newSingleThreadExecutor();
        ExecutorService racers = Executors.newCachedThreadPool()) {
      LogDirectory directory = open(storage, rounds);
      var logs = new ArrayList<Log>();
      for (int i = 0; i < PARTITIONS; i++) {
        var partition = new TopicPartition("raced", i);
        logs.add(directory.create(partition, LogWorld.TOPIC_ID, SMALL));
        written.put(partition, new ConcurrentHashMap<>());
      }
      var flushed = new long[PARTITIONS];
      logs.forEach(
          log -> log.setFlushListener((told, offset) -> noteFlushed(told, offset, flushed)));

      var appenders = new ArrayList<Future<?>>();
      for (int i = 0; i < APPENDERS; i++) {
        var own = new SplitMixSeed(seed * 100 + i);
        int appender = i;
        appenders.add(racers.submit(() -> appendAll(logs, appender, own, storage)));
      }
      var others = new ArrayList<Future<?>>();
      for (int i = 0; i < READERS; i++) {
        var own = new SplitMixSeed(seed * 100 + 50 + i);
        others.add(racers.submit(() -> readUntilOver(logs, own)));
      }
      others.add(racers.submit(() -> letTimePass(logs, storage)));
      try {
        for (Future<?> appender : appenders) {
          appender.get(60, TimeUnit.SECONDS);
        }
      } finally {
        isOver.set(true);
      }
      for (Future<?> other : others) {
        other.get(90, TimeUnit.SECONDS);
      }

      assertThat(failures).isEmpty();
      assertThat(batchesRead.get()).isPositive();
      for (Log log : logs) {
        checkFromStart(log);
      }
      directory.stop(1).get(30, TimeUnit.SECONDS);
      for (Log log : logs) {
        assertThat(log.flushedOffset()).isEqualTo(log.logEndOffset());
      }
      LogDirectory again = open(storage, rounds);
      for (Log log : logs) {
        Log reopened = java.util.Objects.requireNonNull(again.log(log.topicPartition()));
        assertThat(reopened.logEndOffset()).isEqualTo(log.logEndOffset());
        checkFromStart(reopened);
      }
      again.stop(2).get(30, TimeUnit.SECONDS);
    }
  }

  /** What is told never goes back, and never says more than there is. */
  private static void noteFlushed(Log log, long offset, long[] flushed) {
    int index = log.topicPartition().partition();
    if (offset < flushed[index] || offset > log.logEndOffset()) {
      throw new AssertionError(
          "flushed %d after %d, logEndOffset=%d"
              .formatted(offset, flushed[index], log.logEndOffset()));
    }
    flushed[index] = offset;
    log.lane().submit(() -> log.updateHighWatermark(offset));
  }

  private void appendAll(List<Log> logs, int appender, SplitMixSeed seed, ExecutorService storage) {
    try {
      for (int i = 0; i < APPENDS_OF_EACH; i++) {
        Log log = logs.get(seed.nextInt(logs.size()));
        var values = new String[1 + seed.nextInt(3)];
        for (int v = 0; v < values.length; v++) {
          values[v] = "%d/%d/%d/%s".formatted(appender, i, v, "x".repeat(seed.nextInt(120)));
        }
        var done = new CountDownLatch(1);
        log.lane().submit(() -> append(log, values, storage, done));
        if (!done.await(30, TimeUnit.SECONDS)) {
          throw new AssertionError("an append to " + log.topicPartition() + " does not end");
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** As a partition does it: on the spot, or on a storage thread with the lane kept. */
  private void append(Log log, String[] values, ExecutorService storage, CountDownLatch done) {
    long nowMs = timers.wallMs();
    ByteBuffer batch = Batches.of(nowMs, values);
    if (log.mustPrepare(batch, LogWorld.EPOCH, AppendOrigin.CLIENT, nowMs)) {
      log.lane()
          .continueOn(
              storage,
              () -> {
                note(
                    log,
                    values,
                    log.prepareAndAppend(batch, LogWorld.EPOCH, AppendOrigin.CLIENT, nowMs));
                done.countDown();
              });
    } else {
      note(log, values, log.append(batch, LogWorld.EPOCH, AppendOrigin.CLIENT, nowMs));
      done.countDown();
    }
  }

  private void note(Log log, String[] values, AppendOutcome outcome) {
    if (!(outcome instanceof AppendOutcome.Appended appended)
        || appended.lastOffset() - appended.baseOffset() != values.length - 1) {
      throw new AssertionError("" + outcome);
    }
    Map<Long, String> records = recordsOf(log);
    for (int i = 0; i < values.length; i++) {
      String other = records.put(appended.baseOffset() + i, values[i]);
      if (other != null) {
        throw new AssertionError("offset " + (appended.baseOffset() + i) + " was given twice");
      }
    }
  }

  private Map<Long, String> recordsOf(Log log) {
    return java.util.Objects.requireNonNull(written.get(log.topicPartition()));
  }

  /**
   * Checkpoints, retention and removal, all in the middle of it, until retention has dropped some
   * of every log: where syncs are slow that is after the last append, for only what is flushed may
   * go.
   */
  private void letTimePass(List<Log> logs, ExecutorService storage) {
    long deadlineNanos = clock.monotonicNs() + TimeUnit.SECONDS.toNanos(60);
    while (!isOver.get() || logs.stream().anyMatch(log -> log.logStartOffset() == 0)) {
      if (clock.monotonicNs() > deadlineNanos) {
        throw new AssertionError("retention has dropped nothing of some log");
      }
      timers.advanceMs(60_000);
      // Not faster than the chores that become due: nanoseconds last for 292 years only.
      CompletableFuture.runAsync(() -> {}, storage).orTimeout(60, TimeUnit.SECONDS).join();
    }
  }

  private void readUntilOver(List<Log> logs, SplitMixSeed seed) {
    while (!isOver.get()) {
      Log log = logs.get(seed.nextInt(logs.size()));
      long start = log.logStartOffset();
      long end = log.flushedOffset();
      if (end > start) {
        long from = start + seed.nextInt((int) (end - start));
        if (log.read(from, 1 + seed.nextInt(3_000), end, true) instanceof ReadOutcome.Data data) {
          check(log, from, Batches.bytes(data.records()));
          batchesRead.incrementAndGet();
        }
      }
    }
  }

  private void checkFromStart(Log log) {
    long next = log.logStartOffset();
    while (next < log.logEndOffset()) {
      if (!(log.read(next, 3_000, Long.MAX_VALUE, true) instanceof ReadOutcome.Data data)) {
        throw new AssertionError("offset " + next + " of " + log.topicPartition() + " is not read");
      }
      next = check(log, next, Batches.bytes(data.records()));
    }
    assertThat(next).isEqualTo(log.logEndOffset());
    assertThat(recordsOf(log)).hasSize((int) next);
  }

  /** Whole batches in order, with the records that were appended at those offsets. */
  private long check(Log log, long from, ByteBuffer bytes) {
    Map<Long, String> records = recordsOf(log);
    var walk = new BatchWalk(bytes);
    long next = -1;
    while (walk.next()) {
      long base = walk.batch().baseOffset();
      if (!walk.batch().isCrcRight() || (next < 0 ? base > from : base != next)) {
        throw new AssertionError(
            "%s read from %d, expected %d".formatted(walk.batch(), from, next));
      }
      next = walk.batch().nextOffset();
    }
    long offset = walkStart(bytes);
    for (String value : Batches.values(bytes)) {
      String expected = records.get(offset);
      // A reader may be faster than the one who notes what it appended.
      if (expected != null && !expected.equals(value)) {
        throw new AssertionError("offset %d reads %s, not %s".formatted(offset, value, expected));
      }
      offset++;
    }
    return next;
  }

  private static long walkStart(ByteBuffer bytes) {
    return bytes.getLong(bytes.position());
  }
}
