package org.stoker.coordinator.runtime;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.BatchWalk;
import org.stoker.records.CorruptBatchException;
import org.stoker.records.RecordBatch;
import org.stoker.records.RecordCursor;

/** One partition's log in memory: appends succeed at once, or when a test says so. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
public final class MemoryShardLog implements ShardLog {
  /** A batch whose outcome is not known yet. */
  private record Held(ByteBuffer batch, Consumer<Appended> outcome) {}

  private final List<ByteBuffer> batches = new ArrayList<>();
  private final Deque<Held> held = new ArrayDeque<>();
  private final List<LoadSink> loads = new ArrayList<>();
  private final Deque<Runnable> reads = new ArrayDeque<>();
  private boolean holdsReads;
  private int readCount;
  private boolean isForgetful;
  private long nextOffset;
  private int keptCount;
  private boolean holdsAppends;
  private boolean holdsLoads;
  private int maxBatchBytes = 1_048_588;
  private int lastEpoch = -1;
  private int lastEndedEpoch = -1;
  private @Nullable ErrorCode refusal;
  private Fault fault = Fault.NONE;

  /** A fault put in on purpose, to see whether a check sees it. */
  public enum Fault {
    NONE,
    SUCCEEDS_BEFORE_IT_KEEPS,
    FORGETS_A_BATCH
  }

  public void setFault(Fault newFault) {
    fault = newFault;
  }

  @Override
  public int maxBatchBytes(int partition) {
    return maxBatchBytes;
  }

  public void setMaxBatchBytes(int bytes) {
    maxBatchBytes = bytes;
  }

  @Override
  public void append(int partition, int leaderEpoch, ByteBuffer batch, Consumer<Appended> outcome) {
    lastEpoch = leaderEpoch;
    if (leaderEpoch <= lastEndedEpoch) {
      outcome.accept(Appended.failed(ErrorCode.NOT_LEADER_OR_FOLLOWER));
    } else if (refusal != null) {
      outcome.accept(Appended.failed(refusal));
    } else if (holdsAppends || !held.isEmpty()) {
      // Behind those that wait, also when nothing is held any more: outcomes keep their order.
      if (fault == Fault.SUCCEEDS_BEFORE_IT_KEEPS) {
        held.add(new Held(batch, result -> {}));
        outcome.accept(new Appended(ErrorCode.NONE, nextOffset));
        return;
      }
      held.add(new Held(batch, outcome));
    } else {
      outcome.accept(new Appended(ErrorCode.NONE, keep(batch)));
    }
  }

  public int lastEpoch() {
    return lastEpoch;
  }

  /** From now on every append is refused; null ends that. */
  public void refuseWith(@Nullable ErrorCode error) {
    refusal = error;
  }

  public void holdAppends(boolean hold) {
    holdsAppends = hold;
  }

  public int heldCount() {
    return held.size();
  }

  /** The oldest append that is held has this outcome. */
  public void settleOldest(ErrorCode outcome) {
    Held oldest = held.remove();
    oldest
        .outcome()
        .accept(
            outcome == ErrorCode.NONE
                ? new Appended(outcome, keep(oldest.batch()))
                : Appended.failed(outcome));
  }

  public void settleAll(ErrorCode outcome) {
    while (!held.isEmpty()) {
      settleOldest(outcome);
    }
  }

  /** Leadership is lost: so many of the batches that were held are in the log, and nobody knows. */
  public void loseLeadership(int leaderEpoch, int survivorCount) {
    lastEndedEpoch = leaderEpoch;
    for (int kept = 0; kept < survivorCount; kept++) {
      keep(held.remove().batch());
    }
    List<Held> lost = List.copyOf(held);
    held.clear();
    lost.forEach(one -> one.outcome().accept(Appended.failed(ErrorCode.NOT_LEADER_OR_FOLLOWER)));
  }

  @CanIgnoreReturnValue
  private long keep(ByteBuffer batch) {
    keptCount++;
    if (fault == Fault.FORGETS_A_BATCH && keptCount % 7 == 0) {
      return nextOffset;
    }
    RecordBatch stored = RecordBatch.at(batch, 0);
    stored.setBaseOffset(nextOffset);
    nextOffset = stored.nextOffset();
    if (!isForgetful) {
      batches.add(batch);
    }
    return stored.baseOffset();
  }

  /** Puts in what another broker wrote. */
  public void put(ByteBuffer batch) {
    keep(batch);
  }

  @Override
  public void load(int partition, int leaderEpoch, LoadSink sink) {
    if (holdsLoads) {
      loads.add(sink);
    } else {
      deliver(sink);
    }
  }

  public void holdLoads(boolean hold) {
    holdsLoads = hold;
  }

  public int heldLoadCount() {
    return loads.size();
  }

  public void finishOldestLoad(ErrorCode outcome) {
    LoadSink sink = loads.removeFirst();
    if (outcome == ErrorCode.NONE) {
      deliver(sink);
    } else {
      sink.finished(outcome);
    }
  }

  private void deliver(LoadSink sink) {
    try {
      for (ByteBuffer batch : batches) {
        if (!sink.isWanted()) {
          break;
        }
        sink.batches(batch.duplicate());
      }
    } catch (CorruptBatchException e) {
      sink.finished(ErrorCode.KAFKA_STORAGE_ERROR);
      return;
    }
    sink.finished(ErrorCode.NONE);
  }

  @Override
  public void read(int partition, long[] offsets, RecordSink sink) {
    Runnable read = () -> readNow(offsets, sink);
    if (holdsReads) {
      reads.add(read);
    } else {
      read.run();
    }
  }

  public void holdReads(boolean hold) {
    holdsReads = hold;
  }

  public void finishOldestRead() {
    reads.removeFirst().run();
  }

  private void readNow(long[] offsets, RecordSink sink) {
    readCount += offsets.length;
    try (var cursor = new RecordCursor(Integer.MAX_VALUE)) {
      for (ByteBuffer batch : batches) {
        cursor.open(RecordBatch.at(batch, 0));
        while (cursor.next()) {
          ByteBuffer key = cursor.key();
          if (key != null && Arrays.binarySearch(offsets, cursor.offset()) >= 0) {
            sink.record(cursor.offset(), key, cursor.value());
          }
        }
      }
    }
    sink.finished(ErrorCode.NONE);
  }

  /** How many records were read one by one. */
  public int readCount() {
    return readCount;
  }

  /** From now on: for what measures everything but the log. */
  public void forgetWhatIsAppended() {
    isForgetful = true;
  }

  public int batchCount() {
    return batches.size();
  }

  public RecordBatch batch(int index) {
    return RecordBatch.at(batches.get(index), 0);
  }

  /** All that is in the log, as bytes. */
  public List<EncodedRecord> encoded() {
    return encodedFrom(0);
  }

  public List<EncodedRecord> encodedFrom(int firstBatch) {
    var records = new ArrayList<EncodedRecord>();
    try (var cursor = new RecordCursor(Integer.MAX_VALUE)) {
      for (ByteBuffer batch : batches.subList(firstBatch, batches.size())) {
        var walk = new BatchWalk(batch);
        while (walk.next()) {
          cursor.open(walk.batch());
          while (cursor.next()) {
            Bytes key = copy(cursor.key());
            records.add(new EncodedRecord(key == null ? Bytes.EMPTY : key, copy(cursor.value())));
          }
        }
      }
    }
    return records;
  }

  private static @Nullable Bytes copy(@Nullable ByteBuffer buffer) {
    if (buffer == null) {
      return null;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return Bytes.of(bytes);
  }
}
