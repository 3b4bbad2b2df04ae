package org.stoker.replication;

import java.util.List;
import org.stoker.log.AbortedTransaction;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.RecordBytes;

/** What a fetch of one partition brought. */
public sealed interface FetchReply {
  /**
   * Records, perhaps none.
   *
   * @param records whoever gets them releases them if they are file records
   * @param aborted transactions whose records a reader of committed data skips; empty for others
   */
  record Fetched(
      RecordBytes records,
      long highWatermark,
      long lastStableOffset,
      long logStartOffset,
      List<AbortedTransaction> aborted)
      implements FetchReply {}

  /** The fetcher's log went another way: it cuts to where the epoch ended here (KIP-595). */
  record Diverging(
      int epoch, long endOffset, long highWatermark, long lastStableOffset, long logStartOffset)
      implements FetchReply {}

  /** A consumer reads from that broker, which is closer to it (KIP-392). */
  record Elsewhere(int brokerId, long highWatermark, long lastStableOffset, long logStartOffset)
      implements FetchReply {}

  /**
   * Nothing can be read there.
   *
   * @param highWatermark −1 unless this broker leads the partition; so the others
   */
  record Refused(ErrorCode error, long highWatermark, long lastStableOffset, long logStartOffset)
      implements FetchReply {
    Refused(ErrorCode error) {
      this(error, -1, -1, -1);
    }
  }
}
