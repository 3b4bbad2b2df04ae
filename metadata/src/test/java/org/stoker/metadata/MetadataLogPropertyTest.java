package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The log, the election and the registration under faults, over many seeds. */
final class MetadataLogPropertyTest {
  private static final int SEEDS = 80;
  private static final int STEPS = 60;

  @Test
  void imagesAgreeAndNothingAcknowledgedIsLost() {
    int acknowledged = 0;
    int elections = 0;
    int snapshots = 0;
    int abortions = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      var simulation = new MetadataSimulation(seed, true);

      simulation.run(STEPS);

      assertThat(simulation.violations()).as("seed %d", seed).isEmpty();
      acknowledged += simulation.acknowledged();
      elections += simulation.elections();
      snapshots += simulation.snapshots();
      abortions += simulation.abortions();
    }
    // No trivial seeds: each has changes, elections and snapshots, taken on average.
    assertThat(acknowledged).isGreaterThan(SEEDS * 10);
    assertThat(elections).isGreaterThan(SEEDS * 5);
    assertThat(snapshots).isGreaterThan(SEEDS);
    assertThat(abortions).isGreaterThan(SEEDS / 10);
  }

  @Test
  void anEnsembleThatIgnoresVersionsIsFoundOut() {
    boolean found = false;
    for (long seed = 0; seed < SEEDS && !found; seed++) {
      var simulation = new MetadataSimulation(seed, false);
      simulation.run(STEPS);
      found = !simulation.violations().isEmpty();
    }

    assertThat(found).isTrue();
  }
}
