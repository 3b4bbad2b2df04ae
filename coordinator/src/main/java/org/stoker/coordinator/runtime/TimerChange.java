package org.stoker.coordinator.runtime;

/** A timer to set or to cancel. */
public sealed interface TimerChange<R> {
  TimerKey key();

  /** Decides when the time has come. */
  record Set<R>(TimerKey key, long delayMs, Operation<R> operation) implements TimerChange<R> {}

  record Cancel<R>(TimerKey key) implements TimerChange<R> {}

  /** What a timer is for. */
  @FunctionalInterface
  interface Operation<R> {
    Decision<R> timeIsUp(long nowMs);
  }
}
