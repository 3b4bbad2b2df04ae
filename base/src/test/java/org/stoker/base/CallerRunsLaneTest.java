package org.stoker.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CallerRunsLaneTest {
  private final List<Runnable> relieved = new ArrayList<>();
  private final CallerRunsLane lane = new CallerRunsLane("test", relieved::add);

  @Test
  void anIdleLaneRunsTheTaskOnTheCallersThread() {
    var ran = new ArrayList<Thread>();

    lane.submit(() -> ran.add(Thread.currentThread()));

    assertThat(ran).containsExactly(Thread.currentThread());
  }

  @Test
  void aTaskSubmittedFromInsideRunsAfterTheOneThatSubmittedIt() {
    var order = new ArrayList<String>();

    lane.submit(() -> {
      lane.submit(() -> order.add("inner"));
      order.add("outer");
    });

    assertThat(order).containsExactly("outer", "inner");
  }

  @Test
  void aTaskThatFailsDoesNotStopThoseBehindIt() {
    var order = new ArrayList<String>();

    lane.submit(() -> {
      lane.submit(() -> order.add("behind"));
      throw new IllegalStateException("on purpose");
    });

    assertThat(order).containsExactly("behind");
  }

  @Test
  void aLaneGoesOnWhenAnExecutorRefusesTheRestOfATask() {
    var order = new ArrayList<String>();

    lane.submit(() -> {
      lane.continueOn(
          _ -> {
            throw new RejectedExecutionException("stopped");
          },
          () -> order.add("never"));
      lane.submit(() -> order.add("behind"));
    });
    lane.submit(() -> order.add("later"));

    assertThat(order).containsExactly("behind", "later");
  }

  @Test
  void anErrorInATaskIsHandedToTheThreadsHandlerWhoeverCatchesIt() throws InterruptedException {
    var handled = new ArrayList<Throwable>();
    var error = new AssertionError("on purpose");
    Thread thread =
        new Thread(() -> {
          try {
            lane.submit(() -> {
              throw error;
            });
          } catch (AssertionError e) {
            handled.add(e);
          }
        });
    thread.setUncaughtExceptionHandler((_, e) -> handled.add(e));

    thread.start();
    thread.join();

    assertThat(handled).containsExactly(error, error);
  }

  @Test
  void passesOnWhatIsTooMuchForOneThread() {
    var ran = new ArrayList<Integer>();
    lane.submit(() -> {
      for (int i = 0; i < CallerRunsLane.MOST_TASKS_AT_ONCE + 10; i++) {
        int number = i;
        lane.submit(() -> ran.add(number));
      }
    });

    assertThat(ran).hasSize(CallerRunsLane.MOST_TASKS_AT_ONCE - 1);
    assertThat(relieved).hasSize(1);

    relieved.removeFirst().run();

    assertThat(ran).hasSize(CallerRunsLane.MOST_TASKS_AT_ONCE + 10).isSorted();
  }

  @Test
  void aTaskThatContinuesElsewhereHoldsThoseBehindItBack() {
    var order = new ArrayList<String>();
    var elsewhere = new ArrayList<Runnable>();

    lane.submit(() -> {
      lane.continueOn(elsewhere::add, () -> order.add("continued"));
      order.add("first");
    });
    lane.submit(() -> order.add("behind"));

    assertThat(order).containsExactly("first");

    elsewhere.removeFirst().run();

    assertThat(order).containsExactly("first", "continued", "behind");
  }

  @Test
  void manyThreadsNeverRunTwoTasksAtOnceAndKeepTheOrderOfEach() throws InterruptedException {
    int threads = 4;
    int tasks = 20_000;
    var done = new CountDownLatch(threads * tasks);
    var inside = new boolean[1];
    var overlaps = new int[1];
    var last = new int[threads];
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      var shared = new CallerRunsLane("shared", pool);
      for (int t = 0; t < threads; t++) {
        int thread = t;
        pool.execute(() -> {
          for (int i = 1; i <= tasks; i++) {
            int number = i;
            shared.submit(() -> {
              overlaps[0] += inside[0] ? 1 : 0;
              inside[0] = true;
              overlaps[0] += last[thread] == number - 1 ? 0 : 1;
              last[thread] = number;
              inside[0] = false;
              done.countDown();
            });
          }
        });
      }
      assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(overlaps[0]).isZero();
  }

  @Test
  void onlyItsOwnTasksAreCurrent() {
    assertThatThrownBy(lane::assertCurrent)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not on lane test");
    lane.submit(lane::assertCurrent);
  }
}
