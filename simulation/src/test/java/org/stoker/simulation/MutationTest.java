package org.stoker.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation can fail: each mistake that somebody might make is found, and soon. */
final class MutationTest {
  private static final int MOST_SEEDS = 2_000;

  @BeforeAll
  static void quieten() {
    SimulateCommand.quieten(Level.OFF);
  }

  @ParameterizedTest
  @EnumSource
  void isFound(Mutation mutation) throws Exception {
    Mutant mutant = Mutant.of(mutation);

    // The seed that found it once, and if that has changed its ways, any other.
    List<String> found = mutant.violationsOf(mutation.knownSeed());
    for (long seed = 1; found.isEmpty() && seed <= MOST_SEEDS; seed++) {
      found = mutant.violationsOf(seed);
    }

    assertThat(found).isNotEmpty();
  }
}
