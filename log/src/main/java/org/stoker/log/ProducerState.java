package org.stoker.log;

import java.util.Arrays;
import org.stoker.base.ConfinedTo;

/**
 * What a partition knows of one producer: its epoch, its last five batches, its transaction.
 *
 * <p>There can be thousands per partition, so the batches lie in one array that grows with them.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class ProducerState {
  static final short NO_EPOCH = -1;
  static final int NO_SEQUENCE = -1;
  static final long NO_OFFSET = -1L;

  /** More a producer may not have in flight, so no older batch can come again. */
  static final int BATCHES_KEPT = 5;

  // A batch: its last offset, its timestamp, and its last sequence and offset delta in one.
  private static final int LONGS_PER_BATCH = 3;

  private final long producerId;
  private short epoch;
  private int coordinatorEpoch;
  private long lastTimestamp;
  private long transactionFirstOffset;
  private long lastUsedMs;
  private byte batchCount;
  private long[] batches = {};

  ProducerState(long producerId) {
    this(producerId, NO_EPOCH, -1, -1, NO_OFFSET);
  }

  ProducerState(
      long producerId,
      short epoch,
      int coordinatorEpoch,
      long lastTimestamp,
      long transactionFirstOffset) {
    this.producerId = producerId;
    this.epoch = epoch;
    this.coordinatorEpoch = coordinatorEpoch;
    this.lastTimestamp = lastTimestamp;
    this.transactionFirstOffset = transactionFirstOffset;
  }

  long producerId() {
    return producerId;
  }

  short epoch() {
    return epoch;
  }

  int coordinatorEpoch() {
    return coordinatorEpoch;
  }

  long lastTimestamp() {
    return lastTimestamp;
  }

  /**
   * When this replica last appended a batch of it: other than a timestamp, not the producer's word.
   */
  long lastUsedMs() {
    return lastUsedMs;
  }

  void setLastUsedMs(long wallMs) {
    lastUsedMs = wallMs;
  }

  /** Where the open transaction starts; {@link #NO_OFFSET} if none is open. */
  long transactionFirstOffset() {
    return transactionFirstOffset;
  }

  boolean hasTransaction() {
    return transactionFirstOffset >= 0;
  }

  boolean hasBatches() {
    return batchCount > 0;
  }

  int lastSequence() {
    return batchCount == 0 ? NO_SEQUENCE : lastSequence(batchCount - 1);
  }

  long lastOffset() {
    return batchCount == 0 ? NO_OFFSET : batches[(batchCount - 1) * LONGS_PER_BATCH];
  }

  int lastOffsetDelta() {
    return batchCount == 0 ? 0 : offsetDelta(batchCount - 1);
  }

  /** Which of the kept batches has exactly these sequences; −1 if none. */
  int find(short batchEpoch, int firstSequence, int lastSequence) {
    if (batchEpoch == epoch) {
      for (int i = 0; i < batchCount; i++) {
        if (lastSequence(i) == lastSequence && firstSequence(i) == firstSequence) {
          return i;
        }
      }
    }
    return -1;
  }

  ProducerVerdict.Duplicate duplicate(int batch) {
    long lastOffset = batches[batch * LONGS_PER_BATCH];
    return new ProducerVerdict.Duplicate(
        lastOffset - offsetDelta(batch), lastOffset, batches[batch * LONGS_PER_BATCH + 1]);
  }

  private int lastSequence(int batch) {
    return (int) (batches[batch * LONGS_PER_BATCH + 2] >>> Integer.SIZE);
  }

  private int offsetDelta(int batch) {
    return (int) batches[batch * LONGS_PER_BATCH + 2];
  }

  private int firstSequence(int batch) {
    return sequenceBefore(lastSequence(batch), offsetDelta(batch));
  }

  /** Sequences go from 0 to the largest int and start again. */
  static int sequenceBefore(int sequence, int steps) {
    return sequence >= steps ? sequence - steps : Integer.MAX_VALUE - (steps - sequence) + 1;
  }

  /** Whether a batch that starts with {@code next} follows one that ended with {@code last}. */
  static boolean follows(int last, int next) {
    return next == last + 1L || (next == 0 && last == Integer.MAX_VALUE);
  }

  void addBatch(short batchEpoch, int lastSequence, long lastOffset, int offsetDelta, long time) {
    enterEpoch(batchEpoch);
    if (batchCount == BATCHES_KEPT) {
      System.arraycopy(batches, LONGS_PER_BATCH, batches, 0, (BATCHES_KEPT - 1) * LONGS_PER_BATCH);
      batchCount--;
    } else if ((batchCount + 1) * LONGS_PER_BATCH > batches.length) {
      int room = Math.min(BATCHES_KEPT, batchCount * 2 + 1);
      batches = Arrays.copyOf(batches, room * LONGS_PER_BATCH);
    }
    int at = batchCount * LONGS_PER_BATCH;
    batches[at] = lastOffset;
    batches[at + 1] = time;
    batches[at + 2] = ((long) lastSequence << Integer.SIZE) | Integer.toUnsignedLong(offsetDelta);
    batchCount++;
    lastTimestamp = time;
  }

  void startTransaction(long firstOffset) {
    transactionFirstOffset = firstOffset;
  }

  void endTransaction(short markerEpoch, int newCoordinatorEpoch, long timestamp) {
    enterEpoch(markerEpoch);
    coordinatorEpoch = newCoordinatorEpoch;
    lastTimestamp = timestamp;
    transactionFirstOffset = NO_OFFSET;
  }

  private void enterEpoch(short newEpoch) {
    if (epoch != newEpoch) {
      epoch = newEpoch;
      batchCount = 0;
    }
  }

  @Override
  public String toString() {
    return "producerId=%d epoch=%d lastSequence=%d lastOffset=%d transactionFirstOffset=%d"
        .formatted(producerId, epoch, lastSequence(), lastOffset(), transactionFirstOffset);
  }
}
