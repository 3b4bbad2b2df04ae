package org.stoker.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An open file of a {@link Disk}; reads and writes name their position, so any thread may use it.
 */
public interface DiskFile extends AutoCloseable {
  Path path();

  long sizeBytes() throws IOException;

  /**
   * Reads at least one byte into the room left in the buffer.
   *
   * @return how many bytes were read; −1 at or past the end of the file
   */
  int read(ByteBuffer into, long position) throws IOException;

  /** Writes all of the buffer; a failure may leave any part of it written. */
  void write(ByteBuffer from, long position) throws IOException;

  /** Cuts the file, or lengthens it with zeros. */
  void setSize(long sizeBytes) throws IOException;

  /**
   * Makes the bytes and the size durable (fdatasync). After a failure nothing is known about what
   * is on the disk, and a later success does not change that: the owner gives the directory up.
   */
  void sync() throws IOException;

  /**
   * Has whoever reads the file from now on, in whatever process, find what is on the disk. For
   * after a sync that failed: the system may go on showing what it has given up writing. Does
   * nothing where the system cannot be told.
   */
  void dropCached() throws IOException;

  /** The operating system's file for sendfile; null on a disk that is not the machine's. */
  @Nullable FileChannel channel();

  @Override
  void close() throws IOException;
}
