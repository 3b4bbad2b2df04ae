package org.stoker.testkit;

import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * Something that goes wrong once: the {@code nth} call of this kind on a matching path, counted
 * from 1.
 */
public record DiskFault(Kind kind, Predicate<Path> paths, int nth) {
  /** What fails, and how. */
  public enum Kind {
    OPEN,
    /** A random part of the bytes is written, then the write fails. */
    WRITE,
    /** Some of the unsynced pages reach the platter, the others never will. */
    SYNC,
    SYNC_DIRECTORY,
    READ,
    /** One bit of what is read is wrong, and right again the next time. */
    FLIPPED_READ,
    RENAME,
    DELETE,
    SET_SIZE
  }

  public DiskFault {
    if (nth < 1) {
      throw new IllegalArgumentException("nth=" + nth + ", counted from 1");
    }
  }

  /** The next call on any path. */
  public static DiskFault next(Kind kind) {
    return next(kind, _ -> true);
  }

  public static DiskFault next(Kind kind, Predicate<Path> paths) {
    return new DiskFault(kind, paths, 1);
  }

  public static DiskFault nth(int nth, Kind kind, Predicate<Path> paths) {
    return new DiskFault(kind, paths, nth);
  }
}
