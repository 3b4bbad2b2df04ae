package org.stoker.log;

import java.util.List;
import org.stoker.records.RecordBytes;

/** What a read found. */
public sealed interface ReadOutcome {
  /**
   * Whole batches; the first holds the offset asked for. Their bytes may lie in a file that stays
   * open for them: a {@link org.stoker.records.FileRecordBytes} must be released by whoever got it.
   *
   * @param firstBaseOffset of the first batch, at or below the offset asked for
   * @param aborted transactions whose records among these a reader of committed data skips; empty
   *     for other readers
   */
  record Data(
      RecordBytes records,
      long firstBaseOffset,
      int firstLeaderEpoch,
      List<AbortedTransaction> aborted)
      implements ReadOutcome {}

  /** Nothing to read there yet, or not within the size allowed. */
  record Empty() implements ReadOutcome {
    static final Empty INSTANCE = new Empty();
  }

  /** The log does not hold that offset. */
  record OutOfRange(long logStartOffset, long logEndOffset) implements ReadOutcome {}

  /** The bytes there are no batches any more; says which file and where. */
  record Damaged(String what) implements ReadOutcome {}
}
