package org.stoker.records;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.stoker.base.ConfinedTo;

/** A heap buffer that doubles when it is full, also written through as a stream by the codecs. */
@ConfinedTo(ConfinedTo.CALLER)
final class GrowingBuffer extends OutputStream {
  private ByteBuffer buffer;

  GrowingBuffer(int initialSizeBytes) {
    buffer = ByteBuffer.allocate(initialSizeBytes);
  }

  /** Has room for at least that many bytes; good until the next call. */
  ByteBuffer withRoom(int sizeInBytes) {
    if (buffer.remaining() < sizeInBytes) {
      long needed = (long) buffer.position() + sizeInBytes;
      if (needed > Integer.MAX_VALUE - 8) {
        throw new IllegalStateException("a batch of " + needed + " bytes cannot be");
      }
      long larger = Math.min(Math.max(needed, 2L * buffer.capacity()), Integer.MAX_VALUE - 8L);
      buffer = ByteBuffer.allocate((int) larger).put(buffer.flip());
    }
    return buffer;
  }

  ByteBuffer buffer() {
    return buffer;
  }

  int position() {
    return buffer.position();
  }

  @Override
  public void write(int oneByte) {
    withRoom(1).put((byte) oneByte);
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    withRoom(length).put(source, offset, length);
  }

  /** Moves everything written so far to the target. */
  void drainTo(OutputStream target) throws IOException {
    target.write(buffer.array(), buffer.arrayOffset(), buffer.position());
    buffer.clear();
  }

  /** Nothing to release: the bytes are still to be taken. */
  @Override
  public void close() {}
}
