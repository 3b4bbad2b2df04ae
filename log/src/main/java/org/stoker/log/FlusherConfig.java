package org.stoker.log;

/**
 * How a directory's flusher works.
 *
 * @param syncThreads how many files are synced at the same time
 * @param mostSingleSyncs with more than this many files and directories in a round, the whole file
 *     system is synced by one call instead, where there is such a call
 * @param mostUnsyncedBytes at this bound appends wait for the disk
 * @param mostCommitDelayNs how long a round may wait for those who are expected; 0 for not at all
 * @param preallocateAfterFlushes a log has its file lengthened ahead once it was flushed so often
 * @param mostBytesPerFlushToPreallocate unless it appends more than this between two flushes; 0
 *     keeps all files as long as what was written
 */
public record FlusherConfig(
    int syncThreads,
    int mostSingleSyncs,
    long mostUnsyncedBytes,
    long mostCommitDelayNs,
    int preallocateAfterFlushes,
    int mostBytesPerFlushToPreallocate) {
  public static final FlusherConfig DEFAULT =
      new FlusherConfig(8, 8, 256L << 20, 2_000_000, 16, 64 * 1024);

  public FlusherConfig {
    if (syncThreads < 1
        || mostSingleSyncs < 0
        || mostUnsyncedBytes < 1
        || mostCommitDelayNs < 0
        || preallocateAfterFlushes < 1
        || mostBytesPerFlushToPreallocate < 0) {
      throw new IllegalArgumentException(
          ("syncThreads=%d, mostSingleSyncs=%d, mostUnsyncedBytes=%d, mostCommitDelayNs=%d,"
                  + " preallocateAfterFlushes=%d, mostBytesPerFlushToPreallocate=%d")
              .formatted(
                  syncThreads,
                  mostSingleSyncs,
                  mostUnsyncedBytes,
                  mostCommitDelayNs,
                  preallocateAfterFlushes,
                  mostBytesPerFlushToPreallocate));
    }
  }

  public FlusherConfig withPreallocation(int afterFlushes, int mostBytesPerFlush) {
    return new FlusherConfig(
        syncThreads,
        mostSingleSyncs,
        mostUnsyncedBytes,
        mostCommitDelayNs,
        afterFlushes,
        mostBytesPerFlush);
  }
}
