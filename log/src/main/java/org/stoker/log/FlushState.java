package org.stoker.log;

/**
 * What of a log is known to be on disk; replaced as a whole, so that a flush that began before a
 * truncation cannot publish after it.
 *
 * @param truncationCount how often the log had been truncated
 * @param flushedOffset every record below survives a power failure
 * @param flushedBytes of all the bytes ever appended through this object, how many no longer wait
 * @param syncedEntryChanges of all changes to the partition's directory, how many are durable
 * @param flushCount how many flushes moved the flushed offset
 */
record FlushState(
    long truncationCount,
    long flushedOffset,
    long flushedBytes,
    long syncedEntryChanges,
    long flushCount) {}
