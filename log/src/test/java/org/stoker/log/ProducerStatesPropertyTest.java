package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.TransactionCoordinatorFencedException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.CompletedTxn;
import org.apache.kafka.storage.internals.log.LogOffsetMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.Disk;
import org.stoker.base.FileDisk;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/** Kafka's producer state and ours, told the same, judge the same and leave the same snapshots. */
final class ProducerStatesPropertyTest {
  private static final int SNAPSHOT_HEADER_SIZE = 10;
  private static final int SNAPSHOT_ENTRY_SIZE = 46;
  private static final long SEEDS = Long.getLong("stoker.seeds", 25);
  private static final int STEPS = 1500;
  private static final int PRODUCERS = 9;
  private static final int EXPIRATION_MS = 60_000;
  // Kafka's verifications carry the machine's time; so late none of them expires during the test.
  private static final long NEVER_EXPIRES_MS = Long.MAX_VALUE / 2;

  @TempDir Path directory = Path.of("/");

  @Test
  void judgesAndRemembersAsKafkaDoes() throws IOException {
    var seen = new int[6];
    for (long seed = 0; seed < SEEDS; seed++) {
      new Run(seed, seen).play();
    }

    // Every verdict was met often, so the agreement says something.
    assertThat(Arrays.stream(seen).boxed()).allMatch(count -> count > SEEDS);
  }

  private record Batch(
      long producerId, short epoch, int baseSequence, int lastSequence, boolean isTransactional) {
    int offsetDelta() {
      long steps = (long) lastSequence - baseSequence;
      return (int) (steps >= 0 ? steps : steps + Integer.MAX_VALUE + 1L);
    }
  }

  private final class Run {
    private final SplitMixSeed random;
    private final String name;
    private final int[] seen;
    // In memory, since each snapshot of ours waits for the disk; copied to the real one at the end.
    private final SimulatedDisk disk;
    private final Path oursDirectory;
    private final Path theirsDirectory;
    private final ProducerStates ours;
    private final ProducerStateManager theirs;
    private long end;
    private long nowMs = 1_000;

    Run(long seed, int[] seen) throws IOException {
      this.random = new SplitMixSeed(seed);
      this.name = "seed " + seed;
      this.seen = seen;
      this.oursDirectory = Files.createDirectories(directory.resolve("ours" + seed));
      this.theirsDirectory = Files.createDirectories(directory.resolve("theirs" + seed));
      this.disk = new SimulatedDisk(seed);
      disk.createDirectories(oursDirectory);
      this.ours = ourStates(disk, oursDirectory);
      this.theirs = theirStates(theirsDirectory);
    }

    private static ProducerStates ourStates(Disk disk, Path directory) throws IOException {
      var snapshots = new ProducerSnapshots(disk, directory);
      snapshots.load();
      return new ProducerStates(
          snapshots, ProducerMemory.ofHeap(1 << 28, new SimulatedClock()), EXPIRATION_MS);
    }

    private static ProducerStateManager theirStates(Path directory) throws IOException {
      return new ProducerStateManager(
          new TopicPartition("orders", 3),
          directory.toFile(),
          60_000,
          new ProducerStateManagerConfig(EXPIRATION_MS, true),
          Time.SYSTEM);
    }

    void play() throws IOException {
      for (int step = 0; step < STEPS; step++) {
        nowMs += random.nextInt(300);
        switch (random.nextInt(40)) {
          case 0 -> verify();
          case 1 -> expire();
          case 2 -> advanceHighWatermark();
          case 3 -> takeSnapshot();
          case 4 -> truncate();
          case 5 -> moveLogStart();
          case 6, 7, 8, 9 -> marker();
          default -> batch();
        }
        if (step % 10 == 0) {
          compare();
        }
      }
      takeSnapshot();
      compareSnapshots();
      eachLoadsTheSnapshotsOfTheOther();
    }

    private void batch() {
      Batch batch = anyBatch();
      AppendOrigin origin =
          switch (random.nextInt(10)) {
            case 0 -> AppendOrigin.COORDINATOR;
            case 1 -> AppendOrigin.REPLICATION;
            default -> AppendOrigin.CLIENT;
          };
      long lastOffset = end + batch.offsetDelta();
      ProducerVerdict expected = theirVerdict(batch, origin, lastOffset);

      ProducerVerdict verdict =
          ours.check(
              batch.producerId,
              batch.epoch,
              batch.baseSequence,
              batch.lastSequence,
              batch.isTransactional,
              origin);

      assertThat(kind(verdict)).as("%s %s %s", name, batch, origin).isEqualTo(kind(expected));
      if (expected instanceof ProducerVerdict.Duplicate) {
        assertThat(verdict).as(name).isEqualTo(expected);
      }
      seen[kind(verdict)]++;
      if (verdict instanceof ProducerVerdict.Accept) {
        ours.appended(
            batch.producerId,
            batch.epoch,
            batch.lastSequence,
            end,
            lastOffset,
            nowMs,
            batch.isTransactional,
            nowMs);
        end = lastOffset + 1;
        ours.updateMapEndOffset(end);
      }
    }

