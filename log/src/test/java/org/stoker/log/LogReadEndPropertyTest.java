package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.FileDisk;
import org.stoker.base.Seed;
import org.stoker.records.FileRecordBytes;
import org.stoker.testkit.SplitMixSeed;

/**
 * A read that the index leads to its end takes what one takes that looks at each batch, wherever it
 * starts, however large it may be, and whatever the index says.
 */
final class LogReadEndPropertyTest {
  private static final int BATCHES = 600;
  private static final int READS = 3_000;
  private static final LogConfig OFTEN_INDEXED =
      LogConfig.DEFAULT.withSegment(LogConfig.DEFAULT.segment().withIndexIntervalBytes(500));

  @TempDir Path root;

  private record Batch(long lastOffset, int position, int end) {}

  @Test
  void aReadEndsWhereALookAtEachBatchEndsIt() throws Exception {
    for (long seed = 1; seed <= 3; seed++) {
      Seed random = new SplitMixSeed(seed);
      LogWorld world = open(root.resolve("seed-" + seed));
      compareReads(world.orders(), fill(world, random), random);
      world.stop();
    }
  }

  @Test
  void anIndexThatLeadsAstrayChangesNothing() throws Exception {
    Seed random = new SplitMixSeed(7);
    LogWorld world = open(root);
    List<Batch> batches = fill(world, random);
    world.stop();
    Path index = root.resolve("orders-3/00000000000000000000.index");
    try (var file = FileChannel.open(index, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      // The positions between batches: the first and the last stay, they are checked at the start.
      for (long at = 12; at < file.size() - 8; at += 8) {
        ByteBuffer position = ByteBuffer.allocate(4);
        file.read(position, at);
        file.write(ByteBuffer.allocate(4).putInt(0, position.getInt(0) + 7), at);
      }
    }

    LogWorld again = new LogWorld(new FileDisk(), config(root), OFTEN_INDEXED);
    compareReads(again.orders(), batches, random);
    again.stop();
  }

  private static LogDirectoryConfig config(Path path) {
    return LogDirectoryConfig.at(path).withReserveBytes(0);
  }

  private static LogWorld open(Path path) throws LogDirectoryException {
    LogWorld world = new LogWorld(new FileDisk(), config(path), OFTEN_INDEXED);
    world.create(LogWorld.ORDERS, OFTEN_INDEXED);
    return world;
  }

  private static List<Batch> fill(LogWorld world, Seed random) {
    var batches = new ArrayList<Batch>();
    int position = 0;
    for (int i = 0; i < BATCHES; i++) {
      String[] values = new String[1 + random.nextInt(5)];
      for (int v = 0; v < values.length; v++) {
        values[v] = "v".repeat(random.nextInt(random.nextInt(20) == 0 ? 3_000 : 100));
      }
      world.append(world.orders(), Batches.of(1, values));
      int end = (int) world.orders().sizeBytes();
      batches.add(new Batch(world.orders().logEndOffset() - 1, position, end));
      position = end;
    }
    world.flush();
    return batches;
  }

  private static void compareReads(Log log, List<Batch> batches, Seed random) {
    long endOffset = log.logEndOffset();
    int size = batches.getLast().end();
    for (int i = 0; i < READS; i++) {
      long start = random.nextInt((int) endOffset);
      long bound = start + 1 + random.nextInt((int) (endOffset - start));
      int maxBytes = random.nextInt(size);

      assertThat(part(log.read(start, maxBytes, bound, true)))
          .as("%d bytes from %d below %d", maxBytes, start, bound)
          .isEqualTo(expected(batches, start, maxBytes, bound));
    }
  }

  /** Where the read starts and ends in the file; empty if it brings nothing. */
  private static List<Integer> part(ReadOutcome outcome) {
    if (!(outcome instanceof ReadOutcome.Data data)) {
      return List.of();
    }
    var file = (FileRecordBytes) data.records();
    List<Integer> part = List.of((int) file.position(), (int) file.position() + file.sizeInBytes());
    file.release();
    return part;
  }

  private static List<Integer> expected(List<Batch> batches, long start, int maxBytes, long bound) {
    int first = 0;
    while (batches.get(first).lastOffset() < start) {
      first++;
    }
    if (batches.get(first).lastOffset() >= bound) {
      return List.of();
    }
    int from = batches.get(first).position();
    int last = first;
    while (last + 1 < batches.size()
        && batches.get(last + 1).lastOffset() < bound
        && batches.get(last + 1).end() - from <= maxBytes) {
      last++;
    }
    return List.of(from, batches.get(last).end());
  }
}
