package org.stoker.log;

import java.io.IOException;
import org.stoker.base.Disk;
import org.stoker.base.Seed;
import org.stoker.base.TopicPartition;

/**
 * What all logs of one directory share.
 *
 * @param seed draws the jitter of segment.jitter.ms; used by any thread
 */
record LogSetting(
    Disk disk,
    Flusher flusher,
    DirectoryHealth health,
    Seed seed,
    RecoveryPoints recoveryPoints,
    SpaceWatch space,
    SegmentChores segmentChores,
    Suspicion suspicion) {

  /** Where the recovery points of a directory are kept. */
  interface RecoveryPoints {
    /**
     * Returns when no recovery point and no log start above the offset is on the disk: the log is
     * about to be cut there, and what is appended next must be checked after a crash.
     *
     * @throws org.stoker.base.DiskFullException if there is no room to say so
     */
    void lower(TopicPartition partition, long offset) throws IOException;
  }

  /** Has a log read in full because a reader met bytes in it that make no batch. */
  interface Suspicion {
    void suspect(Log log);
  }

  /** What is done to segments later, on storage threads. */
  interface SegmentChores {
    /** The files carry their last name already; they go after {@code file.delete.delay.ms}. */
    void removeLater(Segment segment, long delayMs);

    /** The indexes of the segment are built again on the log's lane. */
    void rebuildIndexes(Log log, Segment segment);
  }
}
