package org.stoker.base;

import java.nio.file.Path;

/** A disk failed: the log directory that it names goes offline. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Path path;

  public StorageException(Path path, String message, Throwable cause) {
    super(message + ": " + path, cause);
    this.path = path;
  }

  /** The file or directory that failed. */
  public Path path() {
    return path;
  }
}
