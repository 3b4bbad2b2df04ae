package org.stoker.metadata;

/** The levels of a feature that a broker can work at. */
public record FeatureRange(short lowest, short highest) {
  /** Of a feature that a broker has not heard of. */
  static final FeatureRange UNKNOWN = new FeatureRange((short) 0, (short) 0);

  boolean contains(short level) {
    return level >= lowest && level <= highest;
  }

  @Override
  public String toString() {
    return lowest == highest ? String.valueOf(lowest) : lowest + "-" + highest;
  }
}
