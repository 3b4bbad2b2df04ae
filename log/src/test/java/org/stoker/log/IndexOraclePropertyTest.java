package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AbortedTxn;
import org.apache.kafka.storage.internals.log.OffsetPosition;
import org.apache.kafka.storage.internals.log.TxnIndexSearchResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.FileDisk;
import org.stoker.testkit.SplitMixSeed;

/** Kafka's indexes and ours, given the same calls, answer the same and leave the same bytes. */
final class IndexOraclePropertyTest {
  private static final int SEEDS = 25;
  private static final int MAX_SIZE = 40 * 1024;

  @TempDir Path directory = Path.of("/");

  private Path file(String name) throws IOException {
    return Files.createDirectories(directory.resolve(name)).resolve("00000000000000005000");
  }

  @Test
  void offsetIndexes() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      var random = new SplitMixSeed(seed);
      long base = random.nextInt(1000);
      Path oursFile = file("ours" + seed);
      Path theirsFile = file("theirs" + seed);
      var ours = new OffsetIndex(new FileDisk(), oursFile, base, MAX_SIZE);
      var theirs =
          new org.apache.kafka.storage.internals.log.OffsetIndex(
              theirsFile.toFile(), base, MAX_SIZE, true);
      long offset = base;
      int position = 0;
      for (int step = 0; step < 4000; step++) {
        offset += 1 + random.nextInt(100);
        position += 1 + random.nextInt(5000);
        if (!theirs.isFull()) {
          theirs.append(offset, position);
          assertThat(ours.append(offset, position)).isTrue();
        }
        if (random.oneIn(50)) {
          long target = base - 10 + random.nextInt((int) (offset - base) + 20);
          long found = ours.lookup(target);
          assertThat(new OffsetPosition(ours.offsetOf(found), OffsetIndex.positionOf(found)))
              .as("seed %d target %d", seed, target)
              .isEqualTo(theirs.lookup(target));
        }
        if (random.oneIn(500)) {
          offset = base + random.nextInt((int) (offset - base) + 2);
          ours.truncateTo(offset);
          theirs.truncateTo(offset);
          assertThat(ours.lastOffset()).as("seed %d", seed).isEqualTo(theirs.lastOffset());
          offset = theirs.lastOffset();
        }
        if (random.oneIn(700)) {
          ours.close();
        }
        assertThat(ours.isFull()).isEqualTo(theirs.isFull());
      }
      theirs.trimToValidSize();
      theirs.close();
      ours.close();
      assertSameBytes(seed, oursFile, theirsFile);
    }
  }

  private static void assertSameBytes(long seed, Path ours, Path theirs) throws IOException {
    assertThat(Files.size(ours)).as("seed %d", seed).isEqualTo(Files.size(theirs));
    assertThat(Files.mismatch(ours, theirs)).as("seed %d", seed).isEqualTo(-1);
  }

  @Test
  void timeIndexes() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      var random = new SplitMixSeed(seed);
      long base = random.nextInt(1000);
      Path oursFile = file("ours" + seed);
      Path theirsFile = file("theirs" + seed);
      var ours = new TimeIndex(new FileDisk(), oursFile, base, MAX_SIZE);
      var theirs =
          new org.apache.kafka.storage.internals.log.TimeIndex(
              theirsFile.toFile(), base, MAX_SIZE, true);
      long offset = base;
      long timestamp = 1_000_000;
      for (int step = 0; step < 3000; step++) {
        offset += random.nextInt(100);
        timestamp += random.nextInt(3) == 0 ? 0 : random.nextInt(1000);
        if (!theirs.isFull()) {
          theirs.maybeAppend(timestamp, offset);
          assertThat(ours.maybeAppend(timestamp, offset)).isTrue();
        }
        if (random.oneIn(50)) {
          long target = 999_990L + random.nextInt((int) (timestamp - 1_000_000) + 20);
          assertSame(seed, ours.lookup(target), theirs.lookup(target));
        }
        if (random.oneIn(500)) {
          offset = base + random.nextInt((int) (offset - base) + 2);
          ours.truncateTo(offset);
          theirs.truncateTo(offset);
          assertSame(seed, ours.lastEntry(), theirs.lastEntry());
          timestamp = Math.max(1_000_000, theirs.lastEntry().timestamp());
          offset = Math.max(offset, theirs.lastEntry().offset());
        }
        if (random.oneIn(700)) {
          ours.close();
        }
        assertThat(ours.isFull()).isEqualTo(theirs.isFull());
      }
      assertThat(ours.appendLast(timestamp + 1, offset)).isTrue();
      theirs.maybeAppend(timestamp + 1, offset, true);
      theirs.trimToValidSize();
      theirs.close();
      ours.close();
      assertSameBytes(seed, oursFile, theirsFile);
    }
  }

  private static void assertSame(
      long seed,
      TimestampOffset ours,
      org.apache.kafka.storage.internals.log.TimestampOffset theirs) {
    assertThat(ours)
        .as("seed %d", seed)
        .isEqualTo(new TimestampOffset(theirs.timestamp(), theirs.offset()));
  }

  @Test
  void eachReadsTheOthersFile() throws IOException {
    Path oursFile = file("ours");
    Path theirsFile = file("theirs");
    try (var theirs =
        new org.apache.kafka.storage.internals.log.OffsetIndex(
            theirsFile.toFile(), 5000, MAX_SIZE, true)) {
      theirs.append(5010, 77);
      theirs.append(5020, 99);
      theirs.flush();

      // Not closed: as it lies there after a crash, at its full size.
      var found = new OffsetIndex(new FileDisk(), theirsFile, 5000, MAX_SIZE);
      assertThat(found.entryCount()).isEqualTo(2);
      assertThat(found.lastOffset()).isEqualTo(5020);
      assertThat(found.damage()).isNull();
      found.closeWithoutWriting();
    }
    try (var ours = new OffsetIndex(new FileDisk(), oursFile, 5000, MAX_SIZE)) {
      assertThat(ours.append(5010, 77)).isTrue();
      assertThat(ours.append(5020, 99)).isTrue();
    }

    try (var theirs =
        new org.apache.kafka.storage.internals.log.OffsetIndex(
            oursFile.toFile(), 5000, MAX_SIZE, false)) {
      theirs.sanityCheck();
      assertThat(theirs.lookup(5015)).isEqualTo(new OffsetPosition(5010, 77));
      assertThat(theirs.entries()).isEqualTo(2);
    }
  }

  @Test
  void transactionIndexes() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      var random = new SplitMixSeed(seed);
      Path oursFile = file("ours" + seed);
      Path theirsFile = file("theirs" + seed);
      var ours = new TransactionIndex(new FileDisk(), oursFile, 0);
      var theirs =
          new org.apache.kafka.storage.internals.log.TransactionIndex(0, theirsFile.toFile());
      long end = 0;
      for (int step = 0; step < 400; step++) {
        end += 1 + random.nextInt(10);
        long first = Math.max(0, end - random.nextInt(50));
        long stable = Math.max(0, end - random.nextInt(20));
        ours.append(new AbortedTransaction(step, first, end, stable));
        theirs.append(
            new AbortedTxn()
                .setProducerId(step)
                .setFirstOffset(first)
                .setLastOffset(end)
                .setLastStableOffset(stable));
        if (random.oneIn(20)) {
          assertSameCollected(ours, theirs, random.nextInt((int) end + 5), random.nextInt(100));
        }
        if (random.oneIn(100)) {
          end = random.nextInt((int) end + 2);
          ours.truncateTo(end);
          theirs.truncateTo(end);
          end = theirs.allAbortedTxns().stream().mapToLong(AbortedTxn::lastOffset).max().orElse(0);
        }
        if (random.oneIn(100)) {
          ours.close();
        }
      }
      theirs.close();
      ours.close();
      assertSameBytes(seed, oursFile, theirsFile);
    }
  }

  private static void assertSameCollected(
      TransactionIndex ours,
      org.apache.kafka.storage.internals.log.TransactionIndex theirs,
      long from,
      int length)
      throws IOException {
    var found = new ArrayList<AbortedTransaction>();
    boolean complete = ours.collectAborted(from, from + length, found);
    TxnIndexSearchResult expected = theirs.collectAbortedTxns(from, from + length);
    assertThat(complete).isEqualTo(expected.isComplete());
    assertThat(found).isEqualTo(ofKafka(expected.abortedTransactions()));
  }

  private static List<AbortedTransaction> ofKafka(List<AbortedTxn> theirs) {
    return theirs.stream()
        .map(t ->
            new AbortedTransaction(
                t.producerId(), t.firstOffset(), t.lastOffset(), t.lastStableOffset()))
        .toList();
  }
}
