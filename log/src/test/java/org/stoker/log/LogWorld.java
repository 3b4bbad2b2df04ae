package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.CpuLoad;
import org.stoker.base.Disk;
import org.stoker.base.DiskFullException;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/**
 * A log directory and all it needs, on one thread: storage work runs at once, flush rounds wait
 * until the test runs them.
 */
final class LogWorld {
  static final long HEAP_BYTES = 1 << 20;

  static final TopicPartition ORDERS = new TopicPartition("orders", 3);
  static final Uuid TOPIC_ID = new Uuid(0x1234L, 0x5678L);
  static final int EPOCH = 0;

  final Disk disk;
  final SimulatedClock clock;
  final LogDirectory directory;
  final ArrayDeque<Runnable> flushRounds = new ArrayDeque<>();
  final ArrayDeque<Exception> failures = new ArrayDeque<>();

  LogWorld(Disk disk, Path path) throws LogDirectoryException {
    this(disk, LogDirectoryConfig.at(path).withReserveBytes(0), LogConfig.DEFAULT);
  }

  LogWorld(Disk disk, LogDirectoryConfig config, LogConfig logConfig) throws LogDirectoryException {
    this(disk, new SimulatedClock(), config, logConfig, 1);
  }

  LogWorld(
      Disk disk, SimulatedClock clock, LogDirectoryConfig config, LogConfig logConfig, long seed)
      throws LogDirectoryException {
    this(disk, clock, config, logConfig, seed, null);
  }

  LogWorld(
      Disk disk,
      SimulatedClock clock,
      LogDirectoryConfig config,
      LogConfig logConfig,
      long seed,
      @Nullable FileSystemSync sync)
      throws LogDirectoryException {
    this.disk = disk;
    this.clock = clock;
    Executor atOnce = Runnable::run;
    var environment =
        new LogEnvironment(
            disk,
            clock,
            clock,
            new SplitMixSeed(seed),
            atOnce,
            partition -> new CallerRunsLane(partition.toString(), atOnce),
            ProducerMemory.ofHeap(HEAP_BYTES, clock));
    directory =
        LogDirectory.lock(
            config,
            environment,
            new LogDirectory.FlushThreads(flushRounds::add, atOnce, CpuLoad.LOW, sync),
            failures::add);
    directory.identify(1, "cluster");
    directory.load(topic -> logConfig);
  }

  Log create(TopicPartition partition, LogConfig config) {
    try {
      return directory.create(partition, TOPIC_ID, config);
    } catch (DiskFullException e) {
      throw new AssertionError(e);
    }
  }

  Log orders() {
    Log log = directory.log(ORDERS);
    if (log == null) {
      throw new AssertionError("orders-3 is not open: " + directory.refused());
    }
    return log;
  }

  /** Runs all flush rounds that wait. */
  void flush() {
    Runnable round;
    while ((round = flushRounds.poll()) != null) {
      round.run();
    }
  }

  void stop() {
    directory.stop(7).join();
  }

  /** What the chore does every minute. */
  void checkpoint() throws IOException {
    directory.logs().forEach(log -> runOnLane(log, log::writeLeaderEpochs));
    directory.checkpoints().writeRecoveryPoints(directory.logs());
  }

  /** Gives what the work on the log's lane gives. */
  static <T> T onLane(Log log, Supplier<T> work) {
    var result = new ArrayDeque<T>();
    log.lane().submit(() -> result.add(work.get()));
    if (result.isEmpty()) {
      throw new AssertionError("the work on the lane failed, see the log");
    }
    return result.remove();
  }

  static void runOnLane(Log log, Runnable work) {
    onLane(
        log,
        () -> {
          work.run();
          return true;
        });
  }

  AppendOutcome append(Log log, ByteBuffer batch) {
    return append(log, batch, AppendOrigin.CLIENT);
  }

  AppendOutcome append(Log log, ByteBuffer batch, AppendOrigin origin) {
    return onLane(log, () -> appendNow(log, batch, EPOCH, origin));
  }

  /** On the log's lane. */
  AppendOutcome appendNow(Log log, ByteBuffer batch, int leaderEpoch) {
    return appendNow(log, batch, leaderEpoch, AppendOrigin.CLIENT);
  }

  private AppendOutcome appendNow(Log log, ByteBuffer batch, int leaderEpoch, AppendOrigin origin) {
    long nowMs = clock.wallMs();
    return log.mustPrepare(batch, leaderEpoch, origin, nowMs)
        ? log.prepareAndAppend(batch, leaderEpoch, origin, nowMs)
        : log.append(batch, leaderEpoch, origin, nowMs);
  }
}
