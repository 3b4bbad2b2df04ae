package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import org.apache.kafka.clients.admin.SupportedVersionRange;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeQuorumResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What three real brokers tell of their metadata, and the features that they share. */
final class MetadataQuorumIT {
  private static final String ELIGIBLE = "eligible.leader.replicas.version";

  @TempDir private Path root;

  private ThreeBrokers cluster;
  private Admin admin;

  @BeforeEach
  void start() throws Exception {
    cluster = new ThreeBrokers(root).start();
    admin = cluster.admin();
  }

  @AfterEach
  void stop() {
    admin.close();
    cluster.close();
  }

  // ---- DescribeQuorum.

  @Test
  void theControllerLeadsAndEveryOtherBrokerFollowsItsLog() throws Exception {
    int controller = admin.describeCluster().controller().get().id();

    QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get();

    assertThat(quorum.leaderId()).isEqualTo(controller);
    assertThat(quorum.leaderEpoch()).isPositive();
    assertThat(quorum.voters()).extracting(ReplicaState::replicaId).containsExactly(controller);
    assertThat(quorum.observers())
        .extracting(ReplicaState::replicaId)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, 3).filter(id -> id != controller).boxed().toList());
    assertThat(quorum.nodes()).as("voters alone").containsOnlyKeys(controller);
    assertThat(quorum.nodes().values()).allMatch(node -> node.endpoints().size() == 1);
  }

  @Test
  void everybodyIsSeenToApplyWhatIsWritten() throws Exception {
    long before = admin.describeMetadataQuorum().quorumInfo().get().highWatermark();

    admin.createTopics(List.of(new NewTopic("orders", 1, (short) 3))).all().get();

    Awaitility.await()
        .untilAsserted(() -> {
          QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get();
          assertThat(quorum.highWatermark()).isGreaterThan(before);
          assertThat(quorum.observers())
              .allMatch(one -> one.logEndOffset() == quorum.highWatermark())
              .allMatch(one -> one.lastCaughtUpTimestamp().isPresent())
              .allMatch(one -> one.lastFetchTimestamp().isPresent());
        });
  }

  @Test
  void everyBrokerAnswersInEveryVersion() throws Exception {
    int controller = admin.describeCluster().controller().get().id();
    for (String address : cluster.bootstrapServers().split(",", -1)) {
      int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      try (var connection = new RawConnection(port)) {
        for (short version = 0; version <= ApiKeys.DESCRIBE_QUORUM.latestVersion(); version++) {
          DescribeQuorumResponseData log = ask(connection, version, "__cluster_metadata");
          var partition = log.topics().getFirst().partitions().getFirst();
          assertThat(partition.errorCode()).as("%s, %d", address, version).isZero();
          assertThat(partition.leaderId()).isEqualTo(controller);
          assertThat(partition.observers()).hasSize(2);
          assertThat(log.nodes()).hasSize(version < 2 ? 0 : 1);

          DescribeQuorumResponseData other = ask(connection, version, "orders");
          assertThat(other.topics().getFirst().partitions().getFirst().errorCode())
              .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        }
      }
    }
  }

  private static DescribeQuorumResponseData ask(
      RawConnection connection, short version, String topic) throws Exception {
    var request =
        new DescribeQuorumRequestData()
            .setTopics(
                List.of(
                    new DescribeQuorumRequestData.TopicData()
                        .setTopicName(topic)
                        .setPartitions(List.of(new DescribeQuorumRequestData.PartitionData()))));
    return connection
        .ask(DescribeQuorumResponse.class, ApiKeys.DESCRIBE_QUORUM, version, request)
        .data();
  }

  @Test
  void theNextControllerLeadsTheLog() throws Exception {
    QuorumInfo before = admin.describeMetadataQuorum().quorumInfo().get();

    cluster.process(before.leaderId()).kill();

    Awaitility.await()
        .ignoreExceptions()
        .untilAsserted(() -> {
          QuorumInfo after = admin.describeMetadataQuorum().quorumInfo().get();
          assertThat(after.leaderId()).isNotEqualTo(before.leaderId());
          assertThat(after.leaderEpoch()).isGreaterThan(before.leaderEpoch());
          assertThat(after.observers())
              .extracting(ReplicaState::replicaId)
              .contains(before.leaderId());
        });
  }

  // ---- Features.

  private FeatureMetadata features() throws Exception {
    return admin.describeFeatures().featureMetadata().get();
  }

  private void update(int level, UpgradeType type, boolean validateOnly) throws Exception {
    admin
        .updateFeatures(
            Map.of(ELIGIBLE, new FeatureUpdate((short) level, type)),
            new UpdateFeaturesOptions().validateOnly(validateOnly))
        .all()
        .get();
  }

  @Test
  void levelsAreShownChangedAndRefused() throws Exception {
    assertThat(features().supportedFeatures())
        .containsExactly(Map.entry(ELIGIBLE, new SupportedVersionRange((short) 0, (short) 1)));
    var one = Map.entry(ELIGIBLE, new FinalizedVersionRange((short) 1, (short) 1));
    assertThat(features().finalizedFeatures()).containsExactly(one);

    assertThatThrownBy(() -> update(2, UpgradeType.UPGRADE, false))
        .hasCauseInstanceOf(InvalidUpdateVersionException.class)
        .hasMessageContaining("only supports versions 0-1");
    update(0, UpgradeType.SAFE_DOWNGRADE, true);
    assertThat(features().finalizedFeatures()).containsExactly(one);

    update(0, UpgradeType.SAFE_DOWNGRADE, false);
    Awaitility.await().untilAsserted(() -> assertThat(features().finalizedFeatures()).isEmpty());
    assertThatThrownBy(() -> update(1, UpgradeType.UNSAFE_DOWNGRADE, false))
        .hasCauseInstanceOf(InvalidUpdateVersionException.class)
        .hasMessageContaining("Can't downgrade to a newer version");
    update(1, UpgradeType.UPGRADE, false);
    Awaitility.await()
        .untilAsserted(() -> assertThat(features().finalizedFeatures()).containsExactly(one));
  }

  @Test
  void eligibleReplicasGoWithTheLevel() throws Exception {
    admin
        .createTopics(
            List.of(
                new NewTopic("orders", Map.of(0, List.of(1, 2, 3)))
                    .configs(Map.of("min.insync.replicas", "3"))))
        .all()
        .get();
    cluster.awaitPartitions(admin, "orders", partition -> partition.isr().size() == 3);
    cluster.process(3).kill();
    List<TopicPartitionInfo> without =
        cluster.awaitPartitions(admin, "orders", partition -> partition.isr().size() == 2);
    assertThat(without.getFirst().elr()).extracting(Node::id).containsExactly(3);

    update(0, UpgradeType.SAFE_DOWNGRADE, false);

    cluster.awaitPartitions(
        admin, "orders", partition -> partition.elr().isEmpty() && partition.isr().size() == 2);
  }
}
