package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Members at random, that join, sync, commit, leave and die; appends that wait, overlap and fail;
 * leadership that ends with some of them in the log. What must never happen does not.
 */
final class GroupPropertyTest {
  private static final int STEPS = 300;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void nothingIsPromisedThatDoesNotHold(long firstSeed) {
    for (long seed = firstSeed * 10_000; seed < firstSeed * 10_000 + 60; seed++) {
      new GroupWorld(seed, GroupWorld.Sabotage.NONE).run(STEPS);
    }
  }

  /** What the checks are worth: each must see the fault that it is there for. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "LOG_SUCCEEDS_BEFORE_IT_KEEPS",
        "LOG_FORGETS_A_BATCH",
        "FIRST_REPLY_IS_LOST",
        "LEADER_ASSIGNS_ANOTHER_GENERATION"
      })
  void theChecksSeeEveryKindOfFault(GroupWorld.Sabotage sabotage) {
    assertThatThrownBy(
            () -> {
              for (long seed = 1; seed < 60; seed++) {
                new GroupWorld(seed, sabotage).run(STEPS);
              }
            })
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void theSameSeedTellsTheSameStory() {
    String first = new GroupWorld(99, GroupWorld.Sabotage.NONE).run(STEPS);
    String second = new GroupWorld(99, GroupWorld.Sabotage.NONE).run(STEPS);

    org.assertj.core.api.Assertions.assertThat(second).isEqualTo(first).isNotEmpty();
  }
}
