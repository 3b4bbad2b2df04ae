package org.stoker.testkit;

import org.stoker.base.ConfinedTo;
import org.stoker.base.Seed;

/** Randomness that comes again from the same number: the SplitMix64 generator. */
@ConfinedTo(ConfinedTo.CALLER)
public final class SplitMixSeed implements Seed {
  private long state;

  public SplitMixSeed(long seed) {
    this.state = seed;
  }

  @Override
  public long nextLong() {
    state += 0x9E3779B97F4A7C15L;
    long mixed = state;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  @Override
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound=" + bound + " is not positive");
    }
    // The high half times the bound: uneven by less than one in two billion.
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /** True once in so many times. */
  public boolean oneIn(int times) {
    return nextInt(times) == 0;
  }

  /** An independent sequence: what one part of a test draws does not move another part. */
  public SplitMixSeed fork() {
    return new SplitMixSeed(nextLong());
  }
}
