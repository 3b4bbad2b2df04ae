package org.stoker.base;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A write found no room: the disk works and the write may be tried again when there is some, unlike
 * after any other failure.
 */
public final class DiskFullException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  /** What the JDK says for ENOSPC on Linux. */
  public static final String NO_SPACE = "No space left on device";

  public DiskFullException(Path file, String reason, @Nullable Throwable cause) {
    super(file.toString(), null, reason);
    if (cause != null) {
      initCause(cause);
    }
  }
}
