package org.stoker.benchmarks.load;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Text that compresses about as well as events do: words of a vocabulary, few of them often.
 *
 * <p>Drawn once and copied from at changing places, so that making a record costs the client next
 * to nothing; the same in every run, so that runs compare.
 */
final class Filler {
  private static final int POOL_SIZE = 4 << 20;
  private static final int VOCABULARY = 5_000;
  private static final int STEP = 1_009;

  private static final byte[] POOL = pool();

  private int position;

  /**
   * @param number of the producer; each begins at a place of its own
   */
  Filler(int number) {
    this.position = Math.floorMod(number * 65_537, POOL_SIZE);
  }

  /** Fills a value with text that differs from the one before. */
  void fill(byte[] value) {
    if (position + value.length > POOL.length) {
      position = (position + value.length) % STEP;
    }
    System.arraycopy(POOL, position, value, 0, value.length);
    position += STEP;
  }

  private static byte[] pool() {
    byte[] pool = new byte[POOL_SIZE];
    var random = new SplittableRandom(0);
    byte[][] words = new byte[VOCABULARY][];
    for (int i = 0; i < words.length; i++) {
      words[i] = word(random);
    }
    int filled = 0;
    while (filled < pool.length) {
      // The square prefers the front of the vocabulary, as language does.
      double at = random.nextDouble();
      byte[] word = words[(int) (at * at * words.length)];
      int size = Math.min(word.length, pool.length - filled);
      System.arraycopy(word, 0, pool, filled, size);
      filled += size;
    }
    return pool;
  }

  private static byte[] word(SplittableRandom random) {
    int letters = random.nextInt(2, 11);
    var word = new StringBuilder();
    for (int i = 0; i < letters; i++) {
      word.append((char) ('a' + random.nextInt(26)));
    }
    return word.append(' ').toString().getBytes(StandardCharsets.US_ASCII);
  }
}
