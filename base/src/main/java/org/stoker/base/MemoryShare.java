package org.stoker.base;

/**
 * One owner's account of a pool, released as a whole when the owner is closed.
 *
 * <p>A decision prepares a claim before it makes anything; changes use up what was prepared first,
 * so that several owners deciding at once cannot pass the limit together.
 */
@ConfinedTo(ConfinedTo.CALLER)
public final class MemoryShare {
  private final MemoryPool pool;
  private long heldBytes;
  private long preparedBytes;
  private boolean isClosed;

  public MemoryShare(MemoryPool pool) {
    this.pool = pool;
  }

  /** Has so much prepared in all for something new; false if the pool's limit is in the way. */
  public boolean tryPrepare(long bytes) {
    long missing = missingOf(bytes);
    return missing == 0 || isPrepared(missing, pool.tryClaim(missing));
  }

  /** The same for the growth of something that is kept already. */
  public boolean tryPrepareFromReserve(long bytes) {
    long missing = missingOf(bytes);
    return missing == 0 || isPrepared(missing, pool.tryClaimFromReserve(missing));
  }

  private long missingOf(long bytes) {
    return isClosed ? 0 : Math.max(0, bytes - preparedBytes);
  }

  private boolean isPrepared(long bytes, boolean isClaimed) {
    if (isClaimed) {
      preparedBytes += bytes;
    }
    return isClaimed;
  }

  /** Counts what was made, or what is gone if negative; never declined. */
  public void change(long bytes) {
    if (isClosed) {
      return;
    }
    heldBytes += bytes;
    if (bytes < 0) {
      pool.release(-bytes);
      return;
    }
    long prepared = Math.min(bytes, preparedBytes);
    preparedBytes -= prepared;
    pool.claim(bytes - prepared);
  }

  /** Releases what was prepared and not used. */
  public void settle() {
    pool.release(preparedBytes);
    preparedBytes = 0;
  }

  public long heldBytes() {
    return heldBytes;
  }

  public void close() {
    settle();
    change(-heldBytes);
    isClosed = true;
  }
}
