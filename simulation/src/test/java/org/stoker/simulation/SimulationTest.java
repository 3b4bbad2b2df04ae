package org.stoker.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters under every kind of fault: nothing acknowledged is lost, and all of it recovers.
 */
final class SimulationTest {
  private static final int SEEDS = 500;
  private static final List<String> RARE =
      List.of(
          Counters.TRUNCATIONS,
          Counters.ISR_SHRUNK,
          Counters.ISR_GROWN,
          Counters.UNKNOWN_OUTCOMES,
          Counters.SNAPSHOTS_LOADED,
          Counters.TORN_TAILS,
          Counters.COMPRESSED,
          Counters.ACKNOWLEDGED_BY_LEADER,
          Counters.DELETIONS,
          Counters.DIRECTORIES_FAILED,
          Counters.INDEXES_DAMAGED,
          Counters.TAILS_DAMAGED,
          Counters.DAMAGE_REFUSED,
          Counters.BITS_ROTTED,
          Counters.BITS_REPAIRED);

  @BeforeAll
  static void quieten() {
    SimulateCommand.quieten(Level.OFF);
  }

  @Test
  void keepsItsPromisesUnderEveryFault() {
    var campaign = new Campaign();
    for (long seed = 1; seed <= SEEDS; seed++) {
      campaign.run(seed);
    }

    System.out.print(campaign.summary());
    assertThat(campaign.failures()).as("to see one: stoker simulate --seed N").isEmpty();
    for (FaultSchedule.Kind kind : FaultSchedule.Kind.values()) {
      assertThat(campaign.percentWith("fault " + kind))
          .as("seeds with %s", kind)
          .isGreaterThanOrEqualTo(5);
    }
    assertThat(campaign.percentWith(Counters.DIRECTORIES_LEFT_OUT)).isGreaterThanOrEqualTo(5);
    for (String what : RARE) {
      assertThat(campaign.percentWith(what)).as("seeds with %s", what).isGreaterThanOrEqualTo(1);
    }
    assertThat(campaign.leastOf(Counters.ACKNOWLEDGED))
        .isGreaterThanOrEqualTo(Simulation.FEWEST_RECORDS);
    assertThat(campaign.leastOf(Counters.FAULTS)).isGreaterThanOrEqualTo(5);
    assertThat(campaign.leastOf(Counters.LEADER_CHANGES)).isGreaterThanOrEqualTo(1);
  }

  /** The first seed had none; in the second nothing goes wrong. */
  @Test
  void aRunInWhichNoFaultMovesALeaderMovesOneAllTheSame() {
    Seams calm =
        new Seams() {
          @Override
          public boolean faults() {
            return false;
          }
        };

    for (Simulation.Result result :
        List.of(Simulation.run(918_347), Simulation.run(11, calm, null))) {
      assertThat(result.violations()).isEmpty();
      assertThat(result.counters().getOrDefault(Counters.LEADER_CHANGES, 0L)).isPositive();
    }
  }

  /** Each hop of a heartbeat is late by up to 700 ms: they come after several seconds at times. */
  @Test
  void aMachineThatIsStarvedAsAWholeFencesNobody() {
    Seams starved =
        new Seams() {
          @Override
          public boolean faults() {
            return false;
          }

          @Override
          public int starvationMs() {
            return 700;
          }
        };

    for (long seed = 1; seed <= 5; seed++) {
      Simulation.Result result = Simulation.run(seed, starved, null);
      assertThat(result.violations()).isEmpty();
      assertThat(result.counters()).containsEntry(Counters.STARVED_FENCES, 0L);
    }
  }

  @Test
  void twoReplaysOfASeedTellTheSameLines() {
    List<String> first = replay(5);
    List<String> second = replay(5);

    assertThat(first).anyMatch(line -> line.contains("INFO ControllerElection: "));
    assertThat(second).isEqualTo(first);
  }

  /** What brokers log stands among the lines, at its moment in the simulation. */
  private static List<String> replay(long seed) {
    List<String> lines = new ArrayList<>();
    SimulateCommand.quieten(Level.INFO);
    try {
      Simulation.run(seed, Seams.SOUND, lines::add);
    } finally {
      SimulateCommand.quieten(Level.OFF);
    }
    return lines;
  }

  @Test
  void aSeedIsTheSameRunAgain() {
    for (long seed : new long[] {3, 77, 4_711}) {
      assertThat(Simulation.run(seed).hash()).isEqualTo(Simulation.run(seed).hash());
    }
  }

  @Test
  void aSeedIsTheSameRunInAnotherProcess() throws IOException, InterruptedException {
    // The other run prints every line, and so does more than this one between the same steps.
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SimulateCommand.class.getName(),
                "--seed",
                "42")
            .redirectErrorStream(true)
            .start();
    String printed =
        new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8).stripTrailing();

    assertThat(other.waitFor()).isZero();
    assertThat(printed).endsWith("seed 42, hash %016x".formatted(Simulation.run(42).hash()));
  }
}
