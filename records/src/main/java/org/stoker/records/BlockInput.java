package org.stoker.records;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.stoker.base.ConfinedTo;

/**
 * A stream that a codec fills block by block.
 *
 * <p>A block's buffer is as large as the compressed bytes at hand can become, never as large as
 * something in those bytes claims.
 */
@ConfinedTo(ConfinedTo.CALLER)
abstract class BlockInput extends InputStream {
  protected final ByteBuffer source;
  protected byte[] block;
  private int position;
  private int limit;

  /**
   * Reads the buffer from its position on.
   *
   * @param spareBlock used for blocks that fit into it; empty if there is none
   */
  BlockInput(ByteBuffer source, ByteOrder order, byte[] spareBlock) {
    this.source = source.duplicate().order(order);
    this.block = spareBlock;
  }

  /** Puts the next block into {@link #block} and returns its size, or -1 at the end. */
  protected abstract int nextBlock() throws IOException;

  /** Where {@link #takeBlock} has put the bytes; another array if a block needs more room. */
  final byte[] block() {
    return block;
  }

  /** What no call of read has taken of the current block is dropped. −1 at the end. */
  final int takeBlock() throws IOException {
    int size;
    do {
      size = nextBlock();
    } while (size == 0);
    return size;
  }

  @Override
  public final int read() throws IOException {
    return fill() ? block[position++] & 0xff : -1;
  }

  @Override
  public final int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, limit - position);
    System.arraycopy(block, position, target, offset, count);
    position += count;
    return count;
  }

  private boolean fill() throws IOException {
    while (position == limit) {
      int size = nextBlock();
      if (size < 0) {
        return false;
      }
      position = 0;
      limit = size;
    }
    return true;
  }

  protected final void ensureBlock(int size) {
    if (block.length < size) {
      block = new byte[size];
    }
  }

  protected final void require(int size) throws EOFException {
    if (size < 0 || source.remaining() < size) {
      throw new EOFException(
          "the stream ends after "
              + source.remaining()
              + " bytes where "
              + size
              + " were announced");
    }
  }
}
