package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.base.TopicPartition;
import org.stoker.records.BatchWalk;
import org.stoker.records.CorruptBatchException;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/**
 * Several lives of a log directory that end by a power failure at any step, from one seed, beside a
 * model that knows what was acknowledged.
 */
final class LogCrashSimulation {
  private static final Path ROOT = Path.of("/data");
  private static final int PARTITIONS = 3;
  private static final int LIVES = 4;
  private static final int MOST_STEPS = 60;
  private static final long HOUR_MS = 3_600_000;

  private final SplitMixSeed seed;
  private final DiskFlaw flaw;
  private final SimulatedClock clock = new SimulatedClock();
  private final Map<TopicPartition, Model> models = new TreeMap<>();
  private final Map<TopicPartition, Boolean> deletions = new HashMap<>();
  private SimulatedDisk disk;
  private int generations;
  private int checks;
  private int preallocatedLogs;

  /** What one partition was told, and what it has promised. */
  private static final class Model {
    final int generation;
    final List<String> records = new ArrayList<>();
    final List<Written> batches = new ArrayList<>();
    final List<String> inDoubt = new ArrayList<>();
    @Nullable Written batchInDoubt;
    long logStart;
    long highestLogStart;
    long flushed;
    long truncationInDoubt = Long.MAX_VALUE;
    boolean deletionInDoubt;
    int leaderEpoch;

    Model(int generation) {
      this.generation = generation;
    }
  }

  private record Written(
      long producerId, int sequence, long baseOffset, long lastOffset, ByteBuffer bytes) {}

  /** The power fails at the n-th change of the disk. */
  private final class PowerCut implements WatchedDisk.Watcher {
    private final WatchedDisk.Watcher flawed = new DiskFlaw.Watcher(flaw);
    private final SimulatedDisk before;
    private int changesLeft;
    private @Nullable SimulatedDisk after;

    PowerCut(SimulatedDisk before, int changesLeft) {
      this.before = before;
      this.changesLeft = changesLeft;
    }

    boolean happened() {
      return after != null;
    }

    SimulatedDisk diskAfter() {
      SimulatedDisk found = after == null ? before.powerFailure() : after;
      after = found;
      return found;
    }

    @Override
    public boolean does(WatchedDisk.Op op, Path path) throws IOException {
      if (op != WatchedDisk.Op.READ && op != WatchedDisk.Op.OPEN && changesLeft-- == 0) {
        diskAfter();
      }
      if (happened()) {
        throw new FileSystemException(path.toString(), null, "the power failed");
      }
      return flawed.does(op, path);
    }
  }

  LogCrashSimulation(long seed, DiskFlaw flaw) {
    this.seed = new SplitMixSeed(seed);
    this.flaw = flaw;
    this.disk = new SimulatedDisk(this.seed.nextLong(), clock);
  }

  /** How many openings were checked. */
  int run() {
    for (int life = 0; life < LIVES; life++) {
      var cut = new PowerCut(disk, seed.nextInt(600));
      LogWorld world = open(cut);
      if (world != null) {
        check(world, cut);
        live(world, cut);
        world.directory.logs().forEach(this::notePreallocated);
        world.directory.stopForCrash();
      }
      disk = cut.diskAfter();
    }
    LogWorld world = open(new PowerCut(disk, Integer.MAX_VALUE));
    if (world == null) {
      throw new AssertionError("the directory does not open");
    }
    check(world, new PowerCut(disk, Integer.MAX_VALUE));
    return checks;
  }

  /** How many logs had zeros behind their end when a life ended. */
  int preallocatedLogs() {
    return preallocatedLogs;
  }

  private void notePreallocated(Log log) {
    if (log.view().activeSegment().hasRoomAhead()) {
      preallocatedLogs++;
    }
  }

