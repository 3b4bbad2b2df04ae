package org.stoker.network;

/** Refuses a wrong configuration value with the key, the value and what is allowed. */
final class Require {
  private Require() {}

  static void atLeast(String key, long value, long smallest) {
    if (value < smallest) {
      throw new IllegalArgumentException(
          key + " is " + value + ", but must be at least " + smallest);
    }
  }

  static void within(String key, long value, long smallest, long largest) {
    if (value < smallest || value > largest) {
      throw new IllegalArgumentException(
          key + " is " + value + ", but must be from " + smallest + " to " + largest);
    }
  }
}
