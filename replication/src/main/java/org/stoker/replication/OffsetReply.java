package org.stoker.replication;

import org.stoker.protocol.ErrorCode;

/** The answer to a question for an offset. */
public sealed interface OffsetReply {
  /**
   * The offset that was asked for.
   *
   * @param offset −1 if no record fits
   * @param timestamp −1 if the question was not for a time
   * @param leaderEpoch −1 if unknown
   */
  record Found(long timestamp, long offset, int leaderEpoch) implements OffsetReply {
    static final Found NOTHING = new Found(-1, -1, -1);
  }

  /** The partition cannot answer. */
  record Refused(ErrorCode error) implements OffsetReply {}
}
