package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.DiskFile;

/**
 * Keeps what recovery takes out of a partition's log, in {@code <base>.log.<n>.cut} beside it, so
 * that a person can look at it; the oldest of too many goes.
 */
final class CutKeeper {
  static final int MOST_FILES = 8;
  static final long MOST_BYTES_OF_A_TAIL = 64L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(CutKeeper.class);
  private static final int COPY_BYTES = 1 << 20;

  private final Disk disk;
  private final Path directory;

  CutKeeper(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** Copies the end of a file, durably; says where to. Bytes that are all zero are not worth it. */
  String keepTail(Segment segment, DiskFile file, long position, long fileSizeBytes)
      throws IOException {
    if (Damage.isZero(file, position, fileSizeBytes)) {
      return "they were all zero";
    }
    Path kept = nextName(segment.baseOffset());
    long sizeBytes = Math.min(MOST_BYTES_OF_A_TAIL, fileSizeBytes - position);
    try (DiskFile copy = disk.open(kept, Disk.OpenMode.CREATE)) {
      for (long done = 0; done < sizeBytes; done += COPY_BYTES) {
        int size = (int) Math.min(COPY_BYTES, sizeBytes - done);
        copy.write(Segment.read(file, position + done, size), done);
      }
      FileSync.sync(copy);
    }
    disk.syncDirectory(directory);
    return "kept in " + kept.getFileName();
  }

  /** Gives a whole segment file the name of something cut; the caller syncs the directory. */
  String keepWhole(Segment segment) throws IOException {
    Path kept = nextName(segment.baseOffset());
    disk.rename(segment.path(), kept);
    return "kept in " + kept.getFileName();
  }

  private Path nextName(long baseOffset) throws IOException {
    List<Path> kept =
        disk.list(directory).stream()
            .filter(file -> numberOf(file) >= 0)
            .sorted(CutKeeper::older)
            .toList();
    for (int i = 0; i <= kept.size() - MOST_FILES; i++) {
      LOG.warn("{} goes: more than {} pieces cut off were kept", kept.get(i), MOST_FILES);
      disk.delete(kept.get(i));
    }
    long number = kept.isEmpty() ? 1 : numberOf(kept.getLast()) + 1;
    return directory.resolve(
        SegmentFiles.name(baseOffset) + SegmentFiles.LOG + "." + number + SegmentFiles.CUT);
  }

  private static int older(Path one, Path other) {
    return Long.compare(numberOf(one), numberOf(other));
  }

  /** −1 for a file that is no piece cut off. */
  private static long numberOf(Path file) {
    String name = SegmentFiles.nameOf(file);
    int start = name.indexOf(SegmentFiles.LOG + ".");
    if (start < 0 || !name.endsWith(SegmentFiles.CUT)) {
      return -1;
    }
    String digits =
        name.substring(
            start + SegmentFiles.LOG.length() + 1, name.length() - SegmentFiles.CUT.length());
    return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : -1;
  }
}
