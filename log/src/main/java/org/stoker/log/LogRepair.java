package org.stoker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/** Writes another replica's batches over damaged ones. On the lane and on a storage thread. */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class LogRepair {
  private static final Logger LOG = LoggerFactory.getLogger(LogRepair.class);

  private LogRepair() {}

  /**
   * Replaces the damaged bytes, durably. Replicas hold the same bytes, so positions and indexes
   * stay as they are.
   *
   * @param batches intact, of exactly the damaged offsets and size
   * @return false if the log was truncated or its segment removed since the damage was found
   */
  static boolean repair(LogState state, DamagedBatches damage, ByteBuffer batches) {
    state.assertUsable();
    if (batches.remaining() != damage.sizeBytes()) {
      throw new IllegalArgumentException(
          "%d bytes for the %d at %d of %s"
              .formatted(
                  batches.remaining(), damage.sizeBytes(), damage.position(), damage.file()));
    }
    boolean isThere =
        state.truncationCount == damage.truncationCount()
            && state.segments.stream()
                .anyMatch(segment -> segment.baseOffset() == damage.segmentBaseOffset());
    if (!isThere) {
      return false;
    }
    try (DiskFile file = state.setting.disk().open(pathNow(state, damage), Disk.OpenMode.WRITE)) {
      file.write(batches.duplicate(), damage.position());
      FileSync.sync(file);
    } catch (IOException e) {
      throw state.setting.health().fail(state.directory, "repairing damaged batches", e);
    }
    LOG.warn(
        "{} of {} is repaired: {} bytes at position {} of {}",
        damage.offsets(),
        state.topicPartition,
        damage.sizeBytes(),
        damage.position(),
        damage.file());
    return true;
  }

  private static Path pathNow(LogState state, DamagedBatches damage) {
    return SegmentFiles.file(state.directory, damage.segmentBaseOffset(), SegmentFiles.LOG);
  }
}
