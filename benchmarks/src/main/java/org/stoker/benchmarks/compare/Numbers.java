package org.stoker.benchmarks.compare;

import java.util.Locale;

/** Figures as people read them: three digits that matter. */
final class Numbers {
  private static final double THOUSAND = 1_000;

  private Numbers() {}

  static String of(double value) {
    double size = Math.abs(value);
    if (size >= THOUSAND) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
