package org.stoker.log;

import java.nio.file.Path;

/**
 * A stretch of a segment's file, from one batch boundary to another, that does not hold what was
 * written there.
 *
 * @param position where it starts in the file
 * @param firstOffset the offset expected there
 * @param nextOffset the first offset behind it
 * @param truncationCount of the log when it was read: after a truncation other batches may lie
 *     there
 * @param problem what is wrong with the first of its batches
 */
public record DamagedBatches(
    Path file,
    long segmentBaseOffset,
    int position,
    int sizeBytes,
    long firstOffset,
    long nextOffset,
    long truncationCount,
    String problem) {

  /** For messages. */
  public String offsets() {
    return firstOffset + 1 == nextOffset
        ? "offset " + firstOffset
        : "offsets " + firstOffset + " to " + (nextOffset - 1);
  }
}
