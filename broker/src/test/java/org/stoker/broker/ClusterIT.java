package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DeletedRecords;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real brokers under load, and what happens to them. */
final class ClusterIT {
  @TempDir private Path root;

  private ThreeBrokers cluster;
  private Admin admin;

  @BeforeEach
  void start() throws Exception {
    cluster = new ThreeBrokers(root).start();
    admin = cluster.admin();
    cluster.createTopic(admin, NumberedRecords.TOPIC, NumberedRecords.PARTITIONS);
  }

  @AfterEach
  void stop() {
    admin.close();
    cluster.close();
  }

  private static Set<Integer> leaders(List<TopicPartitionInfo> partitions) {
    return partitions.stream()
        .map(partition -> partition.leader().id())
        .collect(Collectors.toSet());
  }

  @Test
  void everyPartitionIsKeptByThreeBrokersWhoTakeTurnsAtLeading() throws Exception {
    List<TopicPartitionInfo> partitions =
        cluster.awaitPartitions(admin, NumberedRecords.TOPIC, one -> one.isr().size() == 3);

    assertThat(leaders(partitions)).containsExactlyInAnyOrder(1, 2, 3);
  }

  @Test
  void aKilledLeaderIsReplacedAndComesBackWithoutALostRecord() throws Exception {
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitMore(2_000);

      cluster.process(2).kill();

      records.awaitMore(2_000);
      cluster.awaitPartitions(
          admin, NumberedRecords.TOPIC, one -> one.leader() != null && one.leader().id() != 2);
      cluster.restart(2);
      cluster.awaitPartitions(admin, NumberedRecords.TOPIC, one -> ThreeBrokers.isInSync(one, 2));
      records.awaitMore(2_000);
      records.assertAllThere();
    }
  }

  @Test
  void aBrokerThatStopsLetsOthersLeadFirst() throws Exception {
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitMore(2_000);

      cluster.process(3).terminate();

      assertThat(cluster.process(3).out())
          .anyMatch(line -> line.contains("Other brokers lead what this one led"));
      records.awaitMore(2_000);
      cluster.restart(3);
      cluster.awaitPartitions(admin, NumberedRecords.TOPIC, one -> ThreeBrokers.isInSync(one, 3));
      records.assertAllThere();
    }
  }

  @Test
  void allBrokersKilledAtOnceLoseNothing() throws Exception {
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitMore(2_000);

      for (int id = 1; id <= ThreeBrokers.BROKERS; id++) {
        cluster.process(id).kill();
      }
      for (int id = 1; id <= ThreeBrokers.BROKERS; id++) {
        cluster.restart(id);
      }

      records.awaitMore(2_000);
      cluster.awaitPartitions(admin, NumberedRecords.TOPIC, one -> one.isr().size() == 3);
      records.assertAllThere();
    }
  }

  @Test
  void partitionsMoveToOtherBrokersAndPreferredLeadersComeBack() throws Exception {
    var first = new TopicPartition(NumberedRecords.TOPIC, 0);
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitMore(500);

      admin
          .alterPartitionReassignments(
              Map.of(first, Optional.of(new NewPartitionReassignment(List.of(3, 1)))))
          .all()
          .get();
      cluster.awaitPartitions(
          admin,
          NumberedRecords.TOPIC,
          one -> one.partition() != 0 || (one.replicas().size() == 2 && one.isr().size() == 2));
      admin.electLeaders(ElectionType.PREFERRED, Set.of(first)).partitions().get();
      cluster.awaitPartitions(
          admin,
          NumberedRecords.TOPIC,
          one -> one.partition() != 0 || (one.leader() != null && one.leader().id() == 3));

      records.awaitMore(500);
      assertThat(admin.listPartitionReassignments().reassignments().get()).isEmpty();
      records.assertAllThere();
    }
  }

  @Test
  void throttledReplicasCatchUpWhenTheThrottleIsLifted() throws Exception {
    var first = new TopicPartition(NumberedRecords.TOPIC, 0);
    reassign(first, List.of(1, 2));
    cluster.awaitPartitions(
        admin, NumberedRecords.TOPIC, one -> one.partition() != 0 || one.replicas().size() == 2);
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      // More for each partition than one fetch brings.
      records.awaitMore(16_000);
      throttle("1");

      reassign(first, List.of(1, 2, 3));
      records.awaitMore(8_000);
      assertThat(admin.listPartitionReassignments().reassignments().get()).containsKey(first);

      throttle(null);
      cluster.awaitPartitions(admin, NumberedRecords.TOPIC, one -> one.isr().size() == 3);
      records.assertAllThere();
    }
  }

  @Test
  void deletedRecordsAreGoneFromAllReplicasWhenThatIsAnswered() throws Exception {
    var first = new TopicPartition(NumberedRecords.TOPIC, 0);
    try (var records = new NumberedRecords(cluster.bootstrapServers())) {
      records.awaitMore(2_000);
      long end =
          admin
              .listOffsets(Map.of(first, OffsetSpec.latest()))
              .partitionResult(first)
              .get()
              .offset();
      int leader =
          cluster
              .awaitPartitions(admin, NumberedRecords.TOPIC, one -> one.isr().size() == 3)
              .getFirst()
              .leader()
              .id();

      Map<TopicPartition, KafkaFuture<DeletedRecords>> deleted =
          admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(end))).lowWatermarks();
      long low = Objects.requireNonNull(deleted.get(first)).get().lowWatermark();
      cluster.process(leader).kill();
      cluster.awaitPartitions(
          admin, NumberedRecords.TOPIC, one -> one.leader() != null && one.leader().id() != leader);

      assertThat(low).isEqualTo(end);
      assertThat(
              admin
                  .listOffsets(Map.of(first, OffsetSpec.earliest()))
                  .partitionResult(first)
                  .get()
                  .offset())
          .isEqualTo(end);
    }
  }

  private void reassign(TopicPartition partition, List<Integer> replicas) throws Exception {
    admin
        .alterPartitionReassignments(
            Map.of(partition, Optional.of(new NewPartitionReassignment(replicas))))
        .all()
        .get();
  }

  /** As kafka-reassign-partitions.sh --throttle does; null lifts it. */
  private void throttle(@Nullable String bytesPerSecond) throws Exception {
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    AlterConfigOp.OpType type =
        bytesPerSecond == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET;
    for (int id = 1; id <= ThreeBrokers.BROKERS; id++) {
      changes.put(
          new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id)),
          List.of(
              op("leader.replication.throttled.rate", bytesPerSecond, type),
              op("follower.replication.throttled.rate", bytesPerSecond, type)));
    }
    changes.put(
        new ConfigResource(ConfigResource.Type.TOPIC, NumberedRecords.TOPIC),
        List.of(
            op("leader.replication.throttled.replicas", "*", type),
            op("follower.replication.throttled.replicas", "*", type)));
    admin.incrementalAlterConfigs(changes).all().get();
  }

  private static AlterConfigOp op(String key, @Nullable String value, AlterConfigOp.OpType type) {
    return new AlterConfigOp(new ConfigEntry(key, value), type);
  }
}
