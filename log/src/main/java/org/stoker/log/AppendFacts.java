package org.stoker.log;

import java.nio.ByteBuffer;
import org.stoker.base.ConfinedTo;
import org.stoker.records.BatchWalk;
import org.stoker.records.RecordBatch;

/**
 * What an append needs to know of its batches before it changes anything; read off their headers.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class AppendFacts {
  private int sizeBytes;
  private long firstOffset;
  private long lastOffset;
  private long maxTimestamp;
  private int leaderEpoch;
  private boolean isInOrder;

  /**
   * Looks at batches whose offsets are still to be assigned, or were by the leader.
   *
   * @param logEndOffset where the first assigned offset would be
   * @param logAppendTimeMs what the log will write into the batches; −1 if it leaves their own
   */
  void read(
      ByteBuffer batches,
      int newLeaderEpoch,
      AppendOrigin origin,
      long logEndOffset,
      long logAppendTimeMs) {
    boolean isAssigned = origin == AppendOrigin.REPLICATION;
    sizeBytes = batches.remaining();
    maxTimestamp = logAppendTimeMs;
    leaderEpoch = newLeaderEpoch;
    isInOrder = true;
    firstOffset = logEndOffset;
    long nextOffset = logEndOffset;
    boolean isFirst = true;
    var walk = new BatchWalk(batches);
    while (walk.next()) {
      RecordBatch batch = walk.batch();
      if (isAssigned) {
        isInOrder &= batch.baseOffset() >= nextOffset && batch.lastOffset() >= batch.baseOffset();
        nextOffset = batch.nextOffset();
        leaderEpoch = Math.max(leaderEpoch, batch.partitionLeaderEpoch());
        if (isFirst) {
          firstOffset = batch.baseOffset();
        }
      } else {
        nextOffset += batch.lastOffsetDelta() + 1L;
      }
      if (logAppendTimeMs < 0) {
        maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
      }
      isFirst = false;
    }
    lastOffset = nextOffset - 1;
    if (isFirst || walk.endPosition() != batches.limit()) {
      throw new IllegalArgumentException(
          "append of %d bytes, whole batches end at %d"
              .formatted(batches.remaining(), walk.endPosition() - batches.position()));
    }
  }

  int sizeBytes() {
    return sizeBytes;
  }

  long firstOffset() {
    return firstOffset;
  }

  long lastOffset() {
    return lastOffset;
  }

  /** Of the records; −1 if none has one. */
  long maxTimestamp() {
    return maxTimestamp;
  }

  /** The newest of the batches and of the append itself. */
  int leaderEpoch() {
    return leaderEpoch;
  }

  /** Whether the leader's offsets go on from the end of this log. */
  boolean isInOrder() {
    return isInOrder;
  }
}
