package org.stoker.records;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/**
 * A window over decompressed bytes; it can be used for one stream after another.
 *
 * <p>A codec that works by blocks lends its block for a window, so that nothing is copied, and the
 * next stream gets the same block to fill.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class RecordStream {
  private static final int WINDOW_SIZE_BYTES = 16 * 1024;

  // What clients write has blocks of 32 or 64 KiB; one that needs more gets it for itself alone.
  private static final int MOST_KEPT_BYTES = 64 * 1024 + 64;

  private final byte[] ownWindow = new byte[WINDOW_SIZE_BYTES];
  private byte[] spareBlock = new byte[0];
  private byte[] window = ownWindow;
  private @Nullable InputStream source;
  private int position;
  private int limit;
  private long passed;

  /**
   * Takes over the stream of a batch's records.
   *
   * @param maxBlockBytes a codec's block that claims more is refused before there is room for it
   */
  void open(CompressionType type, ByteBuffer compressed, int maxBlockBytes) throws IOException {
    source = Compression.decompress(type, compressed, spareBlock, maxBlockBytes);
    window = ownWindow;
    position = 0;
    limit = 0;
    passed = 0;
  }

  void close() throws IOException {
    InputStream closing = source;
    source = null;
    window = ownWindow;
    position = 0;
    limit = 0;
    if (closing instanceof BlockInput blocks && blocks.block().length <= MOST_KEPT_BYTES) {
      spareBlock = blocks.block();
    }
    if (closing != null) {
      closing.close();
    }
  }

  /** How many bytes have been read or skipped. */
  long position() {
    return passed + position;
  }

  boolean isAtEnd() throws IOException {
    return position == limit && !fill();
  }

  byte readByte() throws IOException {
    if (position == limit && !fill()) {
      throw new EOFException("the records end in the middle of one");
    }
    return window[position++];
  }

  int readVarint() throws IOException {
    int bits = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      byte next = readByte();
      bits |= (next & 0x7f) << shift;
      if (next >= 0) {
        return Varints.unfold(bits);
      }
    }
    throw CorruptBatchException.record("a number of more than five bytes");
  }

  long readVarlong() throws IOException {
    long bits = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      byte next = readByte();
      bits |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return Varints.unfold(bits);
      }
    }
    throw CorruptBatchException.record("a number of more than ten bytes");
  }

  void skip(int count) throws IOException {
    int left = count;
    while (left > 0) {
      if (position == limit && !fill()) {
        throw new EOFException("the records end in the middle of one");
      }
      int step = Math.min(left, limit - position);
      position += step;
      left -= step;
    }
  }

  /** Reads between 1 and {@code most} bytes, which is more than 0. */
  int read(byte[] target, int offset, int most) throws IOException {
    if (position == limit && !fill()) {
      throw new EOFException("the records end in the middle of one");
    }
    int count = Math.min(most, limit - position);
    System.arraycopy(window, position, target, offset, count);
    position += count;
    return count;
  }

  private boolean fill() throws IOException {
    if (source == null) {
      return false;
    }
    passed += limit;
    position = 0;
    limit = 0;
    int count;
    if (source instanceof BlockInput blocks) {
      count = blocks.takeBlock();
      window = blocks.block();
    } else {
      count = source.read(window, 0, window.length);
    }
    if (count <= 0) {
      return false;
    }
    limit = count;
    return true;
  }
}
