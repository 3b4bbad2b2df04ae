package org.stoker.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a write leaves that a crash has torn: a batch behind the last one that is only half there.
 */
final class TornTail {
  private static final int SIZE_POSITION = 8;
  private static final int HEADER_BYTES = 12;
  private static final int LAST_OFFSET_DELTA_POSITION = 23;

  /** How the batch is torn. */
  enum Kind {
    /** Its end is missing. */
    CUT,
    /** It has its length, and a byte of it is wrong. */
    FLIPPED
  }

  private TornTail() {}

  /** Tears the active segment of every partition in the directory that has records. */
  static int tear(Path logDirectory, Kind kind) throws IOException {
    int torn = 0;
    try (Stream<Path> entries = Files.list(logDirectory)) {
      for (Path partition : entries.filter(Files::isDirectory).toList()) {
        if (partition.getFileName().toString().startsWith(NumberedRecords.TOPIC)) {
          torn += tearActive(partition, kind) ? 1 : 0;
        }
      }
    }
    return torn;
  }

  private static boolean tearActive(Path partition, Kind kind) throws IOException {
    List<Path> segments;
    try (Stream<Path> files = Files.list(partition)) {
      segments = files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
    if (segments.isEmpty()) {
      return false;
    }
    try (FileChannel file =
        FileChannel.open(segments.getLast(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer last = lastBatch(file);
      if (last == null) {
        return false;
      }
      int size = last.remaining();
      long end = file.position();
      long nextOffset = last.getLong(0) + last.getInt(LAST_OFFSET_DELTA_POSITION) + 1;
      last.putLong(0, nextOffset);
      switch (kind) {
        case CUT -> last.limit(size / 2);
        case FLIPPED -> last.put(size - 1, (byte) ~last.get(size - 1));
      }
      file.write(last, end);
      return true;
    }
  }

  /** The last whole batch; the channel is left at its end. Null if there is none. */
  private static @org.jspecify.annotations.Nullable ByteBuffer lastBatch(FileChannel file)
      throws IOException {
    ByteBuffer last = null;
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    long position = 0;
    while (file.read(header.clear(), position) == HEADER_BYTES) {
      int size = HEADER_BYTES + header.getInt(SIZE_POSITION);
      if (size == HEADER_BYTES || position + size > file.size()) {
        break;
      }
      last = ByteBuffer.allocate(size);
      file.read(last, position);
      last.flip();
      position += size;
    }
    file.position(position);
    return last;
  }
}
