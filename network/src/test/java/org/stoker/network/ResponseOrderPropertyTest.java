package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoker.base.Seed;
import org.stoker.base.SystemSeed;
import org.stoker.network.ResponseOrder.Slot;
import org.stoker.testkit.SplitMixSeed;

/** Random traffic of one connection, judged by the rules and not by how they are kept. */
final class ResponseOrderPropertyTest {
  private static final int RUNS = 2_000;
  private static final int STEPS = 200;

  @Test
  void keepsTheOrderForAnyTraffic() {
    long first = new SystemSeed().nextLong();
    for (long seed = first; seed < first + RUNS; seed++) {
      var run = new Run(new SplitMixSeed(seed), false);
      assertThat(run.violation()).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void theJudgeSeesAnExclusiveRequestThatOverlaps() {
    // A connection that takes every request for produce breaks the rules soon.
    assertThatThrownBy(
            () -> {
              for (long seed = 0; seed < 100; seed++) {
                assertThat(new Run(new SplitMixSeed(seed), true).violation()).isEmpty();
              }
            })
        .isInstanceOf(AssertionError.class);
  }

  private static final class Run {
    private final ResponseOrder<Integer, Integer> order = new ResponseOrder<>();
    private final Seed seed;
    private final boolean mistakesAllForProduce;
    private final List<Boolean> isProduce = new ArrayList<>();
    private final List<Slot<Integer, Integer>> running = new ArrayList<>();
    private final List<Integer> silent = new ArrayList<>();
    private final List<Integer> left = new ArrayList<>();
    private int startedCount;
    private String violation = "";

    Run(Seed seed, boolean mistakesAllForProduce) {
      this.seed = seed;
      this.mistakesAllForProduce = mistakesAllForProduce;
    }

    String violation() {
      for (int step = 0; step < STEPS; step++) {
        if (seed.nextInt(2) == 0) {
          arrive();
        } else {
          answerOne();
        }
        startAll();
        order.leave(left::add);
      }
      while (!running.isEmpty()) {
        answerOne();
        startAll();
        order.leave(left::add);
      }
      judgeTheEnd();
      return violation;
    }

    private void arrive() {
      boolean produce = seed.nextInt(3) > 0;
      order.arrived(isProduce.size(), produce || mistakesAllForProduce);
      isProduce.add(produce);
    }

    private void answerOne() {
      if (running.isEmpty()) {
        return;
      }
      Slot<Integer, Integer> slot = running.remove(seed.nextInt(running.size()));
      boolean isSilent = seed.nextInt(4) == 0;
      if (isSilent) {
        silent.add(slot.request());
      }
      order.answered(slot, isSilent ? null : slot.request());
    }

    private void startAll() {
      for (var slot = order.start(); slot != null; slot = order.start()) {
        if (slot.request() != startedCount++) {
          violation = "started " + slot.request() + " out of order";
        }
        boolean alone = !isProduce.get(slot.request());
        boolean besideExclusive =
            running.stream().anyMatch(other -> !isProduce.get(other.request()));
        if (besideExclusive || (alone && !running.isEmpty())) {
          violation = "request " + slot.request() + " started beside an exclusive one";
        }
        running.add(slot);
      }
    }

    private void judgeTheEnd() {
      List<Integer> expected = new ArrayList<>();
      for (int request = 0; request < isProduce.size(); request++) {
        if (!silent.contains(request)) {
          expected.add(request);
        }
      }
      if (!left.equals(expected)) {
        violation = "responses left as " + left;
      }
    }
  }
}
