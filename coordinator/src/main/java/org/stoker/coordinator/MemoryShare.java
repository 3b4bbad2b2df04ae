package org.stoker.coordinator;

import org.stoker.base.ConfinedTo;

/** What one shard takes of a pool; given back as a whole when the shard's groups are dropped. */
@ConfinedTo(ConfinedTo.CALLER)
final class MemoryShare {
  private final MemoryPool pool;
  private long heldBytes;
  private boolean isClosed;

  MemoryShare(MemoryPool pool) {
    this.pool = pool;
  }

  boolean hasRoomFor(long bytes) {
    return pool.hasRoomFor(bytes);
  }

  boolean hasReserveFor(long bytes) {
    return pool.hasReserveFor(bytes);
  }

  /** Claims, or gives back if negative, without asking. */
  void change(long bytes) {
    if (!isClosed) {
      heldBytes += bytes;
      pool.change(bytes);
    }
  }

  long heldBytes() {
    return heldBytes;
  }

  void close() {
    change(-heldBytes);
    isClosed = true;
  }
}
