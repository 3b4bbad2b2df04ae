package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile;
import org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache;
import org.apache.kafka.storage.internals.log.EpochEntry;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.FileDisk;
import org.stoker.testkit.SplitMixSeed;

/** Kafka's leader epochs and ours, told the same, answer the same and leave the same file. */
final class LeaderEpochHistoryPropertyTest {
  private static final int SEEDS = 30;

  @TempDir Path directory = Path.of("/");

  /** Runs what it is given at once, on the caller's thread. */
  private static final class AtOnce extends KafkaScheduler {
    AtOnce() {
      super(1);
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's cache does not look at what it gets back.
    public ScheduledFuture<?> schedule(String name, Runnable task, long delayMs, long periodMs) {
      new FutureTask<>(task, null).run();
      return null;
    }
  }

  /** Writes when it is told to: each write waits for the disk. */
  private static final class WrittenOnDemand extends LeaderEpochCheckpointFile {
    private List<EpochEntry> latest = List.of();

    WrittenOnDemand(Path directory) throws IOException {
      super(newFile(directory.toFile()), new LogDirFailureChannel(1));
    }

    @Override
    public void write(Collection<EpochEntry> entries) {
      latest = List.copyOf(entries);
    }

    @Override
    public void writeIfDirExists(Collection<EpochEntry> entries) {
      latest = List.copyOf(entries);
    }

    void writeNow() {
      super.write(latest);
    }
  }

  @Test
  void answersAsKafkaDoes() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      var random = new SplitMixSeed(seed);
      Path theirsDirectory = Files.createDirectories(directory.resolve("theirs" + seed));
      Path oursDirectory = Files.createDirectories(directory.resolve("ours" + seed));
      var theirFile = new WrittenOnDemand(theirsDirectory);
      var theirs =
          new LeaderEpochFileCache(new TopicPartition("orders", 3), theirFile, new AtOnce());
      LeaderEpochHistory ours = LeaderEpochHistory.EMPTY;
      long end = 0;
      int epoch = 0;
      for (int step = 0; step < 120; step++) {
        switch (random.nextInt(6)) {
          case 0 -> {
            end = random.nextInt((int) end + 1);
            theirs.truncateFromEndAsyncFlush(end);
            ours = ours.truncateFromEnd(end);
          }
          case 1 -> {
            long start = random.nextInt((int) end + 1);
            theirs.truncateFromStartAsyncFlush(start);
            ours = ours.truncateFromStart(start);
          }
          default -> {
            epoch = Math.max(0, epoch + random.nextInt(4) - 1);
            long start = Math.max(0, end - (random.oneIn(10) ? random.nextInt(20) : 0));
            theirs.assign(epoch, start);
            ours = ours.assign(epoch, start);
            end += random.nextInt(20);
          }
        }
        assertSame("seed " + seed + " step " + step, ours, theirs, end);
      }
      theirFile.writeNow();
      new LeaderEpochCheckpoint(
              new FileDisk(), oursDirectory.resolve(LeaderEpochCheckpoint.FILE_NAME))
          .write(ours);
      compareFiles(ours, oursDirectory, theirsDirectory);
    }
  }

  private static void assertSame(
      String where, LeaderEpochHistory ours, LeaderEpochFileCache theirs, long end) {
    assertThat(ours.entries()).as(where).isEqualTo(ofKafka(theirs.epochEntries()));
    assertThat(ours.latestEpoch()).as(where).isEqualTo(theirs.latestEpoch().orElse(-1));
    for (int epoch = -1; epoch <= ours.latestEpoch() + 2; epoch++) {
      Map.Entry<Integer, Long> expected = theirs.endOffsetFor(epoch, end);
      assertThat(ours.endOffsetFor(epoch, end))
          .as("%s epoch %d", where, epoch)
          .isEqualTo(new LeaderEpochHistory.EpochEndOffset(expected.getKey(), expected.getValue()));
      assertThat(ours.epochBefore(epoch))
          .as("%s epoch %d", where, epoch)
          .isEqualTo(theirs.previousEpoch(epoch).orElse(-1));
    }
    for (long offset = 0; offset <= end; offset += 7) {
      assertThat(ours.epochForOffset(offset))
          .as("%s offset %d", where, offset)
          .isEqualTo(theirs.epochForOffset(offset).orElse(-1));
    }
  }

  private static List<LeaderEpochHistory.Entry> ofKafka(List<EpochEntry> entries) {
    return entries.stream()
        .map(e -> new LeaderEpochHistory.Entry(e.epoch(), e.startOffset()))
        .toList();
  }

  private static void compareFiles(
      LeaderEpochHistory ours, Path oursDirectory, Path theirsDirectory) throws IOException {
    Path oursFile = oursDirectory.resolve(LeaderEpochCheckpoint.FILE_NAME);
    Path theirsFile = theirsDirectory.resolve(LeaderEpochCheckpoint.FILE_NAME);
    assertThat(new LeaderEpochCheckpoint(new FileDisk(), theirsFile).read()).isEqualTo(ours);
    assertThat(ofKafka(new WrittenOnDemand(oursDirectory).read())).isEqualTo(ours.entries());
    assertThat(Files.readString(oursFile)).isEqualTo(Files.readString(theirsFile));
  }
}
