package org.stoker.records;

import java.util.List;

/** What {@link BatchValidator} found. */
public sealed interface BatchVerdict {

  /**
   * The one batch that lies at the start of the bytes may be appended.
   *
   * @param sizeInBytes the batch's; what follows in the bytes is no batch and is dropped
   * @param lastOffsetDelta one less than the number of records
   * @param maxTimestamp the largest timestamp of a record, at least -1; the header may say
   *     something else, so a log calls {@link RecordBatch#setMaxTimestamp} with it
   * @param offsetDeltaOfMaxTimestamp where that timestamp comes first; -1 when maxTimestamp is -1
   * @param mustRewrite the topic wants another compression: {@link BatchRewriter} makes the batch
   *     that is appended
   */
  record Valid(
      int sizeInBytes,
      int recordCount,
      int lastOffsetDelta,
      long maxTimestamp,
      int offsetDeltaOfMaxTimestamp,
      int lastSequence,
      CompressionType compressionType,
      boolean mustRewrite)
      implements BatchVerdict {}

  /**
   * Nothing is wrong so far, but the batch expands to more than the caller wanted to decompress:
   * whoever may take longer checks it again.
   */
  record Unfinished() implements BatchVerdict {}

  /**
   * The batch is refused.
   *
   * @param message facts for the client, without the name of the partition
   * @param recordErrors the records that are the reason, the first {@link
   *     BatchValidator#MOST_RECORD_ERRORS} of them; empty when it is the batch
   */
  record Invalid(BatchFault fault, String message, List<RecordError> recordErrors)
      implements BatchVerdict {
    public Invalid {
      recordErrors = List.copyOf(recordErrors);
    }
  }
}
