package org.stoker.records;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import org.stoker.base.ConfinedTo;

/** Writes one LZ4 frame as Kafka's client does: independent blocks of 64 KiB, no checksums. */
@ConfinedTo(ConfinedTo.CALLER)
final class Lz4FrameOutput extends OutputStream {
  private final OutputStream target;
  private final LZ4Compressor compressor;
  private final byte[] block;
  private final byte[] compressed;
  private int filled;
  private boolean closed;

  Lz4FrameOutput(OutputStream target, int level) throws IOException {
    LZ4Factory factory = LZ4Factory.fastestInstance();
    this.target = target;
    // As in Kafka, the default level is the fast compressor, all others are the thorough one.
    this.compressor =
        level == Compression.LZ4_DEFAULT_LEVEL
            ? factory.fastCompressor()
            : factory.highCompressor(level);
    this.block = new byte[Lz4Frame.blockSize(Lz4Frame.OUR_BLOCK_CODE << 4)];
    this.compressed = new byte[compressor.maxCompressedLength(block.length)];
    writeHeader();
  }

  private void writeHeader() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(7).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(Lz4Frame.MAGIC);
    header.put((byte) Lz4Frame.OUR_FLAGS).put((byte) (Lz4Frame.OUR_BLOCK_CODE << 4));
    header.put(Lz4Frame.headerChecksum(Lz4Frame.CHECKSUM.hash(header, 4, 2, 0)));
    target.write(header.array());
  }

  @Override
  public void write(int oneByte) throws IOException {
    if (filled == block.length) {
      writeBlock();
    }
    block[filled++] = (byte) oneByte;
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      if (filled == block.length) {
        writeBlock();
      }
      int count = Math.min(length - done, block.length - filled);
      System.arraycopy(source, offset + done, block, filled, count);
      filled += count;
      done += count;
    }
  }

  private void writeBlock() throws IOException {
    if (filled == 0) {
      return;
    }
    int size = compressor.compress(block, 0, filled, compressed, 0);
    if (size < filled) {
      writeInt(size);
      target.write(compressed, 0, size);
    } else {
      writeInt(filled | Lz4Frame.UNCOMPRESSED_BLOCK_BIT);
      target.write(block, 0, filled);
    }
    filled = 0;
  }

  private void writeInt(int value) throws IOException {
    target.write(value);
    target.write(value >> 8);
    target.write(value >> 16);
    target.write(value >> 24);
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    writeBlock();
    writeInt(0);
    target.close();
  }
}
