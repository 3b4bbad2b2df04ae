package org.stoker.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SimulatedLaneTest {
  @Test
  void runsTasksAtOnceOrLaterButAlwaysOneByOneAndInOrder() {
    boolean someAtOnce = false;
    boolean someLater = false;
    for (long seed = 0; seed < 100; seed++) {
      var random = new SplitMixSeed(seed);
      var others = new SimulatedExecutor(random.fork());
      var storage = new SimulatedExecutor(random.fork());
      var lane = new SimulatedLane(random.fork(), others);
      var ran = new ArrayList<Integer>();
      var expected = new ArrayList<Integer>();
      boolean[] inside = {false};
      for (int i = 0; i < 20; i++) {
        int number = i;
        expected.add(number);
        int before = ran.size();
        lane.submit(() -> {
          assertThat(inside[0]).isFalse();
          inside[0] = true;
          lane.assertCurrent();
          if (number % 5 == 0) {
            lane.continueOn(storage, () -> ran.add(number));
          } else {
            ran.add(number);
          }
          inside[0] = false;
        });
        someAtOnce |= ran.size() > before;
        someLater |= ran.size() == before;
        if (random.oneIn(3)) {
          storage.runOne();
        }
        if (random.oneIn(3)) {
          others.runOne();
        }
      }
      while (storage.runOne() || others.runOne()) {
        // Until nobody has anything left.
      }

      assertThat(ran).as("seed %d", seed).isEqualTo(expected);
    }

    assertThat(someAtOnce).isTrue();
    assertThat(someLater).isTrue();
  }

  @Test
  void knowsWhoIsOnIt() {
    var lane = new SimulatedLane(new SplitMixSeed(1), Runnable::run);

    assertThatThrownBy(lane::assertCurrent).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> lane.continueOn(Runnable::run, () -> {}))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aQueueLaneRunsByHandAndWaitsForTheTaskThatIsAway() {
    var lane = new QueueLane();
    var storage = new SimulatedExecutor(new SplitMixSeed(1));
    var ran = new ArrayList<String>();
    lane.submit(() -> {
      ran.add("a");
      lane.continueOn(storage, () -> ran.add("a, went on"));
    });
    lane.submit(() -> ran.add("b"));

    assertThat(ran).isEmpty();
    assertThat(lane.runNext()).isTrue();
    assertThat(lane.isAway()).isTrue();
    assertThat(lane.runNext()).isFalse();
    storage.runAll();
    lane.runAll();

    assertThat(ran).isEqualTo(List.of("a", "a, went on", "b"));
    assertThat(lane.waitingCount()).isZero();
  }

  @Test
  void aQueueLaneRefusesToContinueTwice() {
    var lane = new QueueLane();
    lane.submit(() -> {
      lane.continueOn(Runnable::run, () -> {});
      lane.continueOn(Runnable::run, () -> {});
    });

    assertThatThrownBy(lane::runNext).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aDeadProcessForgetsItsTasks() {
    var executor = new SimulatedExecutor(new SplitMixSeed(1));
    executor.execute(() -> {});

    assertThat(executor.waitingCount()).isEqualTo(1);
    executor.forgetAll();

    assertThat(executor.runOne()).isFalse();
  }
}
