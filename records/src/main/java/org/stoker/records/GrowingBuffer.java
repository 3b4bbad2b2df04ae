package org.stoker.records;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.HeapBudget;

/**
 * A heap buffer that doubles when it is full, also written through as a stream by the codecs.
 *
 * <p>At its bound, and when the budget declines, it takes nothing more: what is written from then
 * on is dropped, and {@link #overflow()} says why.
 */
@ConfinedTo(ConfinedTo.CALLER)
final class GrowingBuffer extends OutputStream {
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  /** Why a buffer takes nothing more. */
  enum Overflow {
    /** It would be larger than it may be, or than the whole budget. */
    TOO_LARGE,
    /** Others hold the budget. */
    NO_MEMORY
  }

  private final int maxSizeBytes;
  private final @Nullable HeapBudget budget;
  private ByteBuffer buffer;
  private @Nullable Overflow overflow;

  GrowingBuffer(int initialSizeBytes) {
    maxSizeBytes = LARGEST_ARRAY;
    budget = null;
    buffer = ByteBuffer.allocate(initialSizeBytes);
  }

  /** Its capacity is claimed from the budget; whoever takes the bytes releases that. */
  GrowingBuffer(int initialSizeBytes, int maxSizeBytes, HeapBudget budget) {
    this.maxSizeBytes = Math.min(maxSizeBytes, LARGEST_ARRAY);
    this.budget = budget;
    int size = Math.min(initialSizeBytes, this.maxSizeBytes);
    if (claim(size, 0)) {
      buffer = ByteBuffer.allocate(size);
    } else {
      buffer = ByteBuffer.allocate(0);
    }
  }

  /** False when that is above a bound; nothing more is taken then. */
  boolean ensureRoom(long sizeInBytes) {
    if (overflow != null) {
      return false;
    }
    if (buffer.remaining() >= sizeInBytes) {
      return true;
    }
    long needed = buffer.position() + sizeInBytes;
    if (needed > maxSizeBytes) {
      overflow = Overflow.TOO_LARGE;
      return false;
    }
    int before = buffer.capacity();
    int larger = (int) Math.min(Math.max(needed, 2L * before), maxSizeBytes);
    if (!claim(larger, before)) {
      return false;
    }
    buffer = ByteBuffer.allocate(larger).put(buffer.flip());
    if (budget != null) {
      budget.release(before);
    }
    return true;
  }

  /** Both are there for a moment, the buffer and the larger one that takes its place. */
  private boolean claim(int larger, int before) {
    if (budget == null || budget.tryClaim(larger)) {
      return true;
    }
    overflow =
        (long) larger + before > budget.capacityBytes() ? Overflow.TOO_LARGE : Overflow.NO_MEMORY;
    return false;
  }

  /** Has room for at least that many bytes; good until the next call. */
  ByteBuffer withRoom(int sizeInBytes) {
    if (!ensureRoom(sizeInBytes)) {
      throw new IllegalStateException(
          "no room for " + sizeInBytes + " bytes behind " + buffer.position() + ": " + overflow);
    }
    return buffer;
  }

  @Nullable Overflow overflow() {
    return overflow;
  }

  ByteBuffer buffer() {
    return buffer;
  }

  int position() {
    return buffer.position();
  }

  @Override
  public void write(int oneByte) {
    if (ensureRoom(1)) {
      buffer.put((byte) oneByte);
    }
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    if (ensureRoom(length)) {
      buffer.put(source, offset, length);
    }
  }

  /** Moves everything written so far to the target. */
  void drainTo(OutputStream target) throws IOException {
    target.write(buffer.array(), buffer.arrayOffset(), buffer.position());
    buffer.clear();
  }

  /** Gives back what was claimed; the bytes are gone. */
  void discard() {
    if (budget != null) {
      budget.release(buffer.capacity());
    }
    buffer = ByteBuffer.allocate(0);
  }

  /** Nothing to release: the bytes are still to be taken. */
  @Override
  public void close() {}
}
