package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Disk;
import org.stoker.base.ThreadSafe;

/**
 * Keeps some room on the disk for what must go on when it is full: producing stops below {@code
 * log.dir.reserve.bytes} and resumes by itself.
 */
@ThreadSafe
final class SpaceWatch {
  private static final Logger LOG = LoggerFactory.getLogger(SpaceWatch.class);
  // A look a second: one line in ten minutes.
  private static final int LOOKS_PER_SUMMARY = 600;
  private static final long LOOK_AFTER_BYTES = 16L << 20;

  private final Disk disk;
  private final Path directory;
  private final long reserveBytes;
  private final Executor storage;
  private final AtomicLong appendedSinceLook = new AtomicLong();
  private final AtomicInteger failedLooks = new AtomicInteger();
  private final AtomicBoolean isLooking = new AtomicBoolean();
  private volatile boolean acceptsWrites = true;

  SpaceWatch(Disk disk, Path directory, long reserveBytes, Executor storage) {
    this.disk = disk;
    this.directory = directory;
    this.reserveBytes = reserveBytes;
    this.storage = storage;
  }

  boolean acceptsWrites() {
    return acceptsWrites;
  }

  /** Between two looks at most this much and what is in flight goes unseen. */
  void appended(int sizeBytes) {
    if (appendedSinceLook.addAndGet(sizeBytes) >= LOOK_AFTER_BYTES
        && isLooking.compareAndSet(false, true)) {
      lookSoon();
    }
  }

  private void lookSoon() {
    try {
      storage.execute(() -> {
        isLooking.set(false);
        look();
      });
    } catch (RejectedExecutionException e) {
      // The broker stops. What was appended is in the log, and nothing may say otherwise.
      LOG.debug("Nobody looks at the room in {} any more: {}", directory, e.getMessage());
    }
  }

  void look() {
    appendedSinceLook.set(0);
    try {
      long usableBytes = disk.usableBytes(directory);
      boolean hasRoom = usableBytes >= reserveBytes;
      if (hasRoom != acceptsWrites) {
        acceptsWrites = hasRoom;
        if (hasRoom) {
          LOG.info("{} has {} bytes free: producing resumes", directory, usableBytes);
        } else {
          LOG.error(
              "{} has {} bytes free, fewer than log.dir.reserve.bytes={}: producing is refused"
                  + " until there is room",
              directory,
              usableBytes,
              reserveBytes);
        }
      }
      failedLooks.set(0);
    } catch (IOException e) {
      int failed = failedLooks.incrementAndGet();
      if (failed == 1 || failed % LOOKS_PER_SUMMARY == 0) {
        LOG.warn(
            "{} does not say how much room is left, {} times in a row: {}",
            directory,
            failed,
            e.getMessage());
      }
    }
  }
}
