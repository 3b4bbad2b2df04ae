package org.stoker.benchmarks.compare;

/** A round brought no figures; the message says why, for the report. */
final class RoundFailed extends Exception {
  RoundFailed(String message) {
    super(message);
  }
}
