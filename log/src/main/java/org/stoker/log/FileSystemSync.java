package org.stoker.log;

import java.io.IOException;

/** Makes everything that was written to one file system durable with a single call. */
@FunctionalInterface
public interface FileSystemSync {
  /** After a failure nothing is known about what is on the disk, as with a file's own sync. */
  void sync() throws IOException;
}
