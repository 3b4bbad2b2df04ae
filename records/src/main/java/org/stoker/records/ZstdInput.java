package org.stoker.records;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/**
 * Reads zstd frames one after the other.
 *
 * <p>To make a native context takes as long as to decompress a small batch, so contexts are used
 * again. Those that are free wait in a pool of a few; of one that a frame with a large window has
 * made grow only the buffers are kept.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class ZstdInput extends InputStream {
  // Beside each other work event loops and checking threads, of which there are few.
  private static final ArrayBlockingQueue<Context> FREE = new ArrayBlockingQueue<>(16);

  private final ByteBuffer source;
  private boolean isWorthKeeping;
  private @Nullable Context context;
  private boolean isBetweenFrames = true;
  private int frameCount;

  /** Reads the buffer from its position on. */
  ZstdInput(ByteBuffer source) {
    this.source = source;
    this.isWorthKeeping = ZstdFrame.windowSizeBytes(source) <= Context.MOST_KEPT_WINDOW_BYTES;
    Context free = FREE.poll();
    this.context = free == null ? new Context() : free;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    Context open = context;
    if (open == null) {
      throw new IOException("closed");
    }
    while (!open.out.hasRemaining()) {
      if (isBetweenFrames && !source.hasRemaining() && !open.hasInput()) {
        return -1;
      }
      fill(open);
    }
    int count = Math.min(length, open.out.remaining());
    open.out.get(target, offset, count);
    return count;
  }

  /** Decompresses what fits into the window, which may be nothing at the end of a frame. */
  private void fill(Context open) throws IOException {
    if (isBetweenFrames && ++frameCount > 1) {
      // Only the first one's window is known.
      isWorthKeeping = false;
    }
    ByteBuffer in = open.input(source);
    int inBefore = in.position();
    open.out.clear();
    try {
      isBetweenFrames = open.zstd.decompressDirectByteBufferStream(open.out, in);
    } catch (ZstdException malformed) {
      open.out.limit(0);
      throw new IOException("malformed zstd: " + malformed.getMessage(), malformed);
    }
    boolean isStuck = in.position() == inBefore && open.out.position() == 0 && !isBetweenFrames;
    open.out.flip();
    if (isStuck) {
      throw new EOFException("the zstd frame ends too early");
    }
  }

  @Override
  public void close() {
    Context closing = context;
    context = null;
    if (closing != null) {
      if (!isWorthKeeping) {
        closing.shrink();
      }
      closing.clear();
      if (!FREE.offer(closing)) {
        closing.zstd.close();
      }
    }
  }

  /** A native context and the buffers that it reads from and writes to. */
  private static final class Context {
    // Level 3 of the clients' libraries has windows of 2 MiB.
    static final long MOST_KEPT_WINDOW_BYTES = 4 << 20;

    private static final int IN_SIZE_BYTES = 16 * 1024;

    // A block of zstd's: with less it is called again and again, and each call costs some heap.
    private static final int OUT_SIZE_BYTES = 128 * 1024;

    private ZstdDecompressCtx zstd = new ZstdDecompressCtx();
    private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_SIZE_BYTES).limit(0);
    // For bytes on the heap, which the native code cannot read where they are.
    private @Nullable ByteBuffer copied;

    boolean hasInput() {
      return copied != null && copied.hasRemaining();
    }

    ByteBuffer input(ByteBuffer source) {
      if (source.isDirect()) {
        return source;
      }
      ByteBuffer piece = copied;
      if (piece == null) {
        piece = ByteBuffer.allocateDirect(IN_SIZE_BYTES).limit(0);
        copied = piece;
      }
      if (!piece.hasRemaining()) {
        int count = Math.min(IN_SIZE_BYTES, source.remaining());
        piece.clear().put(source.slice(source.position(), count)).flip();
        source.position(source.position() + count);
      }
      return piece;
    }

    /** The buffers stay: direct memory comes back only with a collection. */
    void shrink() {
      zstd.close();
      zstd = new ZstdDecompressCtx();
    }

    void clear() {
      zstd.reset();
      out.clear().limit(0);
      if (copied != null) {
        copied.clear().limit(0);
      }
    }
  }
}
