package org.stoker.log;

import java.io.IOException;
import org.stoker.base.DiskFile;
import org.stoker.base.DiskFullException;

/**
 * Makes a file durable. If that fails, what the kernel has cached of it is dropped: Linux goes on
 * showing pages that it will never write, and the next process would take them for synced.
 */
final class FileSync {
  private FileSync() {}

  static void sync(DiskFile file) throws IOException {
    try {
      file.sync();
    } catch (IOException e) {
      forget(file, e);
      throw e;
    }
  }

  /**
   * The same for bytes that others rely on: unlike a write, their sync cannot be tried again when
   * there is room, for the pages are gone, so a full disk is like any other failure.
   */
  static void syncRecords(DiskFile file) throws IOException {
    try {
      sync(file);
    } catch (DiskFullException e) {
      throw new IOException(e);
    }
  }

  /** Has the next reader find what is on the disk, whatever that is. */
  static void forget(DiskFile file, IOException cause) {
    try {
      file.dropCached();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
