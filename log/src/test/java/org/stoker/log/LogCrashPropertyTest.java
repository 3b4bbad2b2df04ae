package org.stoker.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Whatever the power failure takes, nothing that was acknowledged is lost, and nothing returns. */
final class LogCrashPropertyTest {
  private static final int SEEDS = Integer.getInteger("stoker.seeds", 1_500);
  private static final int SEEDS_TO_SEE_A_FLAW = 300;

  private final Logger logger = (Logger) LoggerFactory.getLogger("org.stoker");

  @BeforeEach
  void silence() {
    // Every seed ends in failures that the log rightly calls errors.
    logger.setLevel(Level.OFF);
  }

  @AfterEach
  void speakAgain() {
    logger.setLevel(null);
  }

  @Test
  void whatWasAcknowledgedSurvivesAPowerFailureAtAnyStep() {
    int checks = 0;
    int preallocatedLogs = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      try {
        var simulation = new LogCrashSimulation(seed, DiskFlaw.NONE);
        checks += simulation.run();
        preallocatedLogs += simulation.preallocatedLogs();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }

    assertThat(checks).isGreaterThan(2 * SEEDS);
    assertThat(preallocatedLogs).isGreaterThan(SEEDS);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aSyncThatIsLeftOutIsSeen(DiskFlaw flaw) {
    long seed = 0;
    while (seed < SEEDS_TO_SEE_A_FLAW && passes(seed, flaw)) {
      seed++;
    }

    assertThat(seed).as("seeds that did not notice " + flaw).isLessThan(SEEDS_TO_SEE_A_FLAW);
  }

  private static boolean passes(long seed, DiskFlaw flaw) {
    try {
      new LogCrashSimulation(seed, flaw).run();
      return true;
    } catch (AssertionError e) {
      return false;
    }
  }
}