  private @Nullable LogWorld open(PowerCut cut) {
    try {
      var world =
          new LogWorld(
              new WatchedDisk(cut.before, cut),
              clock,
              LogDirectoryConfig.at(ROOT)
                  .withReserveBytes(0)
                  .withFlusher(FlusherConfig.DEFAULT.withPreallocation(1, 64 * 1024)),
              config(),
              seed.nextLong());
      if (cut.happened()) {
        world.directory.stopForCrash();
        return null;
      }
      return world;
    } catch (LogDirectoryException e) {
      if (cut.happened()) {
        return null;
      }
      throw new AssertionError("the directory does not open", e);
    }
  }

  private static LogConfig config() {
    return LogConfig.DEFAULT
        .withSegment(
            LogConfig.DEFAULT.segment().withSegmentSizeBytes(6_000).withIndexIntervalBytes(400))
        .withRetention(
            LogConfig.DEFAULT.retention().withRetentionMs(5 * HOUR_MS).withFileDeleteDelayMs(1000));
  }

  // ---- One life.

  private void live(LogWorld world, PowerCut cut) {
    int steps = seed.nextInt(MOST_STEPS);
    for (int i = 0; i < steps && !cut.happened(); i++) {
      var partition = new TopicPartition("topic", seed.nextInt(PARTITIONS));
      Log log = world.directory.log(partition);
      if (log == null) {
        create(world, partition, cut);
      } else {
        step(world, log, cut);
      }
    }
    if (!cut.happened() && seed.oneIn(3)) {
      stop(world, cut);
    }
  }

  private void step(LogWorld world, Log log, PowerCut cut) {
    int choice = seed.nextInt(100);
    if (choice < 55) {
      append(world, log, cut);
    } else if (choice < 80) {
      flush(world);
    } else if (choice < 86) {
      truncate(log, cut);
    } else if (choice < 90) {
      deleteRecords(log, cut);
    } else if (choice < 92) {
      delete(world, log, cut);
    } else if (choice < 96) {
      highWatermark(log, cut);
      clock.advanceMs(seed.nextInt(5) == 0 ? 4 * HOUR_MS : 65_000);
    } else {
      model(log).leaderEpoch++;
    }
  }

  private Model model(Log log) {
    Model model = models.get(log.topicPartition());
    if (model == null) {
      throw new AssertionError(log.topicPartition() + " is open and should not exist");
    }
    return model;
  }

  /** Whether the work was done to its end. */
  private static boolean onLane(Log log, PowerCut cut, Runnable work) {
    boolean[] isDone = {false};
    log.lane()
        .submit(() -> {
          work.run();
          isDone[0] = true;
        });
    if (!isDone[0] && !cut.happened()) {
      throw new AssertionError("work on " + log.topicPartition() + " failed, and the disk did not");
    }
    return isDone[0];
  }

  private void create(LogWorld world, TopicPartition partition, PowerCut cut) {
    var model = new Model(generations++);
    try {
      Log log = world.create(partition, config());
      deletions.remove(partition);
      models.put(partition, model);
      listen(log, model);
    } catch (RuntimeException e) {
      if (!cut.happened()) {
        throw e;
      }
      deletions.remove(partition);
      models.put(partition, model);
    }
  }

  private static void listen(Log log, Model model) {
    log.setFlushListener((_, offset) -> model.flushed = Math.max(model.flushed, offset));
  }

  private void append(LogWorld world, Log log, PowerCut cut) {
    Model model = model(log);
    int count = 1 + seed.nextInt(3);
    var values = new String[count];
    for (int i = 0; i < count; i++) {
      long offset = model.records.size() + (long) i;
      values[i] =
          "%s/%d/%d/%s"
              .formatted(
                  log.topicPartition(),
                  model.generation,
                  offset,
                  Long.toHexString(seed.nextLong()).repeat(1 + seed.nextInt(60)));
    }
    long producerId = seed.nextInt(4) - 1L;
    int sequence = nextSequence(model, producerId);
    ByteBuffer batch =
        producerId < 0
            ? Batches.of(clock.wallMs(), values)
            : Batches.idempotent(producerId, 0, sequence, clock.wallMs(), values);
    int leaderEpoch = model.leaderEpoch;
    AppendOutcome[] outcome = {null};
    model.inDoubt.addAll(List.of(values));
    long baseOffset = model.records.size();
    var written = new Written(producerId, sequence, baseOffset, baseOffset + count - 1, batch);
    model.batchInDoubt = written;
    boolean isDone = onLane(log, cut, () -> outcome[0] = world.appendNow(log, batch, leaderEpoch));
    if (isDone) {
      if (!(outcome[0] instanceof AppendOutcome.Appended appended)
          || appended.baseOffset() != baseOffset) {
        throw new AssertionError(
            "append at %d of %s gave %s".formatted(baseOffset, log.topicPartition(), outcome[0]));
      }
      model.inDoubt.clear();
      model.batchInDoubt = null;
      model.records.addAll(List.of(values));
      model.batches.add(written);
    }
  }

