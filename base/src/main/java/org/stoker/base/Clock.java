package org.stoker.base;

/** Where time comes from, so that a simulation can turn the hands. */
public interface Clock {
  /** Milliseconds since 1970 in UTC; may jump when an operator or NTP sets the time. */
  long wallMs();

  /** Nanoseconds since an arbitrary moment; never goes back. */
  long monotonicNs();

  /** Milliseconds since an arbitrary moment; never goes back. */
  default long monotonicMs() {
    return monotonicNs() / 1_000_000;
  }
}
