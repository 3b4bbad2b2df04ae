package org.stoker.base;

import java.security.SecureRandom;

/** Randomness that nobody can predict. */
@ThreadSafe
public final class SystemSeed implements Seed {
  private final SecureRandom random = new SecureRandom();

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }
}
