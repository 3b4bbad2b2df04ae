package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Linux's page cache, as far as it can be told what to forget: posix_fadvise(2). */
public final class LinuxPageCache {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxPageCache.class);

  private LinuxPageCache() {}

  /**
   * Drops the pages of a file that are not waiting to be written. Has no effect on other systems,
   * and where native calls are not allowed.
   */
  public static void drop(Path file) {
    LinuxCalls calls = LinuxCalls.bound();
    if (calls == null) {
      return;
    }
    try {
      int descriptor = calls.open(file, LinuxCalls.O_RDONLY_CLOEXEC);
      try {
        calls.forgetPages(descriptor);
      } finally {
        calls.close(descriptor, file);
      }
    } catch (IOException e) {
      // The disk is failing: what comes of it is looked at by the next start in any case.
      LOG.warn("What is cached of {} could not be dropped: {}", file, e.getMessage());
    }
  }
}
