package org.stoker.handlers;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.records.FileRecordBytes;

/**
 * Brings bytes of a file into the page cache, so that an event loop can send them without waiting.
 *
 * <p>They are sent to the null device: the kernel reads what it does not have yet, and copies
 * nothing.
 */
final class ColdRead {
  private static final Logger LOG = LoggerFactory.getLogger(ColdRead.class);
  private static final Path NULL_DEVICE = Path.of("/dev/null");
  private static final @Nullable FileChannel NOWHERE = openNullDevice();

  private ColdRead() {}

  private static @Nullable FileChannel openNullDevice() {
    try {
      return FileChannel.open(NULL_DEVICE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      LOG.info("Old records are sent without being read first: {}", e.toString());
      return null;
    }
  }

  /** Reads the bytes once and forgets them. */
  static void warm(FileRecordBytes bytes) {
    FileChannel nowhere = NOWHERE;
    if (nowhere == null) {
      return;
    }
    long end = bytes.position() + bytes.sizeInBytes();
    long position = bytes.position();
    try {
      while (position < end) {
        long sent = bytes.channel().transferTo(position, end - position, nowhere);
        if (sent <= 0) {
          return;
        }
        position += sent;
      }
    } catch (IOException e) {
      // Sending the same bytes will fail too, and says it to the one who asked.
      LOG.debug("Could not warm {} bytes at {}", bytes.sizeInBytes(), bytes.position(), e);
    }
  }
}
