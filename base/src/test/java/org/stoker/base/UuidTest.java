package org.stoker.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class UuidTest {
  @Test
  void readsWhatItPrints() {
    var uuid = new Uuid(0x0123456789abcdefL, 0xfedcba9876543210L);

    assertThat(uuid.toString()).isEqualTo("ASNFZ4mrze_-3LqYdlQyEA");
    assertThat(Uuid.parse("ASNFZ4mrze_-3LqYdlQyEA")).isEqualTo(uuid);
  }

  @Test
  void randomOnesDifferAndNeverLookLikeAFlag() {
    Seed seed = new SystemSeed();
    for (int i = 0; i < 1_000; i++) {
      assertThat(Uuid.random(seed).toString()).hasSize(22).doesNotStartWith("-");
    }
    assertThat(Uuid.random(seed)).isNotEqualTo(Uuid.random(seed));
  }

  @Test
  void refusesWhatIsNotSixteenBytes() {
    assertThatThrownBy(() -> Uuid.parse("AAAA")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Uuid.parse("A".repeat(40)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
