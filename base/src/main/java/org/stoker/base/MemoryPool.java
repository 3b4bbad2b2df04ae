package org.stoker.base;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part of the heap for one kind of thing that clients make a broker keep. New claims are refused
 * at the limit; growth of what is kept already may use a reserve above it. A refusal is logged at
 * WARN, once a minute.
 */
@ThreadSafe
public final class MemoryPool {
  /** The reserve is the limit divided by this. */
  private static final int RESERVE_DIVISOR = 4;

  private static final Logger LOG = LoggerFactory.getLogger(MemoryPool.class);

  private final String what;
  private final String consequence;
  private final HeapBudget budget;
  private final WarningInterval warnings;

  /**
   * @param what the things that are kept, for the log
   * @param consequence what follows and what helps, with the names of keys, for the log
   */
  public MemoryPool(String what, String consequence, long limitBytes, Clock clock) {
    this(what, consequence, new HeapBudget(limitBytes), clock);
  }

  /** The same with a budget that may be a part of a larger one. */
  public MemoryPool(String what, String consequence, HeapBudget budget, Clock clock) {
    this.what = what;
    this.consequence = consequence;
    this.budget = budget;
    this.warnings = new WarningInterval(clock);
  }

  public long limitBytes() {
    return budget.capacityBytes();
  }

  public long usedBytes() {
    return budget.usedBytes();
  }

  /** For something new. */
  public boolean tryClaim(long bytes) {
    return budget.tryClaim(bytes) || refused();
  }

  /** For the growth of something that is kept already. */
  public boolean tryClaimFromReserve(long bytes) {
    return budget.tryClaim(bytes, withReserveBytes()) || refused();
  }

  private long withReserveBytes() {
    return limitBytes() + limitBytes() / RESERVE_DIVISOR;
  }

  private boolean refused() {
    if (warnings.isDue()) {
      LOG.warn(
          "{} take {} of the {} bytes of the heap that are for them: {}",
          what,
          usedBytes(),
          limitBytes(),
          consequence);
    }
    return false;
  }

  /** Counts what is there already, whatever the limit says. */
  public void claim(long bytes) {
    budget.claim(bytes);
  }

  public void release(long bytes) {
    budget.release(bytes);
  }

  /** Whether the reserve is used up. */
  public boolean isExhausted() {
    return usedBytes() > withReserveBytes();
  }
}