    private static int kind(ProducerVerdict verdict) {
      return switch (verdict) {
        case ProducerVerdict.Accept _ -> 0;
        case ProducerVerdict.Duplicate _ -> 1;
        case ProducerVerdict.OutOfOrderSequence _ -> 2;
        case ProducerVerdict.InvalidProducerEpoch _ -> 3;
        case ProducerVerdict.NotTransactional _ -> 4;
        case ProducerVerdict.CoordinatorFenced _ -> 5;
      };
    }

    /** Mostly what the producer would send next; now and then something stale, early or wrong. */
    private Batch anyBatch() {
      long producerId = random.nextInt(PRODUCERS);
      ProducerStateEntry entry = theirs.activeProducers().get(producerId);
      short epoch = 0;
      int next = random.oneIn(3) ? Integer.MAX_VALUE - random.nextInt(5) : 0;
      boolean isTransactional = producerId % 2 == 0;
      if (entry != null) {
        epoch = entry.producerEpoch();
        List<BatchMetadata> batches = List.copyOf(entry.batchMetadata());
        next = batches.isEmpty() ? 0 : following(batches.getLast().lastSeq(), 1);
        if (!batches.isEmpty() && random.oneIn(6)) {
          BatchMetadata old = batches.get(random.nextInt(batches.size()));
          return new Batch(producerId, epoch, old.firstSeq(), old.lastSeq(), isTransactional);
        }
      }
      if (random.oneIn(12)) {
        next = following(next, 1 + random.nextInt(3));
      }
      if (random.oneIn(20)) {
        epoch = (short) Math.max(0, epoch + random.nextInt(3) - 1);
        next = random.oneIn(3) ? next : 0;
      }
      isTransactional ^= random.oneIn(15);
      return new Batch(
          producerId, epoch, next, following(next, random.nextInt(4)), isTransactional);
    }

    private static int following(int sequence, int steps) {
      return (int) ((sequence + (long) steps) & Integer.MAX_VALUE);
    }

    private ProducerVerdict theirVerdict(Batch batch, AppendOrigin origin, long lastOffset) {
      ProducerStateEntry entry = theirs.activeProducers().get(batch.producerId);
      if (origin == AppendOrigin.CLIENT && entry != null && entry.producerEpoch() == batch.epoch) {
        for (BatchMetadata old : entry.batchMetadata()) {
          if (old.firstSeq() == batch.baseSequence && old.lastSeq() == batch.lastSequence) {
            return new ProducerVerdict.Duplicate(
                old.firstOffset(), old.lastOffset(), old.timestamp());
          }
        }
      }
      ProducerAppendInfo info = theirs.prepareUpdate(batch.producerId, theirOrigin(origin));
      try {
        info.appendDataBatch(
            batch.epoch,
            batch.baseSequence,
            batch.lastSequence,
            nowMs,
            new LogOffsetMetadata(end),
            lastOffset,
            batch.isTransactional);
      } catch (OutOfOrderSequenceException _) {
        return new ProducerVerdict.OutOfOrderSequence(0, 0, 0);
      } catch (InvalidProducerEpochException _) {
        return new ProducerVerdict.InvalidProducerEpoch(0, (short) 0, (short) 0);
      } catch (InvalidTxnStateException _) {
        return new ProducerVerdict.NotTransactional(0, 0);
      }
      theirs.update(info);
      if (batch.isTransactional) {
        theirs.clearVerificationStateEntry(batch.producerId);
      }
      theirs.updateMapEndOffset(lastOffset + 1);
      return ProducerVerdict.Accept.ACCEPT;
    }

    private static org.apache.kafka.storage.internals.log.AppendOrigin theirOrigin(
        AppendOrigin origin) {
      return switch (origin) {
        case CLIENT -> org.apache.kafka.storage.internals.log.AppendOrigin.CLIENT;
        case COORDINATOR -> org.apache.kafka.storage.internals.log.AppendOrigin.COORDINATOR;
        case REPLICATION -> org.apache.kafka.storage.internals.log.AppendOrigin.REPLICATION;
      };
    }

