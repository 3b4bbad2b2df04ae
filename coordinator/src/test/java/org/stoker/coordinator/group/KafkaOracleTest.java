package org.stoker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.coordinator.runtime.CoordinatorErrors;
import org.stoker.records.Compression;

/**
 * Kafka's own groups and ours are given the same commands, drawn at random: the same answers must
 * come at the same time, and the same bytes must be written.
 */
final class KafkaOracleTest {
  /** How many histories each test tells; more with {@code -Doracle.runs=}. */
  private static final int RUNS = Integer.getInteger("oracle.runs", 6);

  private static final GroupCoordinatorConfig CONFIG =
      new GroupCoordinatorConfig(
          1_000,
          60_000,
          3_000,
          4,
          new GroupCoordinatorConfig.Offsets(1, 64, 60 * 60_000, 600_000, 5_000, Compression.NONE));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void saysAndWritesWhatKafkaSaysAndWrites(long firstSeed) {
    for (long seed = firstSeed * 1000; seed < firstSeed * 1000 + RUNS; seed++) {
      new OracleRun(seed, CONFIG).run(250, false);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void doesSoAlsoWhenAppendsFail(long firstSeed) {
    for (long seed = firstSeed * 1000; seed < firstSeed * 1000 + RUNS; seed++) {
      new OracleRun(seed, CONFIG).run(250, true);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22})
  void doesSoWithoutAnInitialDelayAndWithoutALimitOnMembers(long firstSeed) {
    var noDelay = new GroupCoordinatorConfig(1_000, 60_000, 0, 100, CONFIG.offsets());
    var roomy =
        new GroupCoordinatorConfig(1, 1_800_000, 3_000, Integer.MAX_VALUE, CONFIG.offsets());
    for (long seed = firstSeed * 1000; seed < firstSeed * 1000 + RUNS; seed++) {
      new OracleRun(seed, noDelay).run(250, false);
      new OracleRun(seed, roomy).run(250, false);
    }
  }

  @Test
  void readsBackWhatItWroteAsKafkaDoes() {
    for (long seed = 31_000; seed < 31_000 + RUNS; seed++) {
      new OracleRun(seed, CONFIG).runWithReloads(250);
    }
  }

  @Test
  void theComparisonSeesOneDifferentConfigurationValue() {
    var longerDelay = new GroupCoordinatorConfig(1_000, 60_000, 3_001, 4, CONFIG.offsets());

    assertThatThrownBy(
            () -> {
              for (long seed = 1; seed < 20; seed++) {
                new OracleRun(seed, CONFIG, longerDelay).run(250, false);
              }
            })
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void kafkasErrorsAreMappedAsItsServiceDoes() {
    Map<Errors, Errors> mapped =
        Map.of(
            Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.COORDINATOR_NOT_AVAILABLE,
            Errors.NOT_ENOUGH_REPLICAS, Errors.COORDINATOR_NOT_AVAILABLE,
            Errors.REQUEST_TIMED_OUT, Errors.COORDINATOR_NOT_AVAILABLE,
            Errors.NOT_LEADER_OR_FOLLOWER, Errors.NOT_COORDINATOR,
            Errors.KAFKA_STORAGE_ERROR, Errors.NOT_COORDINATOR,
            Errors.MESSAGE_TOO_LARGE, Errors.UNKNOWN_SERVER_ERROR,
            Errors.RECORD_LIST_TOO_LARGE, Errors.UNKNOWN_SERVER_ERROR,
            Errors.NETWORK_EXCEPTION, Errors.COORDINATOR_LOAD_IN_PROGRESS,
            Errors.CLUSTER_AUTHORIZATION_FAILED, Errors.CLUSTER_AUTHORIZATION_FAILED);

    mapped.forEach((from, to) ->
        assertThat(CoordinatorErrors.forClients(org.stoker.protocol.ErrorCode.forCode(from.code())))
            .isEqualTo(org.stoker.protocol.ErrorCode.forCode(to.code())));
  }
}
