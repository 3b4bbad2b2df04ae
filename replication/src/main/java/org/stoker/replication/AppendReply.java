package org.stoker.replication;

import org.stoker.protocol.ErrorCode;

/** What a producer is told. */
public sealed interface AppendReply {
  /**
   * The batches are in the log, and if the command asked for it, on the disk of every in-sync
   * replica.
   *
   * @param logAppendTimeMs −1 when the records kept the producer's times
   */
  record Accepted(long baseOffset, long lastOffset, long logAppendTimeMs, long logStartOffset)
      implements AppendReply {}

  /** Nothing was appended, or what was appended is not known to be safe; the code says which. */
  record Refused(ErrorCode error, String message) implements AppendReply {}
}
