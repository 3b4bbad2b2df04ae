package org.stoker.protocol;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.stoker.base.SystemSeed;

/**
 * Where a property test's randomness comes from: a fresh seed, printed, or {@code -Dstoker.seed}.
 */
final class TestSeed {
  private TestSeed() {}

  static long choose(String test) {
    long seed = Long.getLong("stoker.seed", new SystemSeed().nextLong());
    System.out.println(test + " runs with -Dstoker.seed=" + seed);
    return seed;
  }

  static RandomGenerator random(long seed, String what) {
    return new SplittableRandom(seed ^ ((long) what.hashCode() << 17));
  }
}
