package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;
import org.stoker.records.RecordBatch;

/** Clears away what a stop in the middle of something left in a partition's directory. */
final class LogLeftovers {
  private static final Logger LOG = LoggerFactory.getLogger(LogLeftovers.class);
  private static final String TEMPORARY = ".tmp";

  private final Disk disk;
  private final Path directory;

  LogLeftovers(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** The files that are left, sorted by name. */
  List<Path> clear() throws IOException {
    List<Path> files = disk.list(directory);
    if (files.stream().noneMatch(LogLeftovers::isLeftover)) {
      return files;
    }
    long firstHalfCleaned = Long.MAX_VALUE;
    for (Path file : files) {
      String name = SegmentFiles.nameOf(file);
      if (name.endsWith(SegmentFiles.CLEANED)) {
        firstHalfCleaned = Math.min(firstHalfCleaned, baseOffsetOf(name));
      }
      if (name.endsWith(SegmentFiles.DELETED)
          || name.endsWith(SegmentFiles.CLEANED)
          || name.endsWith(TEMPORARY)) {
        LOG.info("{} was left by a stop and is removed", file);
        disk.delete(file);
      }
    }
    finishSwaps(firstHalfCleaned);
    return disk.list(directory);
  }

  private static boolean isLeftover(Path file) {
    String name = SegmentFiles.nameOf(file);
    return name.endsWith(SegmentFiles.DELETED)
        || name.endsWith(SegmentFiles.CLEANED)
        || name.endsWith(SegmentFiles.SWAP)
        || name.endsWith(TEMPORARY);
  }

  /**
   * A cleaner renames all its output to .swap at once, before the first source goes: if some is
   * still .cleaned, what lies at or behind it is not complete.
   */
  private void finishSwaps(long firstHalfCleaned) throws IOException {
    var swaps = new ArrayList<Path>();
    for (Path file : disk.list(directory)) {
      String name = SegmentFiles.nameOf(file);
      if (name.endsWith(SegmentFiles.SWAP)) {
        if (baseOffsetOf(name) >= firstHalfCleaned) {
          LOG.info("{} is half of a cleaning and is removed", file);
          disk.delete(file);
        } else {
          swaps.add(file);
        }
      }
    }
    for (Path swap : swaps) {
      if (SegmentFiles.nameOf(swap).endsWith(SegmentFiles.LOG + SegmentFiles.SWAP)) {
        removeSourcesOf(swap);
      }
    }
    for (Path swap : swaps) {
      String name = SegmentFiles.nameOf(swap);
      Path target =
          directory.resolve(name.substring(0, name.length() - SegmentFiles.SWAP.length()));
      LOG.info("{} takes its place as {}", swap, target.getFileName());
      disk.rename(swap, target);
    }
    disk.syncDirectory(directory);
  }

  /** The segments that the cleaner had read to write this one. */
  private void removeSourcesOf(Path swap) throws IOException {
    long first = baseOffsetOf(SegmentFiles.nameOf(swap));
    long end = endOffset(swap, first);
    for (Path file : disk.list(directory)) {
      long base = SegmentFiles.offsetOf(file, SegmentFiles.LOG);
      if (base >= first && base < end) {
        LOG.info("{} was cleaned into {} and is removed", file, swap.getFileName());
        disk.delete(file);
        disk.delete(SegmentFiles.file(directory, base, SegmentFiles.OFFSET_INDEX));
        disk.delete(SegmentFiles.file(directory, base, SegmentFiles.TIME_INDEX));
        disk.delete(SegmentFiles.file(directory, base, SegmentFiles.TRANSACTION_INDEX));
      }
    }
  }

  private long endOffset(Path swap, long baseOffset) throws IOException {
    try (DiskFile file = disk.open(swap, Disk.OpenMode.READ)) {
      int sizeBytes = Math.toIntExact(file.sizeBytes());
      var scan = new SegmentScan(file, sizeBytes, SegmentScan.WALK_CHUNK_BYTES);
      long end = baseOffset;
      for (boolean more = scan.moveTo(0); more; more = scan.next()) {
        RecordBatch batch = scan.batch();
        end = batch.nextOffset();
      }
      return end;
    }
  }

  private static long baseOffsetOf(String name) {
    int dot = name.indexOf('.');
    String digits = dot < 0 ? "" : name.substring(0, dot);
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
