package org.stoker.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class SplitMixSeedTest {
  @Test
  void givesTheNumbersThatTheAlgorithmIsKnownFor() {
    var seed = new SplitMixSeed(1234567);

    assertThat(seed.nextLong()).isEqualTo(6457827717110365317L);
    assertThat(seed.nextLong()).isEqualTo(3203168211198807973L);
    assertThat(seed.nextLong()).isEqualTo(Long.parseUnsignedLong("9817491932198370423"));
  }

  @Test
  void drawsEvenlyBelowTheBound() {
    var seed = new SplitMixSeed(7);
    int[] counts = new int[10];
    for (int i = 0; i < 100_000; i++) {
      counts[seed.nextInt(10)]++;
    }

    assertThat(Arrays.stream(counts)).allMatch(count -> count > 9_500 && count < 10_500);
    assertThat(seed.nextInt(1)).isZero();
    assertThat(seed.nextInt(Integer.MAX_VALUE)).isNotNegative();
    assertThatThrownBy(() -> seed.nextInt(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aForkGoesItsOwnWay() {
    var one = new SplitMixSeed(7);
    var two = new SplitMixSeed(7);

    SplitMixSeed fork = one.fork();
    two.fork().nextLong();

    assertThat(one.nextLong()).isEqualTo(two.nextLong()).isNotEqualTo(fork.nextLong());
  }
}
