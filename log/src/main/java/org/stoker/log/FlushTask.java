package org.stoker.log;

import java.util.List;

/**
 * One log's share of a flush round: what must be on disk before the flushed offset moves.
 *
 * @param files held open for this task; released when it ends, however it ends
 * @param syncsEntries files were made or renamed in the partition's directory
 * @param syncsParent the partition's directory itself may be new
 */
record FlushTask(
    Log log,
    FlushState from,
    FlushState to,
    List<SegmentFile> files,
    boolean syncsEntries,
    boolean syncsParent) {

  void releaseFiles() {
    files.forEach(SegmentFile::release);
  }
}