    private void marker() {
      long producerId = random.nextInt(PRODUCERS);
      ProducerStateEntry entry = theirs.activeProducers().get(producerId);
      short current = entry == null ? 0 : entry.producerEpoch();
      short epoch = (short) Math.max(0, current + random.nextInt(3) - 1);
      int coordinatorEpoch =
          Math.max(0, (entry == null ? 0 : entry.coordinatorEpoch()) + random.nextInt(4) - 1);
      short version = (short) random.nextInt(3);
      boolean isAbort = random.oneIn(2);
      AppendOrigin origin = random.oneIn(5) ? AppendOrigin.REPLICATION : AppendOrigin.COORDINATOR;

      ProducerVerdict verdict =
          ours.checkMarker(producerId, epoch, coordinatorEpoch, version, origin);
      var marker =
          new EndTransactionMarker(
              isAbort ? ControlRecordType.ABORT : ControlRecordType.COMMIT, coordinatorEpoch);
      ProducerAppendInfo info = theirs.prepareUpdate(producerId, theirOrigin(origin));
      Optional<CompletedTxn> completed;
      try {
        completed = info.appendEndTxnMarker(marker, epoch, end, nowMs, version);
      } catch (InvalidProducerEpochException _) {
        assertThat(verdict).as(name).isInstanceOf(ProducerVerdict.InvalidProducerEpoch.class);
        seen[kind(verdict)]++;
        return;
      } catch (TransactionCoordinatorFencedException _) {
        assertThat(verdict).as(name).isInstanceOf(ProducerVerdict.CoordinatorFenced.class);
        seen[kind(verdict)]++;
        return;
      }
      assertThat(verdict).as(name).isInstanceOf(ProducerVerdict.Accept.class);
      theirs.update(info);
      var verification = theirs.verificationStateEntry(producerId);
      if (verification == null
          || !verification.supportsEpochBump()
          || verification.epoch() != epoch) {
        theirs.clearVerificationStateEntry(producerId);
      }
      long stable = completed.map(theirs::lastStableOffset).orElse(-1L);
      completed.ifPresent(theirs::completeTxn);

      CompletedTransaction ended =
          ours.markerAppended(producerId, epoch, coordinatorEpoch, end, nowMs, isAbort, nowMs);

      if (ended == null) {
        assertThat(completed).as(name).isEmpty();
      } else {
        assertThat(completed)
            .as(name)
            .contains(
                new CompletedTxn(
                    ended.producerId(),
                    ended.firstOffset(),
                    ended.lastOffset(),
                    ended.isAborted()));
        assertThat(ours.lastStableOffset(ended)).as(name).isEqualTo(stable);
      }
      end++;
      theirs.updateMapEndOffset(end);
      ours.updateMapEndOffset(end);
    }

    private void verify() {
      long producerId = random.nextInt(PRODUCERS);
      int sequence = random.nextInt(3);
      short epoch = (short) random.nextInt(3);
      boolean mayBumpEpoch = random.oneIn(3);
      ours.verify(producerId, sequence, epoch, mayBumpEpoch, NEVER_EXPIRES_MS);
      theirs.maybeCreateVerificationStateEntry(producerId, sequence, epoch, mayBumpEpoch);
      if (random.oneIn(2)) {
        batch();
      }
    }

    private void expire() {
      if (random.oneIn(10)) {
        nowMs += EXPIRATION_MS / 2;
      }
      ours.removeExpired(nowMs);
      theirs.removeExpiredProducers(nowMs);
    }

    private void advanceHighWatermark() {
      long highWatermark = end - random.nextInt((int) Math.min(end + 1, 30));
      ours.highWatermarkAdvanced(highWatermark);
      theirs.onHighWatermarkUpdated(highWatermark);
    }

    private void takeSnapshot() throws IOException {
      ProducerStates.PendingSnapshot pending = ours.takeSnapshot();
      if (pending != null) {
        ours.snapshots().write(pending.offset(), pending.bytes());
      }
      theirs.takeSnapshot(false);
    }

    private void truncate() throws IOException {
      if (random.oneIn(10)) {
        ours.truncateFullyAndStartAt(end);
        theirs.truncateFullyAndStartAt(end);
        return;
      }
      long start = Math.max(0, end - random.nextInt(2000));
      end = start + random.nextInt((int) (end - start) + 1);
      ours.truncateAndReload(start, end, nowMs);
      theirs.truncateAndReload(start, end, nowMs);
      assertThat(ours.mapEndOffset()).as(name).isEqualTo(theirs.mapEndOffset());
      ours.updateMapEndOffset(end);
      theirs.updateMapEndOffset(end);
    }

