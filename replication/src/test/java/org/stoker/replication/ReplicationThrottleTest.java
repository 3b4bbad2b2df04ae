package org.stoker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedClock;

/** How much may be copied in how long, and of what. */
final class ReplicationThrottleTest {
  private final SimulatedClock clock = new SimulatedClock();
  private final AtomicLong rate = new AtomicLong(1_000);
  private final ReplicationThrottle throttle = new ReplicationThrottle(clock, rate::get);

  @Test
  void asMuchAsTheRateSaysPassesInTheLongRun() {
    long copied = 0;
    for (int ms = 0; ms < 60_000; ms += 10) {
      while (!throttle.isExceeded()) {
        throttle.count(300);
        copied += 300;
      }
      clock.advanceMs(10);
    }
    // A second's worth may be saved up at the beginning.
    assertThat(copied).isBetween(60_000L, 61_600L);
  }

  @Test
  void whatWasNotUsedForLongerThanASecondIsLost() {
    clock.advanceMs(3_600_000);

    throttle.count(1_001);

    assertThat(throttle.isExceeded()).isTrue();
    clock.advanceMs(1);
    assertThat(throttle.isExceeded()).isFalse();
  }

  @Test
  void theRateMayChangeAndEnd() {
    throttle.count(1_000_000);
    assertThat(throttle.isExceeded()).isTrue();

    rate.set(Long.MAX_VALUE);
    clock.advanceMs(1);

    assertThat(throttle.isExceeded()).isFalse();
    throttle.count(1L << 40);
    clock.advanceMs(1);
    assertThat(throttle.isExceeded()).isFalse();
  }

  @Test
  void pairsNamePartitionsAndBrokersAndAStarAll() {
    ThrottledReplicas some = ThrottledReplicas.of(List.of("0:1", "0:2", "7:3"));

    assertThat(some.contains(0, 2)).isTrue();
    assertThat(some.contains(7, 2)).isFalse();
    assertThat(some.contains(1, 1)).isFalse();
    assertThat(ThrottledReplicas.of(List.of("*")).contains(9, 9)).isTrue();
    assertThat(ThrottledReplicas.of(List.of()).contains(0, 1)).isFalse();
  }
}
