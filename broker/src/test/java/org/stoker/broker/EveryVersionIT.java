package org.stoker.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.apache.kafka.common.requests.DescribeProducersResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.UpdateFeaturesResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked in an old version is answered as a client of that time expects it. */
final class EveryVersionIT {
  private static RunningBroker broker;
  private static Uuid topicId;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker = RunningBroker.in(directory).with("auto.create.topics.enable", "false").start();
    broker.createTopic("topic", 1, Map.of());
    try (var producer = broker.producer(Map.of())) {
      for (int i = 0; i < 3; i++) {
        producer.send(new ProducerRecord<>("topic", 0, 5L + i, "k", "v" + i)).get();
      }
    }
    try (var admin = broker.admin()) {
      topicId =
          RunningBroker.at(admin.describeTopics(List.of("topic")).allTopicNames().get(), "topic")
              .topicId();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private static RawConnection connect() throws Exception {
    return new RawConnection(broker.port());
  }

  private static List<Short> versionsOf(ApiKeys key) {
    return IntStream.rangeClosed(key.oldestVersion(), key.latestVersion(false))
        .mapToObj(version -> (short) version)
        .toList();
  }

  @Test
  void everyVersionOfMetadataKnowsAllTopicsOneAndNone() throws Exception {
    try (RawConnection connection = connect()) {
      for (short version : versionsOf(ApiKeys.METADATA)) {
        var all = new MetadataRequestData().setTopics(version == 0 ? List.of() : null);
        assertThat(metadata(connection, version, all))
            .as("all, version %d", version)
            .anyMatch(topic -> "topic".equals(topic.name()) && topic.errorCode() == 0);
        if (version > 0) {
          var none = new MetadataRequestData().setTopics(List.of());
          assertThat(metadata(connection, version, none)).as("none, version %d", version).isEmpty();
        }
        var missing =
            new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setName("missing")));
        assertThat(metadata(connection, version, missing).getFirst().errorCode())
            .as("missing, version %d", version)
            .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
      }
    }
  }

  @Test
  void metadataByIdIsForVersionsThatReadIds() throws Exception {
    try (RawConnection connection = connect()) {
      for (short version = 10; version <= ApiKeys.METADATA.latestVersion(); version++) {
        for (String name : new String[] {"", "topic"}) {
          var byId =
              new MetadataRequestData()
                  .setTopics(List.of(new MetadataRequestTopic().setTopicId(topicId).setName(name)));
          MetadataResponseTopic answer = metadata(connection, version, byId).getFirst();
          assertThat(answer.errorCode())
              .as("version %d", version)
              .isEqualTo((version < 12 ? Errors.INVALID_REQUEST : Errors.NONE).code());
        }
      }
      var unknown =
          new MetadataRequestData()
              .setTopics(
                  List.of(new MetadataRequestTopic().setTopicId(new Uuid(1, 2)).setName(null)));
      MetadataResponseTopic answer = metadata(connection, (short) 12, unknown).getFirst();
      assertThat(answer.errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
      assertThat(answer.topicId()).isEqualTo(new Uuid(1, 2));
      assertThat(answer.name()).isNull();
    }
  }

  private static List<MetadataResponseTopic> metadata(
      RawConnection connection, short version, MetadataRequestData request) throws Exception {
    return new ArrayList<>(
        connection.ask(MetadataResponse.class, ApiKeys.METADATA, version, request).data().topics());
  }

  @Test
  void everyVersionOfFetchBringsRecordsAndSaysWhatIsMissing() throws Exception {
    try (RawConnection connection = connect()) {
      for (short version : versionsOf(ApiKeys.FETCH)) {
        FetchResponseData.PartitionData found =
            fetch(
                connection,
                version,
                new FetchRequestData.FetchTopic().setTopic("topic").setTopicId(topicId),
                1);
        assertThat(found.errorCode()).as("version %d", version).isZero();
        assertThat(found.highWatermark()).isEqualTo(3);
        assertThat(FetchResponse.recordsSize(found)).as("version %d", version).isPositive();

        FetchResponseData.PartitionData missing =
            fetch(
                connection,
                version,
                new FetchRequestData.FetchTopic().setTopic("missing").setTopicId(new Uuid(1, 2)),
                0);
        assertThat(missing.errorCode())
            .as("version %d", version)
            .isEqualTo(
                (version < 13 ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID)
                    .code());

        FetchResponseData.PartitionData beyond =
            fetch(
                connection,
                version,
                new FetchRequestData.FetchTopic().setTopic("topic").setTopicId(topicId),
                4);
        assertThat(beyond.errorCode())
            .as("version %d", version)
            .isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
      }
    }
  }

  private static FetchResponseData.PartitionData fetch(
      RawConnection connection, short version, FetchRequestData.FetchTopic topic, long offset)
      throws Exception {
    var partition =
        new FetchRequestData.FetchPartition()
            .setPartition(0)
            .setFetchOffset(offset)
            .setPartitionMaxBytes(1_000_000);
    var request =
        new FetchRequestData()
            .setMaxWaitMs(0)
            .setMaxBytes(1_000_000)
            .setSessionId(0)
            .setSessionEpoch(-1)
            .setTopics(List.of(topic.setPartitions(List.of(partition))));
    var answer = connection.ask(FetchResponse.class, ApiKeys.FETCH, version, request).data();
    assertThat(answer.errorCode()).isZero();
    return answer.responses().getFirst().partitions().getFirst();
  }

  @Test
  void everyVersionOfListOffsetsFindsTimes() throws Exception {
    try (RawConnection connection = connect()) {
      for (short version : versionsOf(ApiKeys.LIST_OFFSETS)) {
        assertThat(offset(connection, version, 6)).as("version %d", version).isEqualTo(1);
        assertThat(offset(connection, version, -1)).as("version %d", version).isEqualTo(3);
        assertThat(offset(connection, version, -2)).as("version %d", version).isZero();
      }
    }
  }

  private static long offset(RawConnection connection, short version, long time) throws Exception {
    var partition =
        new ListOffsetsRequestData.ListOffsetsPartition().setPartitionIndex(0).setTimestamp(time);
    var topic =
        new ListOffsetsRequestData.ListOffsetsTopic()
            .setName("topic")
            .setPartitions(List.of(partition));
    var request = new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(topic));
    return connection
        .ask(ListOffsetsResponse.class, ApiKeys.LIST_OFFSETS, version, request)
        .topics()
        .getFirst()
        .partitions()
        .getFirst()
        .offset();
  }

  @Test
  void everyVersionOfFindCoordinatorFindsAGroupsAndRefusesOthers() throws Exception {
    try (RawConnection connection = connect()) {
      for (short version : versionsOf(ApiKeys.FIND_COORDINATOR)) {
        Coordinator ofGroup = coordinator(connection, version, (byte) 0, "group");
        assertThat(ofGroup.errorCode()).as("version %d", version).isZero();
        assertThat(ofGroup.port()).isEqualTo(broker.port());
        if (version > 0) {
          assertThat(coordinator(connection, version, (byte) 9, "x").errorCode())
              .as("version %d", version)
              .isEqualTo(Errors.INVALID_REQUEST.code());
        }
      }
    }
  }

  private static Coordinator coordinator(
      RawConnection connection, short version, byte type, String key) throws Exception {
    var request = new FindCoordinatorRequestData().setKeyType(type);
    if (version >= 4) {
      request.setCoordinatorKeys(List.of(key));
    } else {
      request.setKey(key);
    }
    return connection
        .ask(FindCoordinatorResponse.class, ApiKeys.FIND_COORDINATOR, version, request)
        .coordinators()
        .getFirst();
  }

  @Test
  void everyVersionOfOffsetFetchReadsWhatEveryVersionOfOffsetCommitWrote() throws Exception {
    try (RawConnection connection = connect()) {
      // Makes the topic of offsets; its coordinator begins a moment later.
      coordinator(connection, (short) 4, (byte) 0, "any");
      Awaitility.await().until(() -> commit(connection, (short) 2, 0) == 0);
      long offset = 0;
      for (short commitVersion : versionsOf(ApiKeys.OFFSET_COMMIT)) {
        offset++;
        assertThat(commit(connection, commitVersion, offset))
            .as("commit version %d", commitVersion)
            .isZero();
        for (short fetchVersion : versionsOf(ApiKeys.OFFSET_FETCH)) {
          assertThat(committed(connection, fetchVersion))
              .as("commit version %d, fetch version %d", commitVersion, fetchVersion)
              .isEqualTo(offset);
        }
      }
    }
  }

  private static short commit(RawConnection connection, short version, long offset)
      throws Exception {
    var partition =
        new OffsetCommitRequestData.OffsetCommitRequestPartition()
            .setPartitionIndex(0)
            .setCommittedOffset(offset)
            .setCommittedMetadata("m");
    var topic =
        new OffsetCommitRequestData.OffsetCommitRequestTopic()
            .setName("topic")
            .setTopicId(topicId)
            .setPartitions(List.of(partition));
    var request = new OffsetCommitRequestData().setGroupId("by-version").setTopics(List.of(topic));
    return connection
        .ask(OffsetCommitResponse.class, ApiKeys.OFFSET_COMMIT, version, request)
        .data()
        .topics()
        .getFirst()
        .partitions()
        .getFirst()
        .errorCode();
  }

  private static long committed(RawConnection connection, short version) throws Exception {
    var request = new OffsetFetchRequestData();
    if (version < 8) {
      request
          .setGroupId("by-version")
          .setTopics(
              List.of(
                  new OffsetFetchRequestData.OffsetFetchRequestTopic()
                      .setName("topic")
                      .setPartitionIndexes(List.of(0))));
    } else {
      request.setGroups(
          List.of(
              new OffsetFetchRequestData.OffsetFetchRequestGroup()
                  .setGroupId("by-version")
                  .setTopics(
                      List.of(
                          new OffsetFetchRequestData.OffsetFetchRequestTopics()
                              .setName("topic")
                              .setTopicId(topicId)
                              .setPartitionIndexes(List.of(0))))));
    }
    OffsetFetchResponse answer =
        connection.ask(OffsetFetchResponse.class, ApiKeys.OFFSET_FETCH, version, request);
    return version < 8
        ? answer.data().topics().getFirst().partitions().getFirst().committedOffset()
        : answer
            .data()
            .groups()
            .getFirst()
            .topics()
            .getFirst()
            .partitions()
            .getFirst()
            .committedOffset();
  }

  @Test
  void everyVersionOfDescribeGroupsSaysWhenThereIsNoSuchGroup() throws Exception {
    try (RawConnection connection = connect()) {
      coordinator(connection, (short) 4, (byte) 0, "any");
      for (short version : versionsOf(ApiKeys.DESCRIBE_GROUPS)) {
        var request = new DescribeGroupsRequestData().setGroups(List.of("nobody"));
        Awaitility.await()
            .untilAsserted(() -> {
              var group =
                  connection
                      .ask(DescribeGroupsResponse.class, ApiKeys.DESCRIBE_GROUPS, version, request)
                      .data()
                      .groups()
                      .getFirst();
              assertThat(group.errorCode())
                  .as("version %d", version)
                  .isEqualTo((version < 6 ? Errors.NONE : Errors.GROUP_ID_NOT_FOUND).code());
              assertThat(group.groupState()).isEqualTo("Dead");
            });
      }
    }
  }

  @Test
  void everyVersionOfDeleteTopicsDeletes() throws Exception {
    try (RawConnection connection = connect()) {
      for (short version : versionsOf(ApiKeys.DELETE_TOPICS)) {
        String name = "deleted-by-" + version;
        broker.createTopic(name, 1, Map.of());
        for (Errors expected : List.of(Errors.NONE, Errors.UNKNOWN_TOPIC_OR_PARTITION)) {
          var request = new DeleteTopicsRequestData().setTimeoutMs(10_000);
          if (version < 6) {
            request.setTopicNames(List.of(name));
          } else {
            request.setTopics(
                List.of(new DeleteTopicsRequestData.DeleteTopicState().setName(name)));
          }
          var result =
              connection
                  .ask(DeleteTopicsResponse.class, ApiKeys.DELETE_TOPICS, version, request)
                  .data()
                  .responses()
                  .iterator()
                  .next();
          assertThat(result.errorCode()).as("version %d", version).isEqualTo(expected.code());
          assertThat(result.name()).isEqualTo(name);
        }
      }
    }
  }

  @Test
  void aTopicNamedTwiceInOneRequestIsRefused() throws Exception {
    try (RawConnection connection = connect()) {
      for (short version : versionsOf(ApiKeys.CREATE_TOPICS)) {
        var topics = new CreateTopicsRequestData.CreatableTopicCollection();
        for (int i = 0; i < 2; i++) {
          topics.mustAdd(
              new CreateTopicsRequestData.CreatableTopic()
                  .setName("twice")
                  .setNumPartitions(1)
                  .setReplicationFactor((short) 1));
        }
        var answer =
            connection.ask(
                CreateTopicsResponse.class,
                ApiKeys.CREATE_TOPICS,
                version,
                new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(10_000));
        assertThat(answer.data().topics()).as("version %d", version).hasSize(1);
        assertThat(answer.data().topics().iterator().next().errorCode())
            .isEqualTo(Errors.INVALID_REQUEST.code());
      }
    }
  }

  @Test
  void everyVersionOfProduceAppendsAndSaysWhatIsMissing() throws Exception {
    broker.createTopic("produced", 1, Map.of());
    Uuid id;
    try (var admin = broker.admin()) {
      id =
          RunningBroker.at(
                  admin.describeTopics(List.of("produced")).allTopicNames().get(), "produced")
              .topicId();
    }
    try (RawConnection connection = connect()) {
      long offset = 0;
      for (short version : versionsOf(ApiKeys.PRODUCE)) {
        var stored = produce(connection, version, "produced", id, (short) -1);
        assertThat(stored.errorCode()).as("version %d", version).isZero();
        assertThat(stored.baseOffset()).as("version %d", version).isEqualTo(offset++);
        assertThat(produce(connection, version, "missing", new Uuid(1, 2), (short) 1).errorCode())
            .as("version %d", version)
            .isEqualTo(
                (version < 13 ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID)
                    .code());
        assertThat(produce(connection, version, "produced", id, (short) 5).errorCode())
            .as("version %d", version)
            .isEqualTo(Errors.INVALID_REQUIRED_ACKS.code());
      }
    }
  }

  private static ProduceResponseData.PartitionProduceResponse produce(
      RawConnection connection, short version, String name, Uuid id, short acks) throws Exception {
    var partition =
        new ProduceRequestData.PartitionProduceData()
            .setIndex(0)
            .setRecords(
                MemoryRecords.withRecords(
                    Compression.NONE, new SimpleRecord("some value".getBytes(UTF_8))));
    var topics = new ProduceRequestData.TopicProduceDataCollection();
    topics.add(
        new ProduceRequestData.TopicProduceData()
            .setName(name)
            .setTopicId(id)
            .setPartitionData(List.of(partition)));
    var request = new ProduceRequestData().setAcks(acks).setTimeoutMs(10_000).setTopicData(topics);
    return connection
        .ask(ProduceResponse.class, ApiKeys.PRODUCE, version, request)
        .data()
        .responses()
        .iterator()
        .next()
        .partitionResponses()
        .getFirst();
  }

  @Test
  void theProducersOfAMissingPartitionAreNotKnown() throws Exception {
    var topic =
        new DescribeProducersRequestData.TopicRequest()
            .setName("topic")
            .setPartitionIndexes(List.of(0, 9));
    var topics = new DescribeProducersRequestData.TopicRequestCollection();
    topics.add(topic);
    try (RawConnection connection = connect()) {
      var partitions =
          connection
              .ask(
                  DescribeProducersResponse.class,
                  ApiKeys.DESCRIBE_PRODUCERS,
                  (short) 0,
                  new DescribeProducersRequestData().setTopics(topics))
              .data()
              .topics()
              .iterator()
              .next()
              .partitions();
      assertThat(partitions.getFirst().errorCode()).isZero();
      assertThat(partitions.getFirst().activeProducers()).hasSize(1);
      assertThat(partitions.getLast().errorCode())
          .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }
  }

  @Test
  void aBrokerDescribesItsOwnConfigurationOnly() throws Exception {
    try (RawConnection connection = connect()) {
      for (short version : versionsOf(ApiKeys.DESCRIBE_CONFIGS)) {
        for (String name : List.of("0", "7", "x")) {
          var resource =
              new DescribeConfigsRequestData.DescribeConfigsResource()
                  .setResourceType((byte) 4)
                  .setResourceName(name)
                  .setConfigurationKeys(List.of("log.dirs", "no.such.key"));
          var result =
              connection
                  .ask(
                      DescribeConfigsResponse.class,
                      ApiKeys.DESCRIBE_CONFIGS,
                      version,
                      new DescribeConfigsRequestData().setResources(List.of(resource)))
                  .data()
                  .results()
                  .getFirst();
          boolean isOurs = name.equals("0");
          assertThat(result.errorCode())
              .isEqualTo((isOurs ? Errors.NONE : Errors.INVALID_REQUEST).code());
          assertThat(result.configs()).hasSize(isOurs ? 1 : 0);
        }
      }
    }
  }

  @Test
  void everyVersionOfUpdateFeaturesChangesALevelOrSaysWhyNot() throws Exception {
    try (RawConnection connection = connect()) {
      for (short version : versionsOf(ApiKeys.UPDATE_FEATURES)) {
        UpdateFeaturesResponseData tooHigh = updateFeatures(connection, version, 2, false);
        assertThat(tooHigh.errorCode())
            .as("version %d", version)
            .isEqualTo(Errors.INVALID_UPDATE_VERSION.code());
        assertThat(tooHigh.errorMessage()).contains("only supports versions 0-1");
        assertThat(updateFeatures(connection, version, 0, false).errorMessage())
            .as("version %d", version)
            .contains("Can't downgrade the version of this feature");

        for (int level : new int[] {0, 1}) {
          UpdateFeaturesResponseData changed =
              updateFeatures(connection, version, level, level == 0);
          assertThat(changed.errorCode()).as("version %d", version).isZero();
          // Version 2 says nothing of single features any more.
          assertThat(changed.results()).as("version %d", version).hasSize(version < 2 ? 1 : 0);
          assertThat(changed.results())
              .allMatch(result ->
                  result.feature().equals("eligible.leader.replicas.version")
                      && result.errorCode() == 0);
        }
      }
    }
  }

  private static UpdateFeaturesResponseData updateFeatures(
      RawConnection connection, short version, int level, boolean isDowngrade) throws Exception {
    var update =
        new UpdateFeaturesRequestData.FeatureUpdateKey()
            .setFeature("eligible.leader.replicas.version")
            .setMaxVersionLevel((short) level);
    if (version == 0) {
      update.setAllowDowngrade(isDowngrade);
    } else {
      update.setUpgradeType((byte) (isDowngrade ? 2 : 1));
    }
    var updates = new UpdateFeaturesRequestData.FeatureUpdateKeyCollection();
    updates.add(update);
    var request = new UpdateFeaturesRequestData().setTimeoutMs(10_000).setFeatureUpdates(updates);
    return connection
        .ask(UpdateFeaturesResponse.class, ApiKeys.UPDATE_FEATURES, version, request)
        .data();
  }
}