  private static int nextSequence(Model model, long producerId) {
    int next = 0;
    for (Written batch : model.batches) {
      if (batch.producerId() == producerId) {
        next = batch.sequence() + (int) (batch.lastOffset() - batch.baseOffset()) + 1;
      }
    }
    return next;
  }

  private static void flush(LogWorld world) {
    world.flush();
  }

  private void truncate(Log log, PowerCut cut) {
    Model model = model(log);
    List<Written> cuttable =
        model.batches.stream().filter(batch -> batch.baseOffset() >= model.logStart).toList();
    if (cuttable.isEmpty()) {
      return;
    }
    // Mostly the newest few, as a follower does; sometimes many segments.
    int most = Math.min(cuttable.size(), seed.oneIn(4) ? cuttable.size() : 3);
    long offset = cuttable.get(cuttable.size() - 1 - seed.nextInt(most)).baseOffset();
    model.truncationInDoubt = offset;
    if (onLane(log, cut, () -> log.truncateTo(offset, clock.wallMs()))) {
      model.truncationInDoubt = Long.MAX_VALUE;
      cutModel(model, offset);
    }
  }

  private static void cutModel(Model model, long offset) {
    model.records.subList((int) offset, model.records.size()).clear();
    model.batches.removeIf(batch -> batch.lastOffset() >= offset);
    model.flushed = Math.min(model.flushed, offset);
  }

  private void deleteRecords(Log log, PowerCut cut) {
    Model model = model(log);
    if (!model.batches.isEmpty()) {
      long offset = model.batches.get(seed.nextInt(model.batches.size())).baseOffset();
      model.logStart = Math.max(model.logStart, offset);
      onLane(log, cut, () -> log.deleteRecordsUpTo(offset));
    }
  }

  private void highWatermark(Log log, PowerCut cut) {
    Model model = model(log);
    onLane(log, cut, () -> log.updateHighWatermark(model.flushed));
    // Retention may now drop what is below.
    model.logStart = Math.max(model.logStart, model.flushed);
  }

  private void delete(LogWorld world, Log log, PowerCut cut) {
    model(log).deletionInDoubt = true;
    if (onLane(log, cut, () -> world.directory.delete(log))) {
      models.remove(log.topicPartition());
      deletions.put(log.topicPartition(), true);
    }
  }

  private static void stop(LogWorld world, PowerCut cut) {
    world.stop();
    if (!cut.happened()) {
      world.flush();
    }
  }

  // ---- What must hold when the directory is open again.

  private void check(LogWorld world, PowerCut cut) {
    checks++;
    if (!world.directory.refused().isEmpty()) {
      throw new AssertionError("refused: " + world.directory.refused());
    }
    for (TopicPartition deleted : deletions.keySet()) {
      if (world.directory.log(deleted) != null) {
        throw new AssertionError(deleted + " was deleted and is back");
      }
    }
    for (TopicPartition partition : List.copyOf(models.keySet())) {
      if (cut.happened()) {
        return;
      }
      Model model = models.get(partition);
      Log log = world.directory.log(partition);
      if (model == null) {
        continue;
      }
      if (log == null) {
        if (model.flushed > 0 && !model.deletionInDoubt) {
          throw new AssertionError(
              partition + " is gone, and " + model.flushed + " records were acknowledged");
        }
        models.remove(partition);
      } else {
        try {
          check(partition, model, log);
        } catch (CorruptBatchException e) {
          throw new AssertionError("the log of " + partition + " holds what is no batch", e);
        }
        adopt(model, log);
        checkProducers(world, log, model, cut);
      }
    }
  }

