package org.stoker.records;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.Semaphore;
import org.stoker.base.ConfinedTo;
import org.xerial.snappy.Snappy;

/**
 * Snappy in both of the framings that Kafka's clients write.
 *
 * <p>A block is decompressed whole, because whatever is in it may refer to all before it. Large
 * ones are few, so they are decompressed one after the other: the others wait. One that takes more
 * than a sixteenth of the heap is refused.
 *
 * <p>The Java client writes the stream format of snappy-java: a header of 16 bytes, then blocks,
 * each behind its size. librdkafka and others write one bare block; nothing marks it, so whatever
 * does not start with that header is taken as one.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class SnappyInput extends BlockInput {
  private static final long MAGIC = 0x82_53_4e_41_50_50_59_00L; // 0x82 "SNAPPY" 0
  private static final int MAGIC_HEAD = (int) (MAGIC >>> 32);
  private static final int HEADER_SIZE_BYTES = 16;

  // No element of a block grows more than three bytes that stand for 64.
  private static final int MOST_GROWTH = 22;

  // Blocks of clients' streams have 32 KiB, bare ones are as large as what a batch expands to.
  private static final int LARGE_BLOCK_BYTES = 4 << 20;
  private static final long LARGEST_BLOCK_BYTES =
      Math.max(LARGE_BLOCK_BYTES, Runtime.getRuntime().maxMemory() / 16);
  private static final Semaphore LARGE_BLOCK = new Semaphore(1);

  private final int maxBlockBytes;
  private byte[] compressed = new byte[0];
  private boolean started;
  private boolean holdsLargeBlock;

  SnappyInput(ByteBuffer source, byte[] spareBlock, int maxBlockBytes) {
    super(source, ByteOrder.BIG_ENDIAN, spareBlock);
    this.maxBlockBytes = maxBlockBytes;
  }

  @Override
  protected int nextBlock() throws IOException {
    if (!started) {
      started = true;
      if (!source.hasRemaining()) {
        throw new IOException("an empty stream");
      }
      if (source.remaining() < HEADER_SIZE_BYTES || source.getLong(source.position()) != MAGIC) {
        return uncompress(source.remaining());
      }
      source.position(source.position() + HEADER_SIZE_BYTES);
    }
    while (source.remaining() >= Integer.BYTES) {
      int size = source.getInt();
      if (size != MAGIC_HEAD) {
        return uncompress(size);
      }
      // A stream appended to a stream: its header stands where a block's size would.
      require(HEADER_SIZE_BYTES - Integer.BYTES);
      source.position(source.position() + HEADER_SIZE_BYTES - Integer.BYTES);
    }
    return -1;
  }

  private int uncompress(int size) throws IOException {
    require(size);
    ByteBuffer input = source;
    int start = input.position();
    input.position(start + size);
    byte[] bytes;
    if (input.hasArray()) {
      start += input.arrayOffset();
      bytes = input.array();
    } else {
      if (compressed.length < size) {
        compressed = new byte[size];
      }
      input.get(start, compressed, 0, size);
      bytes = compressed;
      start = 0;
    }
    int uncompressedSize = Snappy.uncompressedLength(bytes, start, size);
    if (uncompressedSize < 0 || uncompressedSize > (long) size * MOST_GROWTH) {
      throw new IOException(
          "a block of " + size + " bytes claims to hold " + uncompressedSize + " bytes");
    }
    requireRoom(uncompressedSize);
    ensureBlock(uncompressedSize);
    return Snappy.uncompress(bytes, start, size, block, 0);
  }

  private void requireRoom(int blockSize) throws IOException {
    if (blockSize > maxBlockBytes) {
      throw RecordCursor.expandsTooFar(maxBlockBytes);
    }
    if (blockSize > LARGEST_BLOCK_BYTES) {
      throw new IOException(
          "a block of " + blockSize + " bytes, the heap has room for " + LARGEST_BLOCK_BYTES);
    }
    if (blockSize > LARGE_BLOCK_BYTES && !holdsLargeBlock) {
      LARGE_BLOCK.acquireUninterruptibly();
      holdsLargeBlock = true;
    }
  }

  @Override
  public void close() {
    if (holdsLargeBlock) {
      holdsLargeBlock = false;
      block = new byte[0];
      LARGE_BLOCK.release();
    }
  }
}
