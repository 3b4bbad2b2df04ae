package org.stoker.records;

import java.util.SplittableRandom;
import org.stoker.base.Seed;

/** A run of random choices that its number repeats; a test prints the number when it fails. */
final class Seeded implements Seed {
  private final SplittableRandom random;

  Seeded(long number) {
    random = new SplittableRandom(number);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }

  boolean oneIn(int count) {
    return nextInt(count) == 0;
  }

  <T> T oneOf(T[] choices) {
    return choices[nextInt(choices.length)];
  }

  /** Half of it random, half of it repeated, so that codecs have something to find. */
  byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    int start = 0;
    while (start < size) {
      int run = Math.min(size - start, 1 + nextInt(40));
      byte fill = (byte) nextInt(256);
      boolean isRandom = oneIn(2);
      for (int i = start; i < start + run; i++) {
        bytes[i] = isRandom ? (byte) nextInt(256) : fill;
      }
      start += run;
    }
    return bytes;
  }
}
