package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.DiskFullException;
import org.stoker.base.StorageException;
import org.stoker.base.ThreadSafe;

/**
 * Whether a log directory can be trusted. The first failure of its disk is the last thing that
 * happens to it: after a failed sync nobody knows what is on the disk.
 */
@ThreadSafe
final class DirectoryHealth {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryHealth.class);

  private final Path directory;
  private final StorageFailureListener listener;
  private final AtomicReference<@Nullable StorageException> failure = new AtomicReference<>();

  DirectoryHealth(Path directory, StorageFailureListener listener) {
    this.directory = directory;
    this.listener = listener;
  }

  boolean isOnline() {
    return failure.get() == null;
  }

  @Nullable StorageException failure() {
    return failure.get();
  }

  /**
   * Refuses when the directory is offline.
   *
   * @throws StorageException with the failure that took it offline
   */
  void assertOnline() {
    StorageException cause = failure.get();
    if (cause != null) {
      throw new StorageException(cause.path(), "log directory " + directory + " is offline", cause);
    }
  }

  /**
   * What to throw when a file could not be worked with. Bytes that do not make sense, and a disk
   * without room, concern the caller's partition alone; anything else takes the directory offline.
   */
  RuntimeException fail(Path path, String doing, IOException cause) {
    String what = doing + " failed (" + cause.getMessage() + ")";
    if (cause instanceof CorruptSegmentException || cause instanceof CorruptFileException) {
      return new CorruptLogException(what, cause);
    }
    if (cause instanceof DiskFullException) {
      return new NoRoomException(what, cause);
    }
    return goOffline(path, doing, cause);
  }

  /** Takes the directory offline, and gives the exception to throw. */
  StorageException goOffline(Path path, String doing, IOException cause) {
    var exception =
        new StorageException(path, doing + " failed (" + cause.getMessage() + ")", cause);
    if (failure.compareAndSet(null, exception)) {
      LOG.error(
          "Log directory {} goes offline: {} failed at {}: {}",
          directory,
          doing,
          path,
          cause.getMessage(),
          cause);
      listener.failed(exception);
    }
    return exception;
  }
}
