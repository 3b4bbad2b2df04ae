package org.stoker.log;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A sync that a careless log would leave out: each makes the crash test fail, which shows that the
 * test looks there.
 */
enum DiskFlaw {
  NONE,
  /** Acknowledged before it is on disk. */
  NO_SYNC_BEFORE_ACK,
  /** A new partition's directory entry. */
  NO_DIRECTORY_SYNC_AFTER_CREATE,
  /** A new segment's directory entry. */
  NO_DIRECTORY_SYNC_AFTER_ROLL,
  /** The new name of something deleted, set aside or replaced. */
  NO_DIRECTORY_SYNC_AFTER_RENAME,
  /** The new, smaller size. */
  NO_SYNC_AFTER_TRUNCATION;

  /** Remembers what happened where since the last sync, to know which sync to leave out. */
  static final class Watcher implements WatchedDisk.Watcher {
    private final DiskFlaw flaw;
    private final Set<Path> newDirectories = new HashSet<>();
    private final Set<Path> directoriesWithNewSegment = new HashSet<>();
    private final Set<Path> directoriesWithRename = new HashSet<>();
    private final Set<Path> cutFiles = new HashSet<>();

    Watcher(DiskFlaw flaw) {
      this.flaw = flaw;
    }

    @Override
    public boolean does(WatchedDisk.Op op, Path path) {
      Path parent = path.getParent();
      switch (op) {
        case MAKE_DIRECTORY -> newDirectories.add(path);
        case MAKE_FILE -> {
          boolean isFirst = path.endsWith(SegmentFiles.name(0) + SegmentFiles.LOG);
          if (parent != null && isSegment(path) && !isFirst) {
            directoriesWithNewSegment.add(parent);
          }
        }
        case RENAME -> {
          if (parent != null) {
            directoriesWithRename.add(parent);
          }
        }
        case CUT -> cutFiles.add(path);
        case WRITE -> cutFiles.remove(path);
        case SYNC -> {
          return doesSync(path);
        }
        case SYNC_DIRECTORY -> {
          return doesSyncDirectory(path);
        }
        default -> {}
      }
      return true;
    }

    private static boolean isSegment(Path path) {
      return path.toString().endsWith(SegmentFiles.LOG);
    }

    private boolean doesSync(Path path) {
      boolean wasCut = cutFiles.remove(path);
      return switch (flaw) {
        case NO_SYNC_BEFORE_ACK -> !isSegment(path) || wasCut;
        case NO_SYNC_AFTER_TRUNCATION -> !isSegment(path) || !wasCut;
        default -> true;
      };
    }

    private boolean doesSyncDirectory(Path path) {
      boolean hasNewSegment = directoriesWithNewSegment.remove(path);
      boolean hasRename = directoriesWithRename.remove(path);
      boolean hasNewDirectory = newDirectories.removeIf(made -> isIn(made.getParent(), path));
      return switch (flaw) {
        case NO_DIRECTORY_SYNC_AFTER_CREATE -> !hasNewDirectory;
        case NO_DIRECTORY_SYNC_AFTER_ROLL -> !hasNewSegment;
        case NO_DIRECTORY_SYNC_AFTER_RENAME -> !hasRename;
        default -> true;
      };
    }

    private static boolean isIn(@Nullable Path parent, Path directory) {
      return directory.equals(parent);
    }
  }
}
