package org.stoker.handlers;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.records.FileRecordBytes;

/**
 * Brings bytes of a file into the page cache, so that an event loop can send them without waiting.
 */
final class ColdRead {
  private static final Logger LOG = LoggerFactory.getLogger(ColdRead.class);
  private static final int CHUNK_BYTES = 64 * 1024;

  private ColdRead() {}

  /** Reads the bytes once and forgets them. */
  static void warm(FileRecordBytes bytes) {
    ByteBuffer scratch = ByteBuffer.allocate(Math.min(CHUNK_BYTES, bytes.sizeInBytes()));
    long end = bytes.position() + bytes.sizeInBytes();
    long position = bytes.position();
    try {
      while (position < end) {
        scratch.clear().limit((int) Math.min(scratch.capacity(), end - position));
        int read = bytes.channel().read(scratch, position);
        if (read <= 0) {
          return;
        }
        position += read;
      }
    } catch (IOException e) {
      // Sending the same bytes will fail too, and says it to the one who asked.
      LOG.debug("Could not warm {} bytes at {}", bytes.sizeInBytes(), bytes.position(), e);
    }
  }
}
