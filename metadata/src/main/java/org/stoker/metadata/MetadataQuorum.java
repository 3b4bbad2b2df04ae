package org.stoker.metadata;

import java.util.Collections;
import java.util.SortedMap;

/**
 * The cluster's log as the controller of one term knows it: how long it is, and how far each
 * registered broker has come in applying it.
 *
 * @param endOffset the offset after the newest record
 * @param atMs when this was so
 */
public record MetadataQuorum(
    int controllerId,
    int controllerEpoch,
    long endOffset,
    long atMs,
    SortedMap<Integer, Progress> brokers) {
  /** What is not known. */
  private static final long UNKNOWN = -1;

  public MetadataQuorum {
    brokers = Collections.unmodifiableSortedMap(brokers);
  }

  /**
   * What a broker's heartbeats have told in this term; −1 for what they have not.
   *
   * @param appliedOffset the offset after the newest record that it has applied
   * @param heardAtMs when it was heard last
   * @param caughtUpAtMs the last moment whose log it is known to have applied in full
   * @param endOffsetThen how long the log was when it was heard last
   */
  public record Progress(
      long appliedOffset, long heardAtMs, long caughtUpAtMs, long endOffsetThen) {
    /** Of a broker that was not heard yet. */
    static final Progress NONE = new Progress(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);

    /** A heartbeat has come while the log ended there. */
    Progress heard(long applied, long endOffset, long nowMs) {
      long caughtUp = caughtUpAtMs;
      if (applied >= endOffset) {
        caughtUp = nowMs;
      } else if (heardAtMs != UNKNOWN && applied >= endOffsetThen) {
        // It has what there was the last time, and not yet what came since.
        caughtUp = Math.max(caughtUp, heardAtMs);
      }
      return new Progress(applied, nowMs, caughtUp, endOffset);
    }
  }
}
