package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NumbersTest {
  @Test
  void showsThreeDigitsThatMatter() {
    assertThat(Numbers.of(0)).isEqualTo("0");
    assertThat(Numbers.of(0.256)).isEqualTo("0.26");
    assertThat(Numbers.of(2.954)).isEqualTo("2.95");
    assertThat(Numbers.of(17.44)).isEqualTo("17.4");
    assertThat(Numbers.of(371.4)).isEqualTo("371");
    assertThat(Numbers.of(9_300.4)).isEqualTo("9,300");
  }
}
