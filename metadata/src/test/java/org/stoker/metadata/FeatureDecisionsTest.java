package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.metadata.BrokerCommand.Fence;
import org.stoker.metadata.BrokerCommand.ReconcileBrokers;
import org.stoker.metadata.BrokerCommand.Unfence;
import org.stoker.metadata.Command.AlterConfigs;
import org.stoker.metadata.Command.ConfigChange;
import org.stoker.metadata.Command.ConfigChanges;
import org.stoker.metadata.Command.ConfigOperation;
import org.stoker.metadata.Command.ConfigReplacement;
import org.stoker.metadata.Command.CreateTopics;
import org.stoker.metadata.Command.FeatureChange;
import org.stoker.metadata.Command.IncrementalAlterConfigs;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.Command.ReplicaAssignment;
import org.stoker.metadata.Command.UpdateFeatures;
import org.stoker.metadata.Command.UpgradeType;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.record.FeatureLevelRecord;
import org.stoker.testkit.SplitMixSeed;

/** The levels of features: who may change them how, and what follows for partitions. */
final class FeatureDecisionsTest {
  private static final String ELIGIBLE = Features.ELIGIBLE_LEADER_REPLICAS;
  private static final ConfigResource BROKER_1 =
      new ConfigResource(ConfigResource.Type.BROKER, "1");
  private static final ConfigResource EVERY_BROKER = ConfigResource.everyBroker();

  private final DecidedCluster cluster =
      new DecidedCluster(
          new Controller(
              new PlainRules(),
              new ClusterDefaults(1, 3, 2, false),
              Features.OF_NEW_CLUSTERS,
              new SplitMixSeed(5)));
  private final Map<Integer, BrokerImage> registered = new HashMap<>();

  @BeforeEach
  void threeBrokersAndATopicOnAll() {
    for (int id = 1; id <= 3; id++) {
      registered.put(id, DecidedCluster.broker(id, id * 10L, true, null, Features.SUPPORTED));
    }
    cluster.apply(new ReconcileBrokers(registered, true));
    for (int id = 1; id <= 3; id++) {
      cluster.apply(new Unfence(id, id * 10L));
    }
    cluster.apply(
        new CreateTopics(
            List.of(
                new NewTopic(
                    "orders",
                    -1,
                    -1,
                    List.of(new ReplicaAssignment(0, List.of(1, 2, 3))),
                    Map.of())),
            false));
  }

  private Result update(String feature, int level, UpgradeType type) {
    return cluster.apply(
        new UpdateFeatures(List.of(new FeatureChange(feature, (short) level, type)), false));
  }

  private PartitionImage orders() {
    return cluster.partition("orders", 0);
  }

  private static Result refusal(int level, String feature, String why) {
    return new Result(
        ErrorCode.INVALID_UPDATE_VERSION,
        "Invalid update version " + level + " for feature " + feature + ". " + why);
  }

  // ---- Who may change what.

  @Test
  void aLevelGoesDownOnlyForWhoSaysSoAndUpAgain() {
    assertThat(update(ELIGIBLE, 0, UpgradeType.UPGRADE))
        .isEqualTo(
            refusal(
                0,
                ELIGIBLE,
                "Can't downgrade the version of this feature without setting the upgrade type to"
                    + " either safe or unsafe downgrade."));
    assertThat(cluster.image().features()).containsEntry(ELIGIBLE, (short) 1);

    assertThat(update(ELIGIBLE, 0, UpgradeType.SAFE_DOWNGRADE)).isEqualTo(Result.OK);
    assertThat(cluster.image().features()).isEmpty();

    assertThat(update(ELIGIBLE, 1, UpgradeType.UNSAFE_DOWNGRADE))
        .isEqualTo(refusal(1, ELIGIBLE, "Can't downgrade to a newer version."));
    assertThat(update(ELIGIBLE, 1, UpgradeType.UPGRADE)).isEqualTo(Result.OK);
    assertThat(cluster.image().features()).containsEntry(ELIGIBLE, (short) 1);
  }

