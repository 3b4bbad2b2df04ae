package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.FileDisk;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/** When a segment is rolled and what retention drops, beside Kafka's own log, from seeds. */
final class KafkaRollAndRetentionTest {
  private static final int SEEDS = 40;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final long HOUR_MS = 3_600_000;
  private static final long NEVER_BY_TIME_MS = Long.MAX_VALUE;
  private static final int SEGMENT_BYTES = 600;

  @TempDir Path root;

  /** Where segments start, and the log's own ends. */
  private record Shape(long logStartOffset, List<Long> baseOffsets, long logEndOffset) {
    static Shape of(KafkaLog kafka) {
      return new Shape(
          kafka.log.logStartOffset(),
          kafka.log.logSegments().stream().map(LogSegment::baseOffset).toList(),
          kafka.log.logEndOffset());
    }

    static Shape of(Log log) {
      return new Shape(
          log.logStartOffset(),
          log.view().segments().stream().map(Segment::baseOffset).toList(),
          log.logEndOffset());
    }
  }

  private static LogWorld open(Path path, SimulatedClock clock, LogConfig config)
      throws LogDirectoryException {
    return new LogWorld(
        new FileDisk(), clock, LogDirectoryConfig.at(path).withReserveBytes(0), config, 1);
  }

  private static LogConfig small(long rollAfterMs) {
    return LogConfig.DEFAULT.withSegment(
        LogConfig.DEFAULT
            .segment()
            .withSegmentSizeBytes(SEGMENT_BYTES)
            .withIndexIntervalBytes(100)
            .withRollAfterMs(rollAfterMs));
  }

  private static Map<String, String> kafkaConfig(String... more) {
    var config = new HashMap<String, String>();
    config.put(KafkaLog.SEGMENT_BYTES, "" + SEGMENT_BYTES);
    config.put("index.interval.bytes", "100");
    for (int i = 0; i < more.length; i += 2) {
      config.put(more[i], more[i + 1]);
    }
    return config;
  }

  // ---- Rolling.

  @Test
  void rollsByTimeAndSizeWhereKafkaDoes() throws Exception {
    int byTime = 0;
    for (long number = 0; number < SEEDS; number++) {
      var seed = new SplitMixSeed(number);
      var clock = new SimulatedClock(NOW_MS);
      Path ours = root.resolve("ours-" + number);
      LogWorld world = open(ours, clock, small(HOUR_MS));
      Log log = world.create(LogWorld.ORDERS, small(HOUR_MS));
      Path theirs = Files.createDirectories(root.resolve("kafka-" + number + "/orders-3"));
      var kafka =
          new KafkaLog(
              theirs, true, 0, kafkaConfig("segment.ms", "" + HOUR_MS), new KafkaTime(clock));

      for (int i = 0; i < 60; i++) {
        pass(clock, seed.nextInt((int) HOUR_MS / 4));
        long timestamp = timestamp(seed, clock);
        String value = "v".repeat(1 + seed.nextInt(60));
        world.append(log, Batches.of(timestamp, value));
        kafka.append(MemoryRecords.readableRecords(Batches.of(timestamp, value)), LogWorld.EPOCH);
      }

      assertThat(Shape.of(log)).as("seed " + number).isEqualTo(Shape.of(kafka));
      for (Segment segment : log.view().segments()) {
        byTime += segment.sizeBytes() < SEGMENT_BYTES / 2 ? 1 : 0;
      }
      kafka.close();
      world.stop();
    }
    assertThat(byTime).as("segments that were small when they were rolled").isGreaterThan(SEEDS);
  }

  /** Without the chores that would run meanwhile. */
  private static void pass(SimulatedClock clock, long ms) {
    clock.setWallMs(clock.wallMs() + ms);
  }

  /** Mostly now; also late, early, and none at all. */
  private static long timestamp(SplitMixSeed seed, SimulatedClock clock) {
    return switch (seed.nextInt(8)) {
      case 0 -> -1;
      case 1 -> clock.wallMs() - seed.nextInt((int) HOUR_MS) * 10L;
      case 2 -> clock.wallMs() + seed.nextInt((int) HOUR_MS);
      default -> clock.wallMs();
    };
  }

  // ---- Retention.

  @Test
  void dropsByTimeWhatKafkaDrops() throws Exception {
    List<Drop> drops = new ArrayList<>();
    for (long number = 0; number < SEEDS; number++) {
      long retentionMs = 1 + configSeed(number).nextInt(40) * HOUR_MS;
      drops.add(dropped(number, retentionMs, -1));
    }

    assertThat(drops).contains(Drop.NOTHING, Drop.SOME, Drop.ALL);
  }

