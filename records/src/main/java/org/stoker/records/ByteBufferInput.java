package org.stoker.records;

import java.io.InputStream;
import java.nio.ByteBuffer;
import org.stoker.base.ConfinedTo;

/** The bytes of a buffer as a stream, for the codecs that want one. */
@ConfinedTo(ConfinedTo.CALLER)
final class ByteBufferInput extends InputStream {
  private final ByteBuffer source;

  ByteBufferInput(ByteBuffer source) {
    this.source = source;
  }

  @Override
  public int read() {
    return source.hasRemaining() ? source.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!source.hasRemaining()) {
      return -1;
    }
    int count = Math.min(length, source.remaining());
    source.get(target, offset, count);
    return count;
  }

  @Override
  public int available() {
    return source.remaining();
  }
}
