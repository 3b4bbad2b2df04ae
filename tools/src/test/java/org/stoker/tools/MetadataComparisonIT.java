package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.tools.Comparison.Both;

/** What the tools tell of the cluster's metadata, and how they change its features. */
@ExtendWith(SharedBroker.class)
final class MetadataComparisonIT {
  private static final String ELIGIBLE = "eligible.leader.replicas.version";
  // The log grows meanwhile, and so does the age of the cluster.
  private static final String OFFSET = "(HighWatermark: +|Epoch: |level\\tEpoch: )\\d+";

  private static String[] words(String line) {
    return line.split(" ", -1);
  }

  // ---- metadata-quorum

  @Test
  void tellsTheStatus(Both both) throws Exception {
    Outcome status =
        both.ask("metadata-quorum", "describe", "--status").replacing(OFFSET, "$1N").same();

    assertThat(status.out())
        .contains("LeaderId:               1\n")
        .containsPattern(
            "CurrentVoters: {10}\\[\\{\"id\": 1, \"directoryId\": \"[\\w-]{22}\", \"endpoints\":"
                + " \\[\"PLAINTEXT://127.0.0.1:")
        .contains("CurrentObservers:       []");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--human-readable"})
  void tellsHowFarEverybodyIs(String flag, Both both) throws Exception {
    Outcome replication =
        both.ask("metadata-quorum", words(("describe --replication " + flag).strip()))
            .replacing("(AAAA\\s+)\\d+", "$1N")
            .replacing("\\d+ ms ago *", "N ms ago")
            .replacing("LastFetchTimestamp *\tLastCaughtUpTimestamp *", "TIMESTAMPS")
            .replacing("\\d{13} *\t\\d{13} *", "WHEN")
            .same();

    assertThat(replication.out()).startsWith("NodeId\tDirectoryId").contains("Leader");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "describe",
        "describe --status --replication",
        "describe --status --human-readable",
      })
  void refusesWhatDoesNotFit(String line, Both both) throws Exception {
    both.ask("metadata-quorum", words(line)).same();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--bogus",
        "sideways",
        "",
        "--bootstrap-controller BROKER describe",
        "describe --status --command-config /none"
      })
  void refusesWhatItDoesNotKnow(String line, Both both) throws Exception {
    both.ask("metadata-quorum", words(line)).inOurOwnWords().same();
    both.run("metadata-quorum", "describe", "--status").inOurOwnWords().same();
  }

  @Test
  void controllersAreBrokers(Both both) {
    Outcome status =
        both.run("metadata-quorum", "--bootstrap-controller", "BROKER", "describe", "--status")
            .ours();

    assertThat(status.exitCode()).isZero();
    assertThat(status.out()).contains("LeaderId:               1\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "add-controller --dry-run",
        "remove-controller --controller-id 1 --controller-directory-id AAAAAAAAAAAAAAAAAAAAAA",
      })
  void controllersAreNotAddedOrRemoved(String line, Both both) {
    Outcome refused = both.ask("metadata-quorum", words(line)).ours();

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).contains("Controllers are neither added nor removed here");
  }

  // ---- features

  @ParameterizedTest
  @ValueSource(
      strings = {
        "describe",
        "describe --node-id 1",
        "describe --node-id -1",
        "upgrade",
        "downgrade",
        "disable",
        "upgrade --feature FEATURE=1 --dry-run",
        "upgrade --feature FEATURE=0",
        "upgrade --feature FEATURE=2",
        "upgrade --feature FEATURE=2 --dry-run",
        "upgrade --feature FEATURE",
        "upgrade --feature FEATURE=x",
        "upgrade --feature FEATURE=1 --feature FEATURE=1",
        "upgrade --feature metadata.version=25",
        "upgrade --feature FEATURE=1 --feature nothing=1",
        "downgrade --feature FEATURE=0 --dry-run",
        "downgrade --feature FEATURE=0 --unsafe --dry-run",
        "downgrade --feature FEATURE=2",
        "disable --feature FEATURE --dry-run",
        "disable --feature FEATURE --unsafe --dry-run",
        "disable --feature nothing",
      })
  void showsAndRehearses(String line, Both both) throws Exception {
    both.ask("features", words(line.replace("FEATURE", ELIGIBLE)))
        .replacing("Epoch: \\d+", "Epoch: N")
        .same();
  }

  @Test
  void changesLevels(Both both) throws Exception {
    for (String line :
        new String[] {
          "downgrade --feature FEATURE=0",
          "describe",
          "upgrade --feature FEATURE=1",
          "describe",
          "disable --feature FEATURE",
          "describe",
          "upgrade --feature FEATURE=1",
        }) {
      Outcome outcome =
          both.ask("features", words(line.replace("FEATURE", ELIGIBLE)))
              .replacing("Epoch: \\d+", "Epoch: N")
              .same();
      assertThat(outcome.exitCode()).as(line).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--bogus", "sideways", "describe --node-id x"})
  void refusesFeaturesItDoesNotKnow(String line, Both both) throws Exception {
    both.ask("features", words(line)).inOurOwnWords().same();
  }

  @Test
  void namesItsBrokers(Both both) throws Exception {
    both.run("features", "describe").same();
    both.run("features", "--bootstrap-controller", "x:1", "--bootstrap-server", "x:1", "describe")
        .inOurOwnWords()
        .same();
  }

  @Test
  void noFeatureFollowsARelease(Both both) {
    Outcome mapping = both.run("features", "version-mapping").ours();
    assertThat(mapping.exitCode()).isZero();
    assertThat(mapping.out()).isEqualTo(ELIGIBLE + "=1\n");

    for (String line :
        new String[] {
          "version-mapping --release-version 4.4",
          "--bootstrap-server BROKER upgrade --release-version 4.4",
          "--bootstrap-server BROKER downgrade --metadata 3.9",
        }) {
      Outcome refused = both.run("features", words(line)).ours();
      assertThat(refused.exitCode()).as(line).isEqualTo(1);
      assertThat(refused.err()).contains("release");
    }
  }

  @Test
  void featuresDependOnNothing(Both both) throws Exception {
    Outcome known =
        both.run("features", "feature-dependencies", "--feature", ELIGIBLE + "=1").ours();
    assertThat(known.out()).isEqualTo(ELIGIBLE + "=1 has no dependencies.\n");

    both.run("features", "feature-dependencies", "--feature", ELIGIBLE + "=0").same();
    both.run("features", "feature-dependencies", "--feature", "nothing=1").same();
    both.run("features", "feature-dependencies", "--feature", ELIGIBLE + "=7").same();
    both.run("features", "feature-dependencies").inOurOwnWords().same();
  }
}
