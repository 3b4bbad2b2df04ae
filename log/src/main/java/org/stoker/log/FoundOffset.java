package org.stoker.log;

/**
 * The answer to a question for an offset.
 *
 * @param timestamp of the record there; −1 when the question was not for a timestamp
 * @param leaderEpoch in which the record there was written; −1 when unknown
 */
public record FoundOffset(long timestamp, long offset, int leaderEpoch) {
  static final long NO_TIMESTAMP = -1;
  static final int NO_LEADER_EPOCH = -1;
}
