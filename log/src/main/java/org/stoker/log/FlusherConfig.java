package org.stoker.log;

/**
 * How a directory's flusher works.
 *
 * @param syncThreads how many files are synced at the same time
 * @param mostSingleSyncs with more than this many files and directories in a round, the whole file
 *     system is synced by one call instead, where there is such a call
 * @param mostUnsyncedBytes at this bound appends wait for the disk
 */
public record FlusherConfig(int syncThreads, int mostSingleSyncs, long mostUnsyncedBytes) {
  public static final FlusherConfig DEFAULT = new FlusherConfig(8, 16, 256L << 20);

  public FlusherConfig {
    if (syncThreads < 1 || mostSingleSyncs < 0 || mostUnsyncedBytes < 1) {
      throw new IllegalArgumentException(
          "syncThreads="
              + syncThreads
              + ", mostSingleSyncs="
              + mostSingleSyncs
              + ", mostUnsyncedBytes="
              + mostUnsyncedBytes);
    }
  }
}
