package org.stoker.log;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings bytes of a file into the page cache, so that an event loop can send them without waiting.
 *
 * <p>In small pieces, one after the other, and nothing ahead of them: the kernel would read
 * megabytes ahead at once, and the disk serves reads before the writes that producers wait for.
 */
final class ColdRead {
  private static final Logger LOG = LoggerFactory.getLogger(ColdRead.class);
  private static final int PIECE_BYTES = 256 * 1024;
  private static final Path NULL_DEVICE = Path.of("/dev/null");
  private static final @Nullable FileChannel NOWHERE = openNullDevice();

  private ColdRead() {}

  private static @Nullable FileChannel openNullDevice() {
    try {
      return FileChannel.open(NULL_DEVICE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      LOG.info("Old records may be sent without being read first: {}", e.toString());
      return null;
    }
  }

  /** Reads the bytes once and forgets them. On a thread that may wait. */
  static void warm(Path path, FileChannel channel, long position, int sizeBytes) {
    try {
      LinuxCalls calls = LinuxCalls.bound();
      if (calls == null) {
        sendNowhere(channel, position, sizeBytes);
      } else {
        readInPieces(calls, path, position, sizeBytes);
      }
    } catch (IOException e) {
      // Deleted meanwhile, or broken: sending the same bytes says it to the one who asked.
      LOG.debug("Could not warm {} bytes at {} of {}", sizeBytes, position, path, e);
    }
  }

  private static void readInPieces(LinuxCalls calls, Path path, long position, int sizeBytes)
      throws IOException {
    int descriptor = calls.open(path, LinuxCalls.O_RDONLY_CLOEXEC);
    try (Arena arena = Arena.ofConfined()) {
      calls.readNothingAhead(descriptor);
      MemorySegment piece = arena.allocate(Math.min(sizeBytes, PIECE_BYTES));
      long next = position;
      long end = position + sizeBytes;
      while (next < end) {
        long read = calls.read(descriptor, piece, Math.min(end - next, piece.byteSize()), next);
        if (read <= 0) {
          return;
        }
        next += read;
      }
    } finally {
      calls.close(descriptor, path);
    }
  }

  /** The kernel reads what it does not have yet, and copies nothing. */
  private static void sendNowhere(FileChannel channel, long position, int sizeBytes)
      throws IOException {
    FileChannel nowhere = NOWHERE;
    long next = position;
    long end = position + sizeBytes;
    while (nowhere != null && next < end) {
      long sent = channel.transferTo(next, end - next, nowhere);
      if (sent <= 0) {
        return;
      }
      next += sent;
    }
  }
}
