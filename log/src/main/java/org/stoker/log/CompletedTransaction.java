package org.stoker.log;

/**
 * A transaction whose marker was appended.
 *
 * @param lastOffset the offset of the marker
 */
record CompletedTransaction(
    long producerId, long firstOffset, long lastOffset, boolean isAborted) {}
