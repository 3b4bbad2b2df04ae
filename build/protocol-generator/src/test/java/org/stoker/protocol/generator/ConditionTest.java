package org.stoker.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ConditionTest {
  private final Condition isNew = new Condition("version >= 3");

  @Test
  void whatIsAlwaysOrNeverTrueLeavesNoTrace() {
    assertThat(isNew.and(Condition.ALWAYS)).isEqualTo(isNew);
    assertThat(Condition.ALWAYS.and(isNew)).isEqualTo(isNew);
    assertThat(isNew.and(Condition.NEVER)).isEqualTo(Condition.NEVER);
    assertThat(Condition.NEVER.and(isNew)).isEqualTo(Condition.NEVER);
    assertThat(Condition.ALWAYS.not()).isEqualTo(Condition.NEVER);
    assertThat(Condition.NEVER.not()).isEqualTo(Condition.ALWAYS);
  }

  @Test
  void alternativesAreBracketedBeforeTheyAreJoined() {
    Condition either = new Condition("x == null || !x.isEmpty()");

    assertThat(isNew.and(either).expression())
        .isEqualTo("version >= 3 && (x == null || !x.isEmpty())");
    assertThat(isNew.not().expression()).isEqualTo("!(version >= 3)");
  }
}
