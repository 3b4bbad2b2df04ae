package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stoker.broker.RunningBroker.PATIENCE;
import static org.stoker.broker.RunningBroker.at;
import static org.stoker.broker.RunningBroker.causeOf;
import static org.stoker.broker.RunningBroker.read;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics are made, described, grown, emptied and deleted while clients use them. */
final class TopicsIT {
  private static RunningBroker broker;
  private static Admin admin;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    // Else clients would make topics again that a test has deleted.
    broker = RunningBroker.in(directory).with("auto.create.topics.enable", "false").start();
    admin = broker.admin();
  }

  @AfterAll
  static void stop() throws Exception {
    admin.close();
    broker.close();
  }

  private static void fill(String topic, int count) throws Exception {
    try (var producer = broker.producer(Map.of())) {
      for (int i = 0; i < count; i++) {
        var _ = producer.send(new ProducerRecord<>(topic, 0, (long) i, null, "v" + i));
      }
    }
  }

  private static TopicDescription describe(String topic) throws Exception {
    return at(admin.describeTopics(List.of(topic)).allTopicNames().get(), topic);
  }

  @Test
  void aTopicIsDescribedAsItWasMade() throws Exception {
    var created =
        admin.createTopics(
            List.of(new NewTopic("described", 3, (short) 1).configs(Map.of("retention.ms", "9"))));

    Uuid id = created.topicId("described").get();
    assertThat(created.numPartitions("described").get()).isEqualTo(3);
    assertThat(created.replicationFactor("described").get()).isEqualTo(1);
    assertThat(created.config("described").get().get("retention.ms").value()).isEqualTo("9");

    TopicDescription topic = describe("described");
    assertThat(topic.topicId()).isEqualTo(id);
    assertThat(topic.isInternal()).isFalse();
    assertThat(topic.partitions()).hasSize(3);
    assertThat(topic.partitions()).allMatch(p -> p.leader().id() == 0 && p.isr().size() == 1);
    assertThat(
            at(
                    admin
                        .describeTopics(TopicCollection.ofTopicIds(List.of(id)))
                        .allTopicIds()
                        .get(),
                    id)
                .name())
        .isEqualTo("described");
    assertThat(admin.listTopics().names().get()).contains("described");
    Uuid nobodys = Uuid.randomUuid();
    assertThat(
            causeOf(
                admin.describeTopics(TopicCollection.ofTopicIds(List.of(nobodys))).allTopicIds()))
        .isInstanceOf(UnknownTopicIdException.class);
  }

  @Test
  void topicsThatCannotBeMadeAreRefusedOneByOne() throws Exception {
    admin.createTopics(List.of(new NewTopic("exists", 1, (short) 1))).all().get();

    var results =
        admin
            .createTopics(
                List.of(
                    new NewTopic("exists", 1, (short) 1),
                    new NewTopic("bad name", 1, (short) 1),
                    new NewTopic("no-partitions", 0, (short) 1),
                    new NewTopic("too-many-replicas", 1, (short) 2),
                    new NewTopic("bad-config", 1, (short) 1).configs(Map.of("no.such.key", "1")),
                    new NewTopic("bad-value", 1, (short) 1).configs(Map.of("retention.ms", "x")),
                    new NewTopic("bad-assignment", Map.of(0, List.of(7))),
                    new NewTopic("assigned", Map.of(0, List.of(0), 1, List.of(0))),
                    new NewTopic("fine", 1, (short) 1)))
            .values();

    assertThat(causeOf(at(results, "exists"))).isInstanceOf(TopicExistsException.class);
    assertThat(causeOf(at(results, "bad name"))).isInstanceOf(InvalidTopicException.class);
    assertThat(causeOf(at(results, "no-partitions")))
        .isInstanceOf(InvalidPartitionsException.class);
    assertThat(causeOf(at(results, "too-many-replicas")))
        .isInstanceOf(InvalidReplicationFactorException.class);
    assertThat(causeOf(at(results, "bad-config")))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThat(causeOf(at(results, "bad-value"))).isInstanceOf(InvalidConfigurationException.class);
    assertThat(causeOf(at(results, "bad-assignment")))
        .isInstanceOf(InvalidReplicaAssignmentException.class);
    at(results, "assigned").get();
    at(results, "fine").get();
    assertThat(describe("assigned").partitions()).hasSize(2);
  }

  @Test
  void aTopicThatIsOnlyCheckedIsNotMade() throws Exception {
    var checked =
        admin.createTopics(
            List.of(new NewTopic("checked", 4, (short) 1)),
            new CreateTopicsOptions().validateOnly(true));

    assertThat(checked.numPartitions("checked").get()).isEqualTo(4);
    assertThat(admin.listTopics().names().get()).doesNotContain("checked");
  }

  @Test
  void topicsAreDeletedByNameAndById() throws Exception {
    Uuid id =
        admin
            .createTopics(
                List.of(new NewTopic("by-id", 1, (short) 1), new NewTopic("by-name", 1, (short) 1)))
            .topicId("by-id")
            .get();

    admin.deleteTopics(List.of("by-name")).all().get();
    admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get();

    assertThat(admin.listTopics().names().get()).doesNotContain("by-name", "by-id");
    assertThat(causeOf(admin.deleteTopics(List.of("by-name")).all()))
        .isInstanceOf(UnknownTopicOrPartitionException.class);
    assertThat(causeOf(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all()))
        .isInstanceOf(UnknownTopicIdException.class);
    assertThat(causeOf(admin.describeTopics(List.of("by-name")).allTopicNames()))
        .isInstanceOf(UnknownTopicOrPartitionException.class);
  }

  @Test
  void clientsGoOnWithATopicThatWasDeletedAndMadeAgain() throws Exception {
    broker.createTopic("again", 1, Map.of());
    Map<String, Object> quick = Map.of("metadata.max.age.ms", 300, "retry.backoff.ms", 20);

    try (var producer = broker.producer(quick);
        var consumer = broker.consumer(quick)) {
      producer.send(new ProducerRecord<>("again", 0, "k", "old")).get();
      consumer.assign(List.of(new TopicPartition("again", 0)));
      assertThat(read(consumer, 1).getFirst().value()).isEqualTo("old");

      admin.deleteTopics(List.of("again")).all().get();
      broker.createTopic("again", 1, Map.of());

      // The first tries may still name the topic that is gone.
      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() ->
              producer.send(new ProducerRecord<>("again", 0, "k", "new")).get().offset() >= 0);
      consumer.seekToBeginning(consumer.assignment());
      assertThat(read(consumer, 1).getFirst().value()).isEqualTo("new");
    }
  }

  @Test
  void aProducerUsesNewPartitionsWithoutAPause() throws Exception {
    broker.createTopic("grows", 1, Map.of());

    try (var producer = broker.producer(Map.of("metadata.max.age.ms", 200))) {
      assertThat(producer.send(new ProducerRecord<>("grows", "k", "v")).get().partition()).isZero();
      admin.createPartitions(Map.of("grows", NewPartitions.increaseTo(4))).all().get();
      int[] number = {0};
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> {
            number[0]++;
            return producer
                    .send(new ProducerRecord<>("grows", "key-" + number[0], "v"))
                    .get()
                    .partition()
                > 0;
          });
    }
    assertThat(describe("grows").partitions()).hasSize(4);
    assertThat(causeOf(admin.createPartitions(Map.of("grows", NewPartitions.increaseTo(2))).all()))
        .isInstanceOf(InvalidPartitionsException.class);
    assertThat(
            causeOf(admin.createPartitions(Map.of("missing", NewPartitions.increaseTo(2))).all()))
        .isInstanceOf(UnknownTopicOrPartitionException.class);
  }

  @Test
  void deletedRecordsAreGoneForEveryReader() throws Exception {
    broker.createTopic("emptied", 1, Map.of());
    fill("emptied", 20);
    TopicPartition partition = new TopicPartition("emptied", 0);

    var deleted = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(7)));

    assertThat(at(deleted.lowWatermarks(), partition).get().lowWatermark()).isEqualTo(7);
    try (var consumer = broker.consumer(Map.of())) {
      consumer.assign(List.of(partition));
      assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 7L);
      assertThat(read(consumer, 13).getFirst().offset()).isEqualTo(7);
    }
    assertThat(
            causeOf(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(21))).all()))
        .isInstanceOf(OffsetOutOfRangeException.class);
    assertThat(
            at(
                    admin
                        .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1)))
                        .lowWatermarks(),
                    partition)
                .get()
                .lowWatermark())
        .isEqualTo(20);
  }

  @Test
  void recordsOfATopicThatIsOnlyCompactedAreNotDeleted() throws Exception {
    broker.createTopic("only-compacted", 1, Map.of("cleanup.policy", "compact"));
    TopicPartition partition = new TopicPartition("only-compacted", 0);

    assertThat(
            causeOf(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(0))).all()))
        .isInstanceOf(PolicyViolationException.class);
  }

  @Test
  void aClientNeitherWritesNorDeletesTheOffsetsOfGroups() throws Exception {
    try (var consumer = broker.consumer(Map.of("group.id", "some-group"))) {
      consumer.committed(Set.of(new TopicPartition("any", 0)));
    }
    TopicPartition partition = new TopicPartition("__consumer_offsets", 0);

    try (var producer = broker.producer(Map.of())) {
      assertThat(causeOf(producer.send(new ProducerRecord<>("__consumer_offsets", 0, "k", "v"))))
          .isInstanceOf(InvalidTopicException.class);
    }
    assertThat(
            causeOf(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(0))).all()))
        .isInstanceOf(InvalidTopicException.class);
  }

  @Test
  void offsetsAreListedByEverySpec() throws Exception {
    broker.createTopic("specs", 1, Map.of());
    TopicPartition partition = new TopicPartition("specs", 0);
    try (var producer = broker.producer(Map.of())) {
      for (long time : new long[] {10, 30, 20}) {
        producer.send(new ProducerRecord<>("specs", 0, time, null, "v")).get();
      }
    }

    assertThat(listed(partition, OffsetSpec.earliest()).offset()).isZero();
    assertThat(listed(partition, OffsetSpec.latest()).offset()).isEqualTo(3);
    assertThat(listed(partition, OffsetSpec.maxTimestamp()).offset()).isEqualTo(1);
    assertThat(listed(partition, OffsetSpec.maxTimestamp()).timestamp()).isEqualTo(30);
    assertThat(listed(partition, OffsetSpec.forTimestamp(15)).offset()).isEqualTo(1);
    assertThat(listed(partition, OffsetSpec.forTimestamp(31)).offset()).isEqualTo(-1);
    assertThat(listed(partition, OffsetSpec.earliestLocal()).offset()).isZero();
    assertThat(listed(partition, OffsetSpec.latestTiered()).offset()).isEqualTo(-1);
    assertThat(listed(partition, OffsetSpec.earliestPendingUpload()).offset()).isEqualTo(-1);
    assertThat(listed(partition, OffsetSpec.earliest()).leaderEpoch()).hasValue(0);
  }

  private static ListOffsetsResultInfo listed(TopicPartition partition, OffsetSpec spec)
      throws Exception {
    return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get();
  }

  @Test
  void theProducersOfAPartitionAreDescribed() throws Exception {
    broker.createTopic("written", 1, Map.of());
    TopicPartition partition = new TopicPartition("written", 0);
    fill("written", 5);

    List<ProducerState> producers =
        admin
            .describeProducers(List.of(partition))
            .partitionResult(partition)
            .get()
            .activeProducers();

    assertThat(producers).hasSize(1);
    ProducerState producer = producers.getFirst();
    assertThat(producer.producerId()).isNotNegative();
    assertThat(producer.producerEpoch()).isZero();
    assertThat(producer.lastSequence()).isEqualTo(4);
    assertThat(producer.lastTimestamp()).isEqualTo(4);
    assertThat(producer.currentTransactionStartOffset()).isEmpty();
  }

  @Test
  void theClusterIsDescribed() throws Exception {
    var cluster = admin.describeCluster();

    assertThat(cluster.clusterId().get()).hasSize(22);
    assertThat(cluster.controller().get().id()).isZero();
    Collection<org.apache.kafka.common.Node> nodes = cluster.nodes().get();
    assertThat(nodes).hasSize(1);
    assertThat(nodes.iterator().next().port()).isEqualTo(broker.port());
  }

  @Test
  void theLogDirectoriesAreDescribed() throws Exception {
    broker.createTopic("placed", 2, Map.of());
    fill("placed", 10);

    var directories = at(admin.describeLogDirs(List.of(0)).allDescriptions().get(), 0);

    assertThat(directories).hasSize(1);
    var directory = directories.values().iterator().next();
    assertThat(directory.error()).isNull();
    assertThat(directory.totalBytes().getAsLong()).isPositive();
    assertThat(at(directory.replicaInfos(), new TopicPartition("placed", 0)).size()).isPositive();
    assertThat(at(directory.replicaInfos(), new TopicPartition("placed", 1)).size()).isZero();
    assertThat(at(directory.replicaInfos(), new TopicPartition("placed", 0)).offsetLag()).isZero();
  }

  @Test
  void manyTopicsAreDescribedPageByPage() throws Exception {
    List<String> names = IntStream.range(0, 40).mapToObj(i -> "page-" + i).toList();
    admin
        .createTopics(names.stream().map(name -> new NewTopic(name, 2, (short) 1)).toList())
        .all()
        .get();

    var described =
        admin
            .describeTopics(
                names,
                new org.apache.kafka.clients.admin.DescribeTopicsOptions()
                    .partitionSizeLimitPerResponse(7))
            .allTopicNames()
            .get();

    assertThat(described.keySet()).containsExactlyInAnyOrderElementsOf(names);
    assertThat(described.values()).allMatch(topic -> topic.partitions().size() == 2);
  }

  @Test
  void theTopicOfOffsetsIsInternal() throws Exception {
    try (var consumer = broker.consumer(Map.of("group.id", "some-group"))) {
      consumer.committed(Set.of(new TopicPartition("any", 0)));
    }

    assertThat(admin.listTopics().names().get()).doesNotContain("__consumer_offsets");
    assertThat(admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get())
        .contains("__consumer_offsets");
    assertThat(describe("__consumer_offsets").isInternal()).isTrue();
    assertThat(describe("__consumer_offsets").partitions()).hasSize(4);
  }

  @Test
  void whatIsNotServedIsSaidToBeUnsupported() {
    assertThatThrownBy(() -> admin.listTransactions().all().get())
        .hasCauseInstanceOf(UnsupportedVersionException.class);
    assertThatThrownBy(() -> admin.describeUserScramCredentials().all().get())
        .hasCauseInstanceOf(UnsupportedVersionException.class);
  }
}
