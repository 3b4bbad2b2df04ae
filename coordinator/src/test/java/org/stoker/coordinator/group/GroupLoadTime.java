package org.stoker.coordinator.group;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.HeapBudget;
import org.stoker.base.SystemClock;
import org.stoker.base.Uuid;
import org.stoker.coordinator.runtime.Bytes;
import org.stoker.coordinator.runtime.EncodedRecord;
import org.stoker.coordinator.runtime.ShardLog;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.BatchBuilder;
import org.stoker.records.RecordBatch;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/**
 * Measures how long it takes to load a partition of 100,000 offsets: a program for people, to run
 * before and after a change.
 */
@SuppressWarnings("SystemOut")
final class GroupLoadTime {
  private static final int COUNT = 100_000;
  private static final int RECORDS_PER_BATCH = 10;
  private static final int READ_BYTES = 5 << 20;
  private static final int ROUNDS = 12;
  private static final int WARM_UP_ROUNDS = 4;

  private GroupLoadTime() {}

  public static void main(String[] arguments) {
    report("a group for each offset", i -> new OffsetKey("group-" + i, "orders", 0));
    report("1,000 groups of 100", i -> new OffsetKey("group-" + i % 1_000, "orders", i / 1_000));
    report("one group with 1,000 topics", i -> new OffsetKey("g", "t-" + i % 1_000, i / 1_000));
    report("one topic of one group", i -> new OffsetKey("group", "orders", i));
    report("100 offsets, written over and over", i -> new OffsetKey("group", "orders", i % 100));
  }

  private static void report(String what, IntFunction<OffsetKey> keys) {
    var log = new ReadOnlyLog(keys);
    long bestNs = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long tookNs = load(log);
      if (round >= WARM_UP_ROUNDS) {
        bestNs = Math.min(bestNs, tookNs);
      }
    }
    System.out.printf("%-40s %5.1f ms%n", what, bestNs / 1e6);
  }

  private static long load(ReadOnlyLog log) {
    var clock = new SimulatedClock();
    var memory = GroupMemory.ofHeap(64L << 30, new HeapBudget(64L << 30), clock);
    var groups =
        Coordinators.of(
            GroupRig.NO_DELAY,
            memory,
            new SplitMixSeed(7),
            log,
            clock,
            partition -> new CallerRunsLane("shard", Runnable::run));
    groups.start(1);
    var watch = new SystemClock();
    long startNs = watch.monotonicNs();
    groups.becomeLeader(0, 1);
    return watch.monotonicNs() - startNs;
  }

  /** Hands over what it holds in large pieces, as a log that is read from files does. */
  private static final class ReadOnlyLog implements ShardLog {
    private final List<ByteBuffer> pieces = new ArrayList<>();

    ReadOnlyLog(IntFunction<OffsetKey> keys) {
      ByteBuffer piece = ByteBuffer.allocate(READ_BYTES);
      for (int first = 0; first < COUNT; first += RECORDS_PER_BATCH) {
        ByteBuffer batch = batch(keys, first);
        if (batch.remaining() > piece.remaining()) {
          pieces.add(piece.flip());
          piece = ByteBuffer.allocate(READ_BYTES);
        }
        piece.put(batch);
      }
      pieces.add(piece.flip());
    }

    private static ByteBuffer batch(IntFunction<OffsetKey> keys, int first) {
      var builder = BatchBuilder.uncompressed();
      for (int i = first; i < first + RECORDS_PER_BATCH; i++) {
        EncodedRecord record =
            GroupRecordCodec.CODEC.encode(
                new GroupRecord.OffsetCommitted(
                    keys.apply(i), new CommittedOffset(i, -1, "", 1, -1, Uuid.ZERO)));
        Bytes value = record.value();
        builder.append(1L, record.key().array(), value == null ? null : value.array());
      }
      ByteBuffer batch = builder.build();
      RecordBatch.at(batch, 0).setBaseOffset(first);
      return batch;
    }

    @Override
    public int maxBatchBytes(int partition) {
      return 1 << 20;
    }

    @Override
    public void append(
        int partition, int leaderEpoch, ByteBuffer batch, Consumer<Appended> outcome) {
      throw new UnsupportedOperationException("nothing is appended");
    }

    @Override
    public void load(int partition, int leaderEpoch, LoadSink sink) {
      pieces.forEach(piece -> sink.batches(piece.duplicate()));
      sink.finished(ErrorCode.NONE);
    }

    @Override
    public void read(int partition, long[] offsets, RecordSink sink) {
      throw new UnsupportedOperationException("no single record is read");
    }
  }
}
