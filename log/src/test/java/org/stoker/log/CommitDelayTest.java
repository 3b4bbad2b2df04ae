package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoker.base.Clock;

class CommitDelayTest {
  private static final long ROUND_NS = 1_000;
  private static final long MOST_NS = 5_000;

  /** Things that happen while the round waits: one each time it looks at the clock. */
  private final ScriptedClock clock = new ScriptedClock();

  private final CommitDelay delay = new CommitDelay(clock, MOST_NS);

  @Test
  void waitsUntilAsManyHaveAskedAsTheLastRoundServed() {
    round(3, ROUND_NS);
    delay.asked();
    clock.meanwhile(delay::asked, delay::asked, delay::asked);

    delay.await();

    assertThat(clock.left()).as("what happened after the wait").isEqualTo(1);
  }

  @Test
  void waitsNoLongerThanTheLastRoundTook() {
    round(3, ROUND_NS);
    clock.meanwhile(() -> clock.pass(ROUND_NS - 1), () -> clock.pass(1), delay::asked);

    delay.await();

    assertThat(clock.left()).isEqualTo(1);
  }

  @Test
  void neverWaitsLongerThanItsBound() {
    round(3, 100 * MOST_NS);
    clock.meanwhile(() -> clock.pass(MOST_NS), delay::asked);

    delay.await();

    assertThat(clock.left()).isEqualTo(1);
  }

  @Test
  void doesNotWaitForOneWhoIsAlone() {
    round(1, ROUND_NS);
    clock.meanwhile(delay::asked);

    delay.await();

    assertThat(clock.left()).isEqualTo(1);
  }

  @Test
  void doesNotWaitAfterAPause() {
    round(3, ROUND_NS);
    clock.pass(ROUND_NS);
    clock.meanwhile(() -> {}, delay::asked);

    delay.await();

    assertThat(clock.left()).isEqualTo(1);
  }

  @Test
  void countsAnewForEachRound() {
    round(3, ROUND_NS);
    round(2, ROUND_NS);
    clock.meanwhile(delay::asked, delay::asked, delay::asked);

    delay.await();

    assertThat(clock.left()).isEqualTo(1);
  }

  private void round(int appends, long tookNs) {
    for (int i = 0; i < appends; i++) {
      delay.asked();
    }
    delay.begin();
    clock.pass(tookNs);
    delay.end();
  }

  private static final class ScriptedClock implements Clock {
    private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
    private long nowNs;

    void meanwhile(Runnable... next) {
      steps.addAll(List.of(next));
    }

    void pass(long ns) {
      nowNs += ns;
    }

    int left() {
      return steps.size();
    }

    @Override
    public long wallMs() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long monotonicNs() {
      Runnable step = steps.poll();
      if (step != null) {
        step.run();
      }
      return nowNs;
    }
  }
}
