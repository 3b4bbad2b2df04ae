package org.stoker.benchmarks.compare;

/**
 * Something that is measured of both brokers in every round of a row.
 *
 * @param aim what Stoker's value over Kafka's should be at least, or at most; NaN where nothing is
 *     aimed for
 */
record Metric(String name, String unit, Better better, double aim) {
  /** Which direction is good. */
  enum Better {
    HIGHER,
    LOWER,
    /** Shown to judge the others by. */
    NEITHER
  }

  static Metric higher(String name, String unit, double aim) {
    return new Metric(name, unit, Better.HIGHER, aim);
  }

  static Metric lower(String name, String unit, double aim) {
    return new Metric(name, unit, Better.LOWER, aim);
  }

  static Metric info(String name, String unit) {
    return new Metric(name, unit, Better.NEITHER, Double.NaN);
  }

  boolean hasAim() {
    return !Double.isNaN(aim);
  }

  boolean isReachedBy(double ratio) {
    return switch (better) {
      case HIGHER -> ratio >= aim;
      case LOWER -> ratio <= aim;
      case NEITHER -> true;
    };
  }
}
