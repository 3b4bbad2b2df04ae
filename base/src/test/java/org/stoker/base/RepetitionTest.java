package org.stoker.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RepetitionTest {
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final List<Long> delays = new ArrayList<>();
  private final List<String> done = new ArrayList<>();

  private Timers.Timer after(long delayMs, Runnable task) {
    delays.add(delayMs);
    waiting.add(task);
    return () -> waiting.remove(task);
  }

  private void letTimePass() {
    waiting.remove().run();
  }

  @Test
  void aChoreThatThrowsIsDoneAgain() {
    var _ =
        Repetition.every(
            "a chore",
            this::after,
            Runnable::run,
            7,
            () -> {
              done.add("once");
              throw new IllegalStateException("on purpose");
            });

    letTimePass();
    letTimePass();

    assertThat(done).hasSize(2);
    assertThat(delays).containsExactly(7L, 7L, 7L);
  }

  @Test
  void aChoreThatThrowsAfterItHasEndedIsDoneAgainOnce() {
    var _ =
        Repetition.start(
            "a chore",
            this::after,
            Runnable::run,
            1,
            () -> 7,
            again -> {
              again.run();
              throw new IllegalStateException("on purpose");
            });

    letTimePass();

    assertThat(waiting).hasSize(1);
  }

  @Test
  void aChoreThatIsCancelledIsNotDoneAgain() {
    Repetition repetition =
        Repetition.every("a chore", this::after, Runnable::run, 7, () -> done.add("once"));
    letTimePass();

    repetition.cancel();

    assertThat(waiting).isEmpty();
    assertThat(done).hasSize(1);
  }
}
