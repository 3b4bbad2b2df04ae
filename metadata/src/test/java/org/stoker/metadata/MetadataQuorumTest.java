package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.stoker.metadata.MetadataQuorum.Progress;

/** What heartbeats tell of how far a broker has come. */
final class MetadataQuorumTest {
  @Test
  void whoHasEverythingIsCaughtUpAtThatMoment() {
    Progress progress = Progress.NONE.heard(10, 10, 1_000);

    assertThat(progress.appliedOffset()).isEqualTo(10);
    assertThat(progress.heardAtMs()).isEqualTo(1_000);
    assertThat(progress.caughtUpAtMs()).isEqualTo(1_000);
  }

  @Test
  void whoHasWhatThereWasTheLastTimeWasCaughtUpThen() {
    Progress progress = Progress.NONE.heard(7, 10, 1_000).heard(10, 15, 2_000);

    assertThat(progress.heardAtMs()).isEqualTo(2_000);
    assertThat(progress.caughtUpAtMs()).isEqualTo(1_000);
  }

  @Test
  void whoFallsBehindWasCaughtUpWhenItLastWas() {
    Progress progress =
        Progress.NONE.heard(10, 10, 1_000).heard(10, 15, 2_000).heard(11, 20, 3_000);

    assertThat(progress.heardAtMs()).isEqualTo(3_000);
    assertThat(progress.caughtUpAtMs()).isEqualTo(1_000);
  }

  @Test
  void whoNeverHadEverythingWasNeverCaughtUp() {
    assertThat(Progress.NONE.heard(3, 10, 1_000).heard(4, 12, 2_000).caughtUpAtMs()).isEqualTo(-1);
  }
}
