package org.stoker.base;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file system as a log needs it: what is durable, and when, is explicit.
 *
 * <p>Bytes of a file are durable after {@link DiskFile#sync()}; a created, renamed or deleted entry
 * is durable after {@link #syncDirectory} of its directory. Nothing else is promised about a power
 * failure: unsynced bytes may vanish, tear, or read as zeros, and unsynced entries may vanish or
 * stay. Every method may be called by any thread.
 */
public interface Disk {
  /** How a file is opened. */
  enum OpenMode {
    /** For reading; it must exist. */
    READ,
    /** For reading and writing; it must exist. */
    WRITE,
    /** For reading and writing; it is made if it does not exist. */
    CREATE
  }

  /**
   * Opens a file.
   *
   * @throws java.nio.file.NoSuchFileException if it does not exist and the mode does not create
   */
  DiskFile open(Path file, OpenMode mode) throws IOException;

  boolean exists(Path path) throws IOException;

  /** The size of a file without opening it. */
  long sizeBytes(Path file) throws IOException;

  /** When the file's bytes were last changed, in milliseconds since 1970. */
  long lastModifiedMs(Path file) throws IOException;

  /** The entries of a directory, sorted by name. */
  List<Path> list(Path directory) throws IOException;

  boolean isDirectory(Path path) throws IOException;

  /** Makes the directory and those above it that are missing. */
  void createDirectories(Path directory) throws IOException;

  /** Gives a file or directory another name at once; a file of that name is replaced. */
  void rename(Path from, Path to) throws IOException;

  /** Removes a file or an empty directory; does nothing if there is none. */
  void delete(Path path) throws IOException;

  /** Makes the creations, renames and deletions in the directory durable. */
  void syncDirectory(Path directory) throws IOException;

  /** Bytes that may still be written to the file system that holds the directory. */
  long usableBytes(Path directory) throws IOException;

  /**
   * Takes the lock that the file stands for, or returns null if someone else holds it. The lock
   * goes with the process that took it, however that ends.
   */
  @Nullable AutoCloseable tryLock(Path file) throws IOException;
}
