package org.stoker.records;

import java.io.IOException;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * The part of the LZ4 frame format that Kafka's clients write and read: version 1, blocks that do
 * not refer to each other, no dictionary.
 */
final class Lz4Frame {
  static final int MAGIC = 0x184D2204;
  static final int UNCOMPRESSED_BLOCK_BIT = 0x80000000;

  private static final int RESERVED_FLAGS = 0x03;
  private static final int VERSION_1 = 0x40;
  private static final int VERSION_MASK = 0xc0;
  static final int CONTENT_CHECKSUM = 0x04;
  static final int CONTENT_SIZE = 0x08;
  static final int BLOCK_CHECKSUM = 0x10;
  private static final int INDEPENDENT_BLOCKS = 0x20;

  /** The flags of the frames that we write. */
  static final int OUR_FLAGS = VERSION_1 | INDEPENDENT_BLOCKS;

  /** Blocks of 64 KiB: the smallest of the format, and what Kafka's client writes. */
  static final int OUR_BLOCK_CODE = 4;

  private static final int SMALLEST_BLOCK_CODE = 4;
  private static final int LARGEST_BLOCK_CODE = 7;

  static final LZ4SafeDecompressor DECOMPRESSOR = LZ4Factory.fastestInstance().safeDecompressor();
  static final XXHash32 CHECKSUM = XXHashFactory.fastestInstance().hash32();

  private Lz4Frame() {}

  static void requireReadable(int flags) throws IOException {
    if ((flags & RESERVED_FLAGS) != 0
        || (flags & VERSION_MASK) != VERSION_1
        || (flags & INDEPENDENT_BLOCKS) == 0) {
      throw new IOException("frame flags 0x" + Integer.toHexString(flags) + " are not supported");
    }
  }

  static int blockSize(int descriptor) throws IOException {
    int code = descriptor >> 4;
    if ((descriptor & 0x0f) != 0 || code < SMALLEST_BLOCK_CODE || code > LARGEST_BLOCK_CODE) {
      throw new IOException(
          "block descriptor 0x" + Integer.toHexString(descriptor) + " is not supported");
    }
    return 1 << (2 * code + 8);
  }

  static byte headerChecksum(int hash) {
    return (byte) (hash >> 8);
  }
}
