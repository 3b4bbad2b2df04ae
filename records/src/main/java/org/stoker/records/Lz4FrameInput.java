package org.stoker.records;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Exception;
import org.stoker.base.ConfinedTo;

/** Reads one LZ4 frame; what follows its end mark is not looked at, as in Kafka. */
@ConfinedTo(ConfinedTo.CALLER)
final class Lz4FrameInput extends BlockInput {
  // One byte of a block can stand for at most 255.
  private static final long MOST_GROWTH = 255;
  private static final int SLACK = 64;

  private final int maxBlockSize;
  private final boolean hasBlockChecksums;
  private final boolean hasContentChecksum;
  private boolean ended;

  Lz4FrameInput(ByteBuffer compressed, byte[] spareBlock) throws IOException {
    super(compressed, ByteOrder.LITTLE_ENDIAN, spareBlock);
    require(7);
    if (source.getInt() != Lz4Frame.MAGIC) {
      throw new IOException("not an LZ4 frame");
    }
    int descriptorStart = source.position();
    int flags = source.get() & 0xff;
    Lz4Frame.requireReadable(flags);
    maxBlockSize = Lz4Frame.blockSize(source.get() & 0xff);
    if ((flags & Lz4Frame.CONTENT_SIZE) != 0) {
      require(Long.BYTES + 1);
      source.position(source.position() + Long.BYTES);
    }
    int size = source.position() - descriptorStart;
    byte expected =
        Lz4Frame.headerChecksum(Lz4Frame.CHECKSUM.hash(source, descriptorStart, size, 0));
    if (source.get() != expected) {
      throw new IOException("the checksum of the frame's header is wrong");
    }
    hasBlockChecksums = (flags & Lz4Frame.BLOCK_CHECKSUM) != 0;
    hasContentChecksum = (flags & Lz4Frame.CONTENT_CHECKSUM) != 0;
  }

  @Override
  protected int nextBlock() throws IOException {
    if (ended) {
      return -1;
    }
    require(Integer.BYTES);
    int word = source.getInt();
    int size = word & ~Lz4Frame.UNCOMPRESSED_BLOCK_BIT;
    if (size == 0) {
      ended = true;
      if (hasContentChecksum) {
        require(Integer.BYTES);
      }
      return -1;
    }
    if (size > maxBlockSize) {
      throw new IOException("a block of " + size + " bytes in a frame of " + maxBlockSize);
    }
    require(size);
    boolean compressed = (word & Lz4Frame.UNCOMPRESSED_BLOCK_BIT) == 0;
    int start = source.position();
    int blockSize = compressed ? decompress(start, size) : copy(start, size);
    source.position(start + size);
    if (hasBlockChecksums) {
      require(Integer.BYTES);
      if (source.getInt() != Lz4Frame.CHECKSUM.hash(source, start, size, 0)) {
        throw new IOException("the checksum of a block is wrong");
      }
    }
    return blockSize;
  }

  private int decompress(int start, int size) throws IOException {
    int room = (int) Math.min(maxBlockSize, size * MOST_GROWTH + SLACK);
    ensureBlock(room);
    try {
      return Lz4Frame.DECOMPRESSOR.decompress(source, start, size, ByteBuffer.wrap(block), 0, room);
    } catch (LZ4Exception malformed) {
      throw new IOException("a malformed block: " + malformed.getMessage(), malformed);
    }
  }

  private int copy(int start, int size) {
    ensureBlock(size);
    source.get(start, block, 0, size);
    return size;
  }
}
