package org.stoker.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.DiskFile;
import org.stoker.base.ThreadSafe;

/**
 * An open file of a segment that stays open while anybody uses it, so that a segment can be deleted
 * while it is being sent.
 */
@ThreadSafe
final class SegmentFile {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentFile.class);

  private final DiskFile file;
  // The segment's own reference, and one for each user.
  private final AtomicInteger references = new AtomicInteger(1);

  private volatile boolean isReadAhead = true;

  SegmentFile(DiskFile file) {
    this.file = file;
  }

  DiskFile file() {
    return file;
  }

  /** From now on only what is asked for is read from the disk. */
  void readNothingAhead() {
    FileChannel channel = file.channel();
    if (isReadAhead && channel != null) {
      isReadAhead = false;
      ReadAhead.none(channel);
    }
  }

  /** Takes a reference; false if the segment is gone and its last user as well. */
  boolean retain() {
    while (true) {
      int count = references.get();
      if (count == 0) {
        return false;
      }
      if (references.compareAndSet(count, count + 1)) {
        return true;
      }
    }
  }

  void release() {
    int left = references.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException(file.path() + " was released more often than retained");
    }
    if (left == 0) {
      try {
        file.close();
      } catch (IOException e) {
        // What was durable stays so; the descriptor is gone either way.
        LOG.warn("{} could not be closed", file.path(), e);
      }
    }
  }
}
