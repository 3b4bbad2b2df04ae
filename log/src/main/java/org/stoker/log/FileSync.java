package org.stoker.log;

import java.io.IOException;
import org.stoker.base.DiskFile;

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

  /** Has the next reader find what is on the disk, whatever that is. */
  static void forget(DiskFile file, IOException cause) {
    try {
      file.dropCached();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