  private static void check(TopicPartition partition, Model model, Log log) {
    long least = Math.min(model.flushed, model.truncationInDoubt);
    var all = new ArrayList<>(model.records);
    all.addAll(model.inDoubt);
    long end = log.logEndOffset();
    long start = log.logStartOffset();
    String facts =
        "%s: logStartOffset=%d logEndOffset=%d, flushed %d, written %d, log start asked for %d"
            .formatted(partition, start, end, model.flushed, all.size(), model.logStart);
    if (end < least && model.logStart < least) {
      throw new AssertionError("acknowledged records are gone: " + facts);
    }
    if (end > all.size()) {
      throw new AssertionError("records came back: " + facts);
    }
    if (start > model.logStart) {
      throw new AssertionError("the log starts too late: " + facts);
    }
    List<String> found = Batches.valuesFrom(log, start, 3_000);
    if (!found.equals(all.subList((int) start, (int) end))) {
      throw new AssertionError(
          "other records than were written: "
              + facts
              + "\n"
              + found.stream().map(LogCrashSimulation::head).toList()
              + "\n"
              + all.stream().map(LogCrashSimulation::head).toList());
    }
    checkBatches(log, facts);
  }

  private static String head(String value) {
    return value.substring(0, Math.min(value.length(), 20));
  }

  private static void checkBatches(Log log, String facts) {
    long next = log.logStartOffset();
    while (next < log.logEndOffset()) {
      if (!(log.read(next, 1, Long.MAX_VALUE, true) instanceof ReadOutcome.Data data)) {
        throw new AssertionError("offset " + next + " cannot be read: " + facts);
      }
      var walk = new BatchWalk(Batches.bytes(data.records()));
      while (walk.next()) {
        int epoch = log.leaderEpochOf(walk.batch().lastOffset());
        if (walk.batch().partitionLeaderEpoch() != epoch || !walk.batch().isCrcRight()) {
          throw new AssertionError(walk.batch() + " with leader epochs saying " + epoch + facts);
        }
        next = walk.batch().nextOffset();
      }
    }
  }

  /** What is there now is what the next life starts from. */
  private static void adopt(Model model, Log log) {
    model.records.addAll(model.inDoubt);
    model.inDoubt.clear();
    if (model.batchInDoubt != null) {
      model.batches.add(model.batchInDoubt);
      model.batchInDoubt = null;
    }
    model.records.subList((int) log.logEndOffset(), model.records.size()).clear();
    model.batches.removeIf(batch -> batch.lastOffset() >= log.logEndOffset());
    model.flushed = log.flushedOffset();
    model.highestLogStart = Math.max(model.highestLogStart, model.logStart);
    model.logStart = log.logStartOffset();
    model.truncationInDoubt = Long.MAX_VALUE;
    model.deletionInDoubt = false;
    model.leaderEpoch = Math.max(model.leaderEpoch, log.latestLeaderEpoch());
    listen(log, model);
  }

  private static void checkProducers(LogWorld world, Log log, Model model, PowerCut cut) {
    var last = new HashMap<Long, Written>();
    for (Written batch : model.batches) {
      // What is known of a producer may go with its records.
      if (batch.producerId() >= 0 && batch.baseOffset() >= model.highestLogStart) {
        last.put(batch.producerId(), batch);
      }
    }
    for (Written batch : last.values()) {
      AppendOutcome[] outcome = {null};
      boolean isDone =
          onLane(
              log,
              cut,
              () ->
                  outcome[0] = world.appendNow(log, batch.bytes().duplicate(), model.leaderEpoch));
      if (isDone
          && !(outcome[0] instanceof AppendOutcome.Duplicate duplicate
              && duplicate.baseOffset() == batch.baseOffset())) {
        throw new AssertionError(
            "%s of %s was appended before and is no duplicate: %s"
                .formatted(batch, log.topicPartition(), outcome[0]));
      }
    }
  }
}
