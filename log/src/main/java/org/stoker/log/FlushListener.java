package org.stoker.log;

/** Learns that more of a log is on disk. */
@FunctionalInterface
public interface FlushListener {
  /**
   * Everything below the offset survives a power failure. Called on the flusher's thread: hand
   * longer work on.
   */
  void flushed(Log log, long flushedOffset);
}
