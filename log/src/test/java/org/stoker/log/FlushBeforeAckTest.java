package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.CpuLoad;
import org.stoker.base.FileDisk;
import org.stoker.base.SystemClock;
import org.stoker.base.SystemSeed;
import org.stoker.testkit.SimulatedClock;

/** The JVM's own record of what was forced to the disk, and when, against what we told. */
final class FlushBeforeAckTest {
  @TempDir Path directory;

  @Test
  void theSegmentIsForcedToTheRealDiskBeforeTheFlushedOffsetIsTold() throws Exception {
    Path recorded = directory.resolve("forces.jfr");
    Instant toldAt;
    Path logDirectory = directory.resolve("data");
    try (ExecutorService flusher = Executors.newSingleThreadExecutor();
        Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withoutThreshold();
      LogDirectory data = open(logDirectory, flusher);
      Log log = data.create(LogWorld.ORDERS, LogWorld.TOPIC_ID, LogConfig.DEFAULT);
      var told = new CompletableFuture<Instant>();
      log.setFlushListener((_, offset) -> told.complete(Instant.now()));
      recording.start();
      LogWorld.runOnLane(log, () -> log.append(Batches.of(1, "a"), 0, AppendOrigin.CLIENT, 1));
      toldAt = told.get(30, java.util.concurrent.TimeUnit.SECONDS);
      recording.stop();
      recording.dump(recorded);
      data.stop(1).get(30, java.util.concurrent.TimeUnit.SECONDS);
    }

    Path segment = logDirectory.resolve("orders-3/00000000000000000000.log");
    List<RecordedEvent> forces =
        RecordingFile.readAllEvents(recorded).stream()
            .filter(event -> segment.toString().equals(event.getString("path")))
            .toList();
    assertThat(forces).isNotEmpty();
    assertThat(forces.getFirst().getEndTime()).isBeforeOrEqualTo(toldAt);
  }

  private static LogDirectory open(Path path, ExecutorService flusher)
      throws LogDirectoryException {
    var failures = new ArrayDeque<Exception>();
    var environment =
        new LogEnvironment(
            new FileDisk(),
            new SystemClock(),
            new SimulatedClock(),
            new SystemSeed(),
            Runnable::run,
            partition -> new CallerRunsLane(partition.toString(), Runnable::run),
            ProducerMemory.ofHeap(1 << 28, new SystemClock()));
    LogDirectory data =
        LogDirectory.lock(
            LogDirectoryConfig.at(path).withReserveBytes(0),
            environment,
            new LogDirectory.FlushThreads(flusher, Runnable::run, CpuLoad.LOW, null),
            failures::add);
    data.identify(1, "cluster");
    data.load(topic -> LogConfig.DEFAULT);
    return data;
  }
}
