package org.stoker.log;

/**
 * A transaction that readers of committed records skip.
 *
 * @param lastOffset the offset of its abort marker
 * @param lastStableOffset where such readers had to stop when it was aborted
 */
public record AbortedTransaction(
    long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}
