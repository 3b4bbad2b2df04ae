package org.stoker.records;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What the header of a zstd frame says (RFC 8878, 3.1.1.1). */
final class ZstdFrame {
  private static final int MAGIC = 0xFD2FB528;
  private static final int SINGLE_SEGMENT = 0x20;
  private static final int LEAST_WINDOW_LOG = 10;
  private static final int[] CONTENT_SIZE_FIELD_BYTES = {1, 2, 4, 8};
  private static final int[] DICTIONARY_FIELD_BYTES = {0, 1, 2, 4};

  private ZstdFrame() {}

  /**
   * How much memory the first frame asks for; {@link Long#MAX_VALUE} if that cannot be told. The
   * buffer's position is not moved.
   */
  static long windowSizeBytes(ByteBuffer compressed) {
    ByteBuffer header = compressed.slice().order(ByteOrder.LITTLE_ENDIAN);
    int descriptorAt = Integer.BYTES;
    if (header.remaining() < descriptorAt + 2 || header.getInt(0) != MAGIC) {
      return Long.MAX_VALUE;
    }
    int descriptor = header.get(descriptorAt);
    if ((descriptor & SINGLE_SEGMENT) == 0) {
      int window = header.get(descriptorAt + 1) & 0xff;
      long base = 1L << (LEAST_WINDOW_LOG + (window >> 3));
      return base + base / 8 * (window & 7);
    }
    int sizeAt = descriptorAt + 1 + DICTIONARY_FIELD_BYTES[descriptor & 3];
    int fieldBytes = CONTENT_SIZE_FIELD_BYTES[(descriptor >> 6) & 3];
    if (header.remaining() < sizeAt + fieldBytes) {
      return Long.MAX_VALUE;
    }
    return switch (fieldBytes) {
      case 1 -> header.get(sizeAt) & 0xff;
      // The format adds 256 to a size of two bytes.
      case 2 -> (header.getShort(sizeAt) & 0xffff) + 256;
      case 4 -> header.getInt(sizeAt) & 0xffff_ffffL;
      default -> {
        long size = header.getLong(sizeAt);
        yield size < 0 ? Long.MAX_VALUE : size;
      }
    };
  }
}
