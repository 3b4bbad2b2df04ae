package org.stoker.log;

import org.apache.kafka.common.utils.Time;
import org.stoker.base.Clock;

/** Our simulated clock, as Kafka's classes ask for the time. */
record KafkaTime(Clock clock) implements Time {
  @Override
  public long milliseconds() {
    return clock.wallMs();
  }

  @Override
  public long nanoseconds() {
    return clock.monotonicNs();
  }

  @Override
  public void sleep(long ms) {
    throw new UnsupportedOperationException();
  }
}
