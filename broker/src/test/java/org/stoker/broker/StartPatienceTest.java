package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StartPatienceTest {
  private static final int SLICES = 180;

  private final StartPatience patience = new StartPatience(SLICES * StartPatience.SLICE_MS, 0);

  private int slicesUntilItIsOver(long reached) {
    int slices = 1;
    while (!patience.isOver(reached)) {
      slices++;
      assertThat(slices).isLessThan(10 * SLICES);
    }
    return slices;
  }

  @Test
  void aStartWithoutProgressIsGivenUpAfterItsLimit() {
    assertThat(slicesUntilItIsOver(0)).isEqualTo(SLICES);
  }

  @Test
  void eachStepForwardIsWorthTheWholeLimitAgain() {
    for (int step = 0; step < 5; step++) {
      for (int slice = 1; slice < SLICES; slice++) {
        assertThat(patience.isOver(step)).isFalse();
      }
    }

    assertThat(slicesUntilItIsOver(5)).isEqualTo(SLICES + 1);
  }
}
