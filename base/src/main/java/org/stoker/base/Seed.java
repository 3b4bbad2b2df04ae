package org.stoker.base;

/** Where randomness comes from, so that a run can be repeated from its seed. */
public interface Seed {
  long nextLong();

  /** Uniform over 0 (inclusive) to {@code bound} (exclusive); {@code bound} is positive. */
  int nextInt(int bound);
}
