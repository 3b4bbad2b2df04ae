package org.stoker.benchmarks.micro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.CpuLoad;
import org.stoker.base.FileDisk;
import org.stoker.base.SystemClock;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.AppendOrigin;
import org.stoker.log.AppendOutcome;
import org.stoker.log.Log;
import org.stoker.log.LogConfig;
import org.stoker.log.LogDirectory;
import org.stoker.log.LogDirectoryConfig;
import org.stoker.log.LogEnvironment;
import org.stoker.log.ProducerMemory;
import org.stoker.log.ReadOutcome;
import org.stoker.records.FileRecordBytes;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/**
 * A log in the page cache, on the machine's own file system: what an append and a read cost beside
 * syncing and sending.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, batchSize = LogBenchmark.BATCHES)
@Measurement(iterations = 10, batchSize = LogBenchmark.BATCHES)
public class LogBenchmark {
  /** So many appends or reads are one measurement: 64 MB of batches. */
  static final int BATCHES = 4_000;

  private static final int RECORDS_IN_BATCH = 16;
  private static final int FETCH_BYTES = 1 << 20;
  private static final Executor AT_ONCE = Runnable::run;
  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

  private final SystemClock clock = new SystemClock();
  private final SplitMixSeed seed = new SplitMixSeed(2);
  private final ByteBuffer batch = SixteenKilobytes.batch();
  private final Path root = makeRoot();
  private final LogDirectory directory = open(root);
  private final Log log = create(directory);

  private static Path makeRoot() {
    try {
      return Files.createTempDirectory("stoker-log-benchmark");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LogDirectory open(Path path) {
    try {
      LogDirectory opened =
          LogDirectory.lock(
              LogDirectoryConfig.at(path).withReserveBytes(0),
              new LogEnvironment(
                  new FileDisk(),
                  clock,
                  new SimulatedClock(),
                  seed,
                  AT_ONCE,
                  partition -> new CallerRunsLane(partition.toString(), AT_ONCE),
                  ProducerMemory.ofHeap(1 << 28, clock)),
              new LogDirectory.FlushThreads(AT_ONCE, AT_ONCE, CpuLoad.LOW, null),
              failure -> {
                throw new IllegalStateException(failure);
              });
      opened.identify(1, "cluster");
      opened.load(_ -> LogConfig.DEFAULT);
      return opened;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Log create(LogDirectory directory) {
    // Nothing is synced: that is the disk's time.
    LogConfig unflushed =
        LogConfig.DEFAULT.withFlush(
            new LogConfig.FlushConfig(Long.MAX_VALUE, Long.MAX_VALUE, false));
    try {
      return directory
          .create(List.of(new LogDirectory.NewLog(ORDERS, new Uuid(1, 2), unflushed)))
          .getFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every measurement appends behind the same number of batches, and reads among as many. */
  @Setup(Level.Iteration)
  public void fill() {
    log.lane().submit(() -> log.truncateFullyAndStartAt(0, clock.wallMs()));
    for (int i = 0; i < BATCHES; i++) {
      append();
    }
  }

  @TearDown
  public void delete() throws IOException {
    directory.stop(1).join();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Benchmark
  public long append() {
    log.lane().submit(this::appendOnLane);
    return log.logEndOffset();
  }

  private void appendOnLane() {
    long nowMs = clock.wallMs();
    AppendOutcome outcome =
        log.mustPrepare(batch, 0, AppendOrigin.CLIENT, nowMs)
            ? log.prepareAndAppend(batch, 0, AppendOrigin.CLIENT, nowMs)
            : log.append(batch, 0, AppendOrigin.CLIENT, nowMs);
    if (!(outcome instanceof AppendOutcome.Appended)) {
      throw new IllegalStateException(outcome.toString());
    }
  }

  /** Finds where a fetch begins and ends in the segment; sendfile would do the rest. */
  @Benchmark
  public int read() {
    int offset = seed.nextInt((BATCHES - 100) * RECORDS_IN_BATCH);
    if (log.read(offset, FETCH_BYTES, Long.MAX_VALUE, true) instanceof ReadOutcome.Data data
        && data.records() instanceof FileRecordBytes bytes) {
      int sizeBytes = bytes.sizeInBytes();
      bytes.release();
      return sizeBytes;
    }
    throw new IllegalStateException("nothing at offset " + offset);
  }
}
