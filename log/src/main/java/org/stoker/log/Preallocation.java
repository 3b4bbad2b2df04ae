package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.DiskFile;
import org.stoker.base.DiskFullException;

/**
 * Writes zeros behind the end of a log that is synced after every few bytes, so that most of its
 * syncs find the file as long as it was, and the file system has nothing but the bytes to write.
 *
 * <p>It costs a second write of the same place, so it is left to logs whose flushes are small; a
 * log that is written now and then gets little, one that is written in great pieces nothing. Where
 * the figures come from: docs/decisions/preallocation.md.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class Preallocation {
  /** Zeros for about so many flushes at a time. */
  private static final int FLUSHES_AHEAD = 32;

  private static final Logger LOG = LoggerFactory.getLogger(Preallocation.class);
  private static final int LEAST_STEP_BYTES = 16 * 1024;

  // As much as a large produce request: an event loop writes that at once anyway.
  private static final int MOST_STEP_BYTES = 1024 * 1024;

  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 * 1024).asReadOnlyBuffer();

  private final FlusherConfig config;
  private long flushCount;
  private long appendedBytes;

  Preallocation(FlusherConfig config) {
    this.config = config;
  }

  /**
   * Looks whether the log wants zeros behind what was just appended.
   *
   * @param flushCountNow how often the log was flushed
   * @param appendedBytesNow how much was appended to it
   */
  void appended(Segment active, long flushCountNow, long appendedBytesNow) throws IOException {
    if (active.hasRoomAhead()) {
      return;
    }
    long flushes = flushCountNow - flushCount;
    if (flushes < config.preallocateAfterFlushes()) {
      return;
    }
    long bytesPerFlush = (appendedBytesNow - appendedBytes) / flushes;
    flushCount = flushCountNow;
    appendedBytes = appendedBytesNow;
    if (bytesPerFlush <= config.mostBytesPerFlushToPreallocate()) {
      try {
        active.preallocate(
            Math.clamp(bytesPerFlush * FLUSHES_AHEAD, LEAST_STEP_BYTES, MOST_STEP_BYTES));
      } catch (DiskFullException e) {
        // What room there is belongs to the records; without zeros their syncs are slower.
        LOG.debug("{} is not preallocated: {}", active.path(), e.getMessage());
      }
    }
  }

  static void writeZeros(DiskFile file, int from, int to) throws IOException {
    for (int at = from; at < to; at += ZEROS.capacity()) {
      file.write(ZEROS.slice(0, Math.min(ZEROS.capacity(), to - at)), at);
    }
  }
}
