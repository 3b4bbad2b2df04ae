package org.stoker.records;

import java.nio.channels.FileChannel;

/**
 * Record batches that lie in a file and are sent from there without passing through the heap.
 *
 * <p>Whoever makes one takes a reference to the file for it; whoever sends it, or gives up on it,
 * releases that reference once. Until then the channel stays open.
 */
public interface FileRecordBytes extends RecordBytes {
  FileChannel channel();

  /** Where in the file the first byte lies. */
  long position();

  /**
   * Whether all of it is in the page cache, so that sending it does not wait for the disk; false if
   * that cannot be known.
   */
  boolean isCached();

  /** Brings all of it into the page cache. On a thread that may wait for the disk. */
  void warm();

  /** Gives the reference back; called exactly once, from any thread. */
  void release();
}
