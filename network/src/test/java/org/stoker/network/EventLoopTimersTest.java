package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stoker.base.Clock;
import org.stoker.base.SystemClock;
import org.stoker.base.Timers;

final class EventLoopTimersTest {
  private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();

  @Test
  void runsTasksWhenTheirTimeHasComeAndNotThoseThatWereCancelled()
      throws IOException, InterruptedException {
    Clock clock = new SystemClock();
    try (var network = RunningNetwork.with(RunningNetwork.ANSWERING)) {
      Timers timers = network.network().timers();
      long startedNs = clock.monotonicNs();
      timers.after(40, () -> ran.add("later"));
      Timers.Timer cancelled = timers.after(20, () -> ran.add("cancelled"));
      timers.after(10, () -> ran.add(Thread.currentThread().getName()));
      cancelled.cancel();

      assertThat(take()).startsWith("stoker-network");
      assertThat(take()).isEqualTo("later");
      assertThat(clock.monotonicNs() - startedNs).isGreaterThanOrEqualTo(40_000_000);
    }
  }

  @Test
  void runsATaskOnTheEventLoopThatAskedForIt() throws IOException, InterruptedException {
    try (var network = RunningNetwork.with(RunningNetwork.ANSWERING)) {
      Timers timers = network.network().timers();
      for (int i = 0; i < 8; i++) {
        timers.after(
            0,
            () -> {
              String asked = Thread.currentThread().getName();
              timers.after(
                  0,
                  () -> ran.add(asked.equals(Thread.currentThread().getName()) ? "same" : asked));
            });
        assertThat(take()).isEqualTo("same");
      }
    }
  }

  @Test
  void dropsTasksAfterTheEnd() throws IOException {
    Timers timers;
    try (var network = RunningNetwork.with(RunningNetwork.ANSWERING)) {
      timers = network.network().timers();
    }

    timers.after(0, () -> ran.add("too late")).cancel();
    assertThat(ran).isEmpty();
  }

  private String take() throws InterruptedException {
    String next = ran.poll(30, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next == null ? "" : next;
  }
}