  @Test
  void levelsThatTheControllerCannotWorkAtAreRefused() {
    assertThat(update(ELIGIBLE, 2, UpgradeType.UPGRADE))
        .isEqualTo(refusal(2, ELIGIBLE, "Local controller 1 only supports versions 0-1"));
    assertThat(update(ELIGIBLE, -1, UpgradeType.SAFE_DOWNGRADE))
        .isEqualTo(refusal(-1, ELIGIBLE, "A feature version cannot be less than 0."));
    assertThat(update(ELIGIBLE, 1, UpgradeType.UNKNOWN))
        .isEqualTo(refusal(1, ELIGIBLE, "The controller does not support the given upgrade type."));
    assertThat(update("metadata.version", 25, UpgradeType.UPGRADE))
        .isEqualTo(
            refusal(25, "metadata.version", "Local controller 1 does not support this feature."));
    assertThat(update("nothing", 0, UpgradeType.SAFE_DOWNGRADE))
        .isEqualTo(refusal(0, "nothing", "Feature nothing not found."));
  }

  @Test
  void noLevelIsReachedThatARegisteredBrokerDoesNotKnow() {
    update(ELIGIBLE, 0, UpgradeType.SAFE_DOWNGRADE);
    cluster.apply(new Fence(3, 30));
    registered.put(3, DecidedCluster.broker(3, 31, true, null, Map.of()));
    cluster.apply(new ReconcileBrokers(registered, false));

    assertThat(update(ELIGIBLE, 1, UpgradeType.UPGRADE))
        .isEqualTo(refusal(1, ELIGIBLE, "Broker 3 does not support this feature."));
  }

  @Test
  void oneRefusalIsTheEndOfAll() {
    var both =
        new UpdateFeatures(
            List.of(
                new FeatureChange(ELIGIBLE, (short) 0, UpgradeType.SAFE_DOWNGRADE),
                new FeatureChange("nothing", (short) 1, UpgradeType.UPGRADE)),
            false);

    assertThat(cluster.apply(both).error()).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
    assertThat(cluster.image().features()).containsEntry(ELIGIBLE, (short) 1);
  }

  @Test
  void aRehearsalChangesNothing() {
    long before = cluster.image().offset();

    var rehearsal =
        new UpdateFeatures(
            List.of(new FeatureChange(ELIGIBLE, (short) 0, UpgradeType.SAFE_DOWNGRADE)), true);

    assertThat(cluster.apply(rehearsal)).isEqualTo(Result.OK);
    assertThat(cluster.image().offset()).isEqualTo(before);
    assertThat(cluster.image().features()).containsEntry(ELIGIBLE, (short) 1);
  }

  @Test
  void theLastWordOnAFeatureCounts() {
    cluster.apply(
        new UpdateFeatures(
            List.of(
                new FeatureChange(ELIGIBLE, (short) 7, UpgradeType.UPGRADE),
                new FeatureChange(ELIGIBLE, (short) 0, UpgradeType.SAFE_DOWNGRADE)),
            false));

    assertThat(cluster.image().features()).isEmpty();
  }

  // ---- What follows for partitions.

  @Test
  void eligibleReplicasAreForgottenWithTheLevelAndNotKeptBelowIt() {
    cluster.apply(new Fence(3, 30));
    cluster.apply(new Fence(2, 20));
    assertThat(orders().eligibleLeaderReplicas()).containsExactly(2);

    update(ELIGIBLE, 0, UpgradeType.SAFE_DOWNGRADE);

    assertThat(orders().eligibleLeaderReplicas()).isEmpty();
    assertThat(orders().isr()).containsExactly(1);
    assertThat(orders().leader()).isEqualTo(1);

    cluster.apply(new Fence(1, 10));
    assertThat(orders().eligibleLeaderReplicas()).isEmpty();
    assertThat(orders().isr()).containsExactly(1);
    assertThat(orders().leader()).isEqualTo(PartitionImage.NO_LEADER);
  }

  @Test
  void whoWasEligibleIsInSyncAgainIfNobodyElseIs() {
    cluster.apply(new Fence(3, 30));
    cluster.apply(new Fence(2, 20));
    cluster.apply(new Fence(1, 10));
    assertThat(orders().isr()).isEmpty();

    update(ELIGIBLE, 0, UpgradeType.SAFE_DOWNGRADE);

    assertThat(orders().eligibleLeaderReplicas()).isEmpty();
    assertThat(orders().lastKnownEligibleLeaderReplicas()).isEmpty();
    assertThat(orders().isr()).containsExactlyInAnyOrder(1, 2);
    cluster.apply(new Unfence(2, 20));
    assertThat(orders().leader()).isEqualTo(2);
    assertThat(orders().recovering()).isFalse();
  }