    private void moveLogStart() {
      long start = end - random.nextInt((int) Math.min(end + 1, 100));
      ours.logStartOffsetIncremented(start);
      theirs.onLogStartOffsetIncremented(start);
    }

    private void compare() {
      assertThat(ours.mapEndOffset()).as(name).isEqualTo(theirs.mapEndOffset());
      assertThat(ours.isEmpty()).as(name).isEqualTo(theirs.isEmpty());
      assertThat(ours.firstUnstableOffset())
          .as(name)
          .isEqualTo(theirs.firstUnstableOffset().map(o -> o.messageOffset).orElse(-1L));
      assertThat(ours.firstUndecidedOffset())
          .as(name)
          .isEqualTo(theirs.firstUndecidedOffset().orElse(-1L));
      assertThat(ours.count()).as(name).isEqualTo(theirs.producerIdCount());
      assertThat(described(ours)).as(name).isEqualTo(described(theirs));
    }

    private static List<String> described(ProducerStates states) {
      return states.active().stream()
          .sorted(Comparator.comparingLong(ProducerState::producerId))
          .map(p ->
              "%d %d %d %d %d %d %d"
                  .formatted(
                      p.producerId(),
                      p.epoch(),
                      p.coordinatorEpoch(),
                      p.lastTimestamp(),
                      p.transactionFirstOffset(),
                      p.lastSequence(),
                      p.lastOffset()))
          .toList();
    }

    private static List<String> described(ProducerStateManager manager) {
      return manager.activeProducers().values().stream()
          .sorted(Comparator.comparingLong(ProducerStateEntry::producerId))
          .map(p ->
              "%d %d %d %d %d %d %d"
                  .formatted(
                      p.producerId(),
                      p.producerEpoch(),
                      p.coordinatorEpoch(),
                      p.lastTimestamp(),
                      p.currentTxnFirstOffset().orElse(-1),
                      p.batchMetadata().stream()
                          .reduce((_, b) -> b)
                          .map(BatchMetadata::lastSeq)
                          .orElse(-1),
                      p.lastDataOffset()))
          .toList();
    }

    private void compareSnapshots() throws IOException {
      for (Path file : disk.list(oursDirectory)) {
        Files.write(file, disk.contents(file));
      }
      List<Path> oursFiles = files(oursDirectory);
      assertThat(oursFiles).as(name).isEqualTo(files(theirsDirectory)).isNotEmpty();
      for (Path file : oursFiles) {
        byte[] oursBytes = Files.readAllBytes(oursDirectory.resolve(file));
        byte[] theirsBytes = Files.readAllBytes(theirsDirectory.resolve(file));
        assertThat(oursBytes).as("%s %s", name, file).hasSameSizeAs(theirsBytes);
        assertThat(entries(oursBytes)).as("%s %s", name, file).isEqualTo(entries(theirsBytes));
      }
    }

    /** Sorted: Kafka's are in no order, ours in the order of their use. */
    private static List<String> entries(byte[] snapshot) {
      var entries = new ArrayList<String>();
      for (int at = SNAPSHOT_HEADER_SIZE; at < snapshot.length; at += SNAPSHOT_ENTRY_SIZE) {
        entries.add(HexFormat.of().formatHex(snapshot, at, at + SNAPSHOT_ENTRY_SIZE));
      }
      Collections.sort(entries);
      return entries;
    }

    private static List<Path> files(Path directory) throws IOException {
      try (Stream<Path> files = Files.list(directory)) {
        return files.map(Path::getFileName).sorted().toList();
      }
    }

    private void eachLoadsTheSnapshotsOfTheOther() throws IOException {
      ProducerStates oursFromTheirs = ourStates(new FileDisk(), theirsDirectory);
      ProducerStateManager theirsFromOurs = theirStates(oursDirectory);
      oursFromTheirs.truncateAndReload(0, end, nowMs);
      theirsFromOurs.truncateAndReload(0, end, nowMs);

      assertThat(described(oursFromTheirs)).as(name).isEqualTo(described(theirsFromOurs));
      assertThat(oursFromTheirs.firstUnstableOffset())
          .as(name)
          .isEqualTo(theirsFromOurs.firstUnstableOffset().map(o -> o.messageOffset).orElse(-1L));
    }
  }
}
