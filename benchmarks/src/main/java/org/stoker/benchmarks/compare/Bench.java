package org.stoker.benchmarks.compare;

import java.nio.file.Path;
import org.stoker.base.Clock;

/**
 * What all rounds share.
 *
 * @param divisor full sizes are divided by this, for a quick try
 */
record Bench(
    Clock clock, Leftovers leftovers, Path java, Path home, Path workDirectory, int divisor) {
  int scaled(int full) {
    return Math.max(1, full / divisor);
  }
}
