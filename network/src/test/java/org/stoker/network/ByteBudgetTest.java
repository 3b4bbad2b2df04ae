package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SplitMixSeed;

final class ByteBudgetTest {
  private final ByteBudget budget = new ByteBudget(100);
  private final List<String> granted = new ArrayList<>();

  @Test
  void grantsInTheOrderOfAsking() {
    assertThat(budget.tryReserve(80)).isTrue();
    budget.await(50, () -> granted.add("first"));
    budget.await(10, () -> granted.add("second"));
    assertThat(granted).as("ten bytes would fit, but they are second").isEmpty();

    budget.release(80);

    assertThat(granted).containsExactly("first", "second");
    assertThat(budget.used()).isEqualTo(60);
  }

  @Test
  void declinesWhileOthersAreInLine() {
    assertThat(budget.tryReserve(80)).isTrue();
    budget.await(50, () -> granted.add("waits"));

    assertThat(budget.tryReserve(1)).isFalse();
  }

  @Test
  void grantsAClaimLargerThanTheWholeWhenNothingElseIsHeld() {
    assertThat(budget.tryReserve(1)).isTrue();
    budget.await(1_000, () -> granted.add("large"));
    assertThat(granted).isEmpty();

    budget.release(1);
    assertThat(granted).containsExactly("large");
    assertThat(budget.tryReserve(1)).as("the large one is alone").isFalse();

    budget.release(1_000);
    assertThat(budget.tryReserve(1)).isTrue();
  }

  @Test
  void letsTheNextOneInWhenTheFirstGivesUp() {
    assertThat(budget.tryReserve(80)).isTrue();
    ByteBudget.Claim first = budget.await(50, () -> granted.add("first"));
    budget.await(10, () -> granted.add("second"));

    assertThat(budget.tryCancel(first)).isTrue();

    assertThat(granted).containsExactly("second");
    assertThat(budget.tryCancel(first)).isFalse();
  }

  @Test
  void saysThatAGrantedClaimCannotBeCancelled() {
    ByteBudget.Claim claim = budget.await(50, () -> granted.add("at once"));

    assertThat(budget.tryCancel(claim)).isFalse();
    assertThat(budget.used()).isEqualTo(50);
  }

  @Test
  void thoseThatHoldSomeAreServedBeforeThoseThatHoldNothing() {
    assertThat(budget.tryReserve(90)).isTrue();
    budget.await(20, () -> granted.add("new"));
    assertThat(budget.tryGrow(10)).isTrue();
    assertThat(budget.tryExceed(5)).as("somebody else may exceed").isTrue();
    budget.awaitGrowth(20, () -> granted.add("grown"));

    budget.release(30);

    assertThat(granted).containsExactly("grown");
  }

  @Test
  void oneAtATimeMayExceedTheBudget() {
    assertThat(budget.tryReserve(60)).isTrue();
    assertThat(budget.tryReserve(40)).isTrue();
    assertThat(budget.tryExceed(60)).isTrue();
    assertThat(budget.tryExceed(40)).isFalse();
    ByteBudget.Claim next = budget.awaitGrowth(40, () -> granted.add("next"));
    assertThat(granted).isEmpty();

    budget.release(60);
    budget.endExceeding();

    assertThat(granted).containsExactly("next");
    assertThat(next.mayExceed()).isTrue();
    assertThat(budget.used()).isEqualTo(140);
  }

  @Test
  void refusesToGiveBackMoreThanIsHeld() {
    assertThatThrownBy(() -> budget.release(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void losesNoByteAndNoClaimBetweenThreads() throws InterruptedException {
    int threads = 4;
    int rounds = 5_000;
    var highest = new AtomicLong();
    var done = new CountDownLatch(threads * rounds);
    for (int t = 0; t < threads; t++) {
      var seed = new SplitMixSeed(t);
      var _ =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < rounds; i++) {
                  int bytes = 1 + seed.nextInt(60);
                  Runnable use =
                      () -> {
                        highest.accumulateAndGet(budget.used(), Math::max);
                        budget.release(bytes);
                        done.countDown();
                      };
                  if (budget.tryReserve(bytes)) {
                    use.run();
                  } else {
                    budget.await(bytes, use);
                  }
                }
              });
    }

    assertThat(done.await(30, TimeUnit.SECONDS)).as("every claim was granted").isTrue();
    assertThat(budget.used()).isZero();
    assertThat(highest.get()).isBetween(1L, 100L);
  }
}
