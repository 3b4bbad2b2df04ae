package org.stoker.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.stoker.base.Timers;

final class SimulatedClockTest {
  private final SimulatedClock clock = new SimulatedClock(1_000);
  private final ArrayList<String> ran = new ArrayList<>();

  private Timers.Timer note(long delayMs, String name) {
    return clock.after(delayMs, () -> ran.add(name + "@" + clock.monotonicMs()));
  }

  @Test
  void standsStillUntilItIsTurned() {
    clock.advanceMs(5);

    assertThat(clock.wallMs()).isEqualTo(1_005);
    assertThat(clock.monotonicNs()).isEqualTo(5_000_000);
  }

  @Test
  void runsTimersAtTheirMomentAndInOrder() {
    note(20, "b");
    note(10, "a");
    note(20, "c");
    note(40, "d");

    clock.advanceMs(30);

    assertThat(ran).containsExactly("a@10", "b@20", "c@20");
    assertThat(clock.monotonicMs()).isEqualTo(30);
    assertThat(clock.timersWaiting()).isEqualTo(1);
  }

  @Test
  void aTimerSetByATimerRunsInTheSameTurnIfItIsDue() {
    clock.after(10, () -> note(5, "inner"));

    clock.advanceMs(30);

    assertThat(ran).containsExactly("inner@15");
  }

  @Test
  void aCancelledTimerDoesNotRun() {
    note(10, "a").cancel();

    clock.advanceMs(30);

    assertThat(ran).isEmpty();
  }

  @Test
  void goesToTheNextTimerByItself() {
    note(10, "a");

    assertThat(clock.runNextTimer()).isTrue();
    assertThat(clock.runNextTimer()).isFalse();
    assertThat(ran).containsExactly("a@10");
  }

  @Test
  void theWallClockJumpsAlone() {
    note(10, "a");

    clock.setWallMs(500);
    clock.advanceMs(10);

    assertThat(clock.wallMs()).isEqualTo(510);
    assertThat(ran).containsExactly("a@10");
  }
}
