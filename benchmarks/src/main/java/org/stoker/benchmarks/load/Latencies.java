package org.stoker.benchmarks.load;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** One range and precision for every distribution of times in here, so that they can be added. */
final class Latencies {
  private static final long LONGEST_NS = TimeUnit.MINUTES.toNanos(10);
  private static final int DIGITS = 3;

  private Latencies() {}

  static Histogram histogram() {
    return new Histogram(LONGEST_NS, DIGITS);
  }

  /** Records a time; one beyond the range counts as the longest rather than not at all. */
  static void record(Histogram histogram, long ns) {
    histogram.recordValue(Math.clamp(ns, 0, LONGEST_NS));
  }
}
