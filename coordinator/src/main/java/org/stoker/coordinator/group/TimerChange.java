package org.stoker.coordinator.group;

/** A timer to set or to stop. */
sealed interface TimerChange {
  record Set(TimerKey key, long delayMs, TimerEvent event) implements TimerChange {}

  record Cancel(TimerKey key) implements TimerChange {}
}
