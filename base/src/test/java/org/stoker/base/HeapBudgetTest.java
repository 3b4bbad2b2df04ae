package org.stoker.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class HeapBudgetTest {
  private final HeapBudget budget = new HeapBudget(100);

  @Test
  void aClaimIsDeclinedAtTheBoundAndGrantedWhenOthersHaveReleased() {
    assertThat(budget.tryClaim(60)).isTrue();
    assertThat(budget.tryClaim(41)).isFalse();
    assertThat(budget.tryClaim(40)).isTrue();

    budget.release(60);

    assertThat(budget.tryClaim(Long.MAX_VALUE)).isFalse();
    assertThat(budget.tryClaim(60)).isTrue();
    assertThat(budget.usedBytes()).isEqualTo(100);
  }

  @Test
  void partsTogetherClaimNoMoreThanTheWholeHolds() {
    HeapBudget one = budget.part(80);
    HeapBudget other = budget.part(80);

    assertThat(one.tryClaim(80)).isTrue();
    assertThat(other.tryClaim(21)).isFalse();
    assertThat(other.usedBytes()).isZero();
    assertThat(other.tryClaim(20)).isTrue();
    one.release(80);

    assertThat(budget.usedBytes()).isEqualTo(20);
    assertThat(other.tryClaim(61)).as("more than its own part").isFalse();
    assertThat(other.tryClaim(60)).isTrue();
    assertThat(budget.usedBytes()).isEqualTo(80);
  }

  @Test
  void moreIsNotReleasedThanWasClaimed() {
    assertThatThrownBy(() -> budget.release(1)).isInstanceOf(IllegalStateException.class);
  }
}