  @Test
  void dropsBySizeWhatKafkaDrops() throws Exception {
    List<Drop> drops = new ArrayList<>();
    for (long number = 0; number < SEEDS; number++) {
      drops.add(dropped(number, -1, configSeed(number).nextInt(5_000)));
    }

    assertThat(drops).contains(Drop.NOTHING, Drop.SOME);
  }

  @Test
  void dropsByTimeAndSizeTogetherWhatKafkaDrops() throws Exception {
    List<Drop> drops = new ArrayList<>();
    for (long number = 0; number < SEEDS; number++) {
      SplitMixSeed seed = configSeed(number);
      drops.add(dropped(number, seed.nextInt(30) * HOUR_MS, seed.nextInt(5_000)));
    }

    assertThat(drops).contains(Drop.SOME, Drop.ALL);
  }

  /** Not the one that the log is written from. */
  private static SplitMixSeed configSeed(long number) {
    return new SplitMixSeed(-1 - number);
  }

  private enum Drop {
    NOTHING,
    SOME,
    /** The active segment too, after a roll. */
    ALL
  }

  /** Lets both logs apply their retention to the same files, and compares what is left. */
  private Drop dropped(long number, long retentionMs, long retentionBytes) throws Exception {
    var seed = new SplitMixSeed(number);
    var clock = new SimulatedClock(NOW_MS);
    Path ours = root.resolve("ours-%d-%d-%d".formatted(number, retentionMs, retentionBytes));
    long end = write(ours, seed, clock);
    Path theirs = Path.of(ours + "-kafka").resolve("orders-3");
    copy(ours.resolve("orders-3"), theirs);
    long highWatermark = seed.oneIn(3) ? seed.nextInt((int) end + 1) : end;
    LogConfig config =
        small(NEVER_BY_TIME_MS)
            .withRetention(
                LogConfig.DEFAULT
                    .retention()
                    .withRetentionMs(retentionMs)
                    .withRetentionSizeBytes(retentionBytes));

    Shape kept;
    var kafka =
        new KafkaLog(
            theirs,
            true,
            end,
            kafkaConfig("retention.ms", "" + retentionMs, "retention.bytes", "" + retentionBytes),
            new KafkaTime(clock));
    Shape before = Shape.of(kafka);
    kafka.log.updateHighWatermark(highWatermark);
    kafka.log.deleteOldSegments();
    kept = Shape.of(kafka);
    kafka.close();
    LogWorld world = open(ours, clock, config);
    Log log = world.orders();
    LogWorld.runOnLane(log, () -> log.updateHighWatermark(highWatermark));
    // As the chore does it, and at the time that Kafka saw.
    LogWorld.runOnLane(log, () -> log.trimmer().applyRetention(clock.wallMs()));
    LogWorld.runOnLane(log, () -> log.trimmer().removeSegmentsBelowLogStart(log.logStartOffset()));

    assertThat(Shape.of(log))
        .as("seed %d, before %s, high watermark %d", number, before, highWatermark)
        .isEqualTo(kept);
    world.stop();
    return kept.equals(before) ? Drop.NOTHING : kept.logStartOffset() == end ? Drop.ALL : Drop.SOME;
  }

  /** A log over a day, some of it without timestamps and some from the future. */
  private static long write(Path path, SplitMixSeed seed, SimulatedClock clock) throws Exception {
    LogWorld world = open(path, clock, small(NEVER_BY_TIME_MS));
    Log log = world.create(LogWorld.ORDERS, small(NEVER_BY_TIME_MS));
    int count = 1 + seed.nextInt(60);
    boolean hasTimes = !seed.oneIn(8);
    for (int i = 0; i < count; i++) {
      pass(clock, seed.nextInt((int) HOUR_MS));
      long timestamp = hasTimes ? timestamp(seed, clock) : -1;
      world.append(log, Batches.of(timestamp, "v".repeat(1 + seed.nextInt(60))));
    }
    world.stop();
    // Without timestamps a segment is as old as its file.
    long step = 0;
    for (Segment segment : log.view().segments()) {
      step += HOUR_MS;
      Files.setLastModifiedTime(
          segment.path(), java.nio.file.attribute.FileTime.fromMillis(NOW_MS + step));
    }
    return log.logEndOffset();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            to.resolve(Objects.requireNonNull(file.getFileName())),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }
}