  @Test
  void nobodyIsEligibleAnyMoreOnceFewerInSyncAreEnough() {
    cluster.apply(new Fence(3, 30));
    cluster.apply(new Fence(2, 20));
    assertThat(orders().eligibleLeaderReplicas()).containsExactly(2);

    cluster.apply(
        new IncrementalAlterConfigs(
            List.of(
                new ConfigChanges(
                    ConfigResource.topic("orders"),
                    List.of(new ConfigChange("min.insync.replicas", ConfigOperation.SET, "1")))),
            false));

    // From here on the leader commits alone, and the other does not have what it commits.
    assertThat(orders().eligibleLeaderReplicas()).isEmpty();
    cluster.apply(new Fence(1, 10));
    cluster.apply(new Unfence(2, 20));
    assertThat(orders().leader()).isEqualTo(PartitionImage.NO_LEADER);
  }

  @Test
  void aBrokersOwnMinInSyncIsRefusedWhileEligibleLeadersAreKept() {
    for (ConfigOperation operation : List.of(ConfigOperation.SET, ConfigOperation.DELETE)) {
      assertThat(alterMinInSync("1", operation))
          .isEqualTo(
              new Result(
                  ErrorCode.INVALID_CONFIG,
                  "Broker-level min.insync.replicas cannot be altered while ELR is enabled."));
    }
    assertThat(alterMinInSync("", ConfigOperation.SET)).isEqualTo(Result.OK);
    assertThat(alterMinInSync("", ConfigOperation.DELETE))
        .isEqualTo(
            new Result(
                ErrorCode.INVALID_CONFIG,
                "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."));
    assertThat(cluster.image().configs(EVERY_BROKER)).containsEntry("min.insync.replicas", "3");
  }

  @Test
  void replacingABrokersWholeConfigurationCannotChangeItEither() {
    assertThat(alterMinInSync("", ConfigOperation.SET)).isEqualTo(Result.OK);

    assertThat(replace("", Map.of()).error()).isEqualTo(ErrorCode.INVALID_CONFIG);
    assertThat(replace("", Map.of("min.insync.replicas", "2"))).isEqualTo(Result.OK);
    assertThat(replace("1", Map.of("min.insync.replicas", "2")).error())
        .isEqualTo(ErrorCode.INVALID_CONFIG);
    assertThat(replace("1", Map.of())).isEqualTo(Result.OK);
  }

  @Test
  void aBrokersOwnMinInSyncGoesWhenEligibleLeadersAreKept() {
    assertThat(update(ELIGIBLE, 0, UpgradeType.SAFE_DOWNGRADE)).isEqualTo(Result.OK);
    assertThat(alterMinInSync("1", ConfigOperation.SET)).isEqualTo(Result.OK);
    assertThat(cluster.image().configs(BROKER_1)).containsKey("min.insync.replicas");

    assertThat(update(ELIGIBLE, 1, UpgradeType.UPGRADE)).isEqualTo(Result.OK);

    assertThat(cluster.image().configs(BROKER_1)).isEmpty();
  }

  @Test
  void aControllerThatFindsABrokersOwnMinInSyncTakesItAway() {
    assertThat(update(ELIGIBLE, 0, UpgradeType.SAFE_DOWNGRADE)).isEqualTo(Result.OK);
    assertThat(alterMinInSync("1", ConfigOperation.SET)).isEqualTo(Result.OK);
    var level = new FeatureLevelRecord().setName(ELIGIBLE).setFeatureLevel((short) 1);
    cluster.write(List.of(level));

    cluster.apply(new ReconcileBrokers(registered, true));

    assertThat(cluster.image().configs(BROKER_1)).isEmpty();
  }

  private Result alterMinInSync(String broker, ConfigOperation operation) {
    String value = operation == ConfigOperation.SET ? "3" : null;
    return cluster
        .apply(
            new IncrementalAlterConfigs(
                List.of(
                    new ConfigChanges(
                        new ConfigResource(ConfigResource.Type.BROKER, broker),
                        List.of(new ConfigChange("min.insync.replicas", operation, value)))),
                false))
        .getFirst()
        .result();
  }

  private Result replace(String broker, Map<String, String> values) {
    return cluster
        .apply(
            new AlterConfigs(
                List.of(
                    new ConfigReplacement(
                        new ConfigResource(ConfigResource.Type.BROKER, broker),
                        new HashMap<>(values))),
                false))
        .getFirst()
        .result();
  }
}
