package org.stoker.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignmentCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.DescribeProducersResponse;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.records.BatchBuilder;
import org.stoker.records.Compression;

/** Requests that the official client never sends, answered as Kafka answers them. */
final class OddRequestsIT {
  private static final int PATIENCE_MS = 20_000;

  private static RunningBroker broker;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker = RunningBroker.in(directory).start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private static <R extends AbstractResponse> R ask(
      Class<R> kind, ApiKeys key, int version, ApiMessage request) throws Exception {
    try (var connection = new RawConnection(broker.port())) {
      return connection.ask(kind, key, (short) version, request);
    }
  }

  // ---- Endpoints.

  @Test
  void aBrokerDescribesNoControllersAndNoEndpointsThatItDoesNotKnow() throws Exception {
    var ofControllers = describeCluster(2);
    assertThat(Errors.forCode(ofControllers.errorCode()))
        .isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE);
    assertThat(ofControllers.errorMessage())
        .isEqualTo(
            "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type"
                + " CONTROLLER");
    for (int unknown : List.of(0, 3)) {
      var answer = describeCluster(unknown);
      assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.UNSUPPORTED_ENDPOINT_TYPE);
      assertThat(answer.errorMessage()).isEqualTo("Unsupported endpoint type " + unknown);
    }
  }

  private static DescribeClusterResponseData describeCluster(int endpointType) throws Exception {
    return ask(
            DescribeClusterResponse.class,
            ApiKeys.DESCRIBE_CLUSTER,
            2,
            new DescribeClusterRequestData().setEndpointType((byte) endpointType))
        .data();
  }

  // ---- Names and cursors.

  private static DescribeTopicPartitionsResponse describe(@Nullable Cursor from, String... topics)
      throws Exception {
    return ask(
        DescribeTopicPartitionsResponse.class,
        ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
        0,
        new DescribeTopicPartitionsRequestData()
            .setTopics(Stream.of(topics).map(name -> new TopicRequest().setName(name)).toList())
            .setResponsePartitionLimit(100)
            .setCursor(from));
  }

  private static List<Errors> errorsOf(DescribeTopicPartitionsResponse answer) {
    return answer.data().topics().stream().map(topic -> Errors.forCode(topic.errorCode())).toList();
  }

  @Test
  void illegalNamesOfTopicsToDescribeAreNotMerelyUnknown() throws Exception {
    assertThat(errorsOf(describe(null, "a b", "unknown")))
        .containsExactly(Errors.INVALID_TOPIC_EXCEPTION, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    var asked = new DescribeProducersRequestData.TopicRequestCollection();
    for (String name : List.of("a b", "unknown")) {
      asked.add(
          new DescribeProducersRequestData.TopicRequest()
              .setName(name)
              .setPartitionIndexes(List.of(0)));
    }
    DescribeProducersResponse producers =
        ask(
            DescribeProducersResponse.class,
            ApiKeys.DESCRIBE_PRODUCERS,
            0,
            new DescribeProducersRequestData().setTopics(asked));
    assertThat(producers.data().topics())
        .flatExtracting(topic -> topic.partitions())
        .extracting(partition -> Errors.forCode(partition.errorCode()))
        .containsExactly(Errors.INVALID_TOPIC_EXCEPTION, Errors.UNKNOWN_TOPIC_OR_PARTITION);
  }

  @Test
  void aCursorThatPointsNowhereIsAnInvalidRequest() throws Exception {
    broker.createTopic("pointed-at", 2, Map.of());

    assertThat(errorsOf(describe(cursor("pointed-at", -1), "pointed-at")))
        .containsExactly(Errors.INVALID_REQUEST);
    assertThat(errorsOf(describe(cursor("other", 0), "pointed-at")))
        .containsExactly(Errors.INVALID_REQUEST);
    assertThat(errorsOf(describe(cursor("pointed-at", 1), "pointed-at")))
        .containsExactly(Errors.NONE);
  }

  private static Cursor cursor(String topic, int partition) {
    return new Cursor().setTopicName(topic).setPartitionIndex(partition);
  }

  // ---- Topics.

  @Test
  void aPartitionThatIsAssignedTwiceIsNotMade() throws Exception {
    var assignments = new CreatableReplicaAssignmentCollection();
    for (int partition : List.of(0, 1, 0)) {
      assignments.add(
          new CreatableReplicaAssignment().setPartitionIndex(partition).setBrokerIds(List.of(0)));
    }
    var topics = new CreatableTopicCollection();
    topics.add(
        new CreatableTopic()
            .setName("assigned-twice")
            .setNumPartitions(-1)
            .setReplicationFactor((short) -1)
            .setAssignments(assignments));

    CreateTopicsResponse answer =
        ask(
            CreateTopicsResponse.class,
            ApiKeys.CREATE_TOPICS,
            7,
            new CreateTopicsRequestData().setTimeoutMs(PATIENCE_MS).setTopics(topics));

    assertThat(answer.data().topics())
        .extracting(CreatableTopicResult::name, result -> Errors.forCode(result.errorCode()))
        .containsExactly(tuple("assigned-twice", Errors.INVALID_REPLICA_ASSIGNMENT));
  }

  @Test
  void aTopicIsMadeForWhoeverDoesNotWait() throws Exception {
    var topics = new CreatableTopicCollection();
    topics.add(
        new CreatableTopic()
            .setName("impatient")
            .setNumPartitions(1)
            .setReplicationFactor((short) 1));

    CreateTopicsResponse answer =
        ask(
            CreateTopicsResponse.class,
            ApiKeys.CREATE_TOPICS,
            7,
            new CreateTopicsRequestData().setTimeoutMs(0).setTopics(topics));

    assertThat(answer.data().topics())
        .extracting(result -> Errors.forCode(result.errorCode()))
        .containsExactly(Errors.NONE);
  }

  // ---- Records.

  @Test
  void recordsAreDeletedForWhoeverDoesNotWait() throws Exception {
    broker.createTopic("shortened-at-once", 1, Map.of());
    try (var producer = broker.producer(Map.of())) {
      for (int i = 0; i < 3; i++) {
        producer.send(new ProducerRecord<>("shortened-at-once", "record " + i)).get();
      }
    }

    DeleteRecordsResponse answer =
        ask(
            DeleteRecordsResponse.class,
            ApiKeys.DELETE_RECORDS,
            2,
            new DeleteRecordsRequestData()
                .setTimeoutMs(0)
                .setTopics(
                    List.of(
                        new DeleteRecordsTopic()
                            .setName("shortened-at-once")
                            .setPartitions(
                                List.of(
                                    new DeleteRecordsPartition()
                                        .setPartitionIndex(0)
                                        .setOffset(2))))));

    assertThat(answer.data().topics().find("shortened-at-once").partitions())
        .extracting(result -> Errors.forCode(result.errorCode()), result -> result.lowWatermark())
        .containsExactly(tuple(Errors.NONE, 2L));
  }

  private static Errors produce(int version, ByteBuffer batch) throws Exception {
    try (var admin = broker.admin()) {
      Uuid id =
          requireNonNull(
                  admin
                      .describeTopics(List.of("odd-batches"))
                      .allTopicNames()
                      .get()
                      .get("odd-batches"))
              .topicId();
      var data = new TopicProduceDataCollection();
      data.add(
          new TopicProduceData()
              .setName(version < 13 ? "odd-batches" : "")
              .setTopicId(version < 13 ? Uuid.ZERO_UUID : id)
              .setPartitionData(
                  List.of(
                      new PartitionProduceData()
                          .setIndex(0)
                          .setRecords(MemoryRecords.readableRecords(batch)))));
      ProduceResponse answer =
          ask(
              ProduceResponse.class,
              ApiKeys.PRODUCE,
              version,
              new ProduceRequestData().setAcks((short) 1).setTopicData(data));
      return Errors.forCode(
          answer.data().responses().iterator().next().partitionResponses().getFirst().errorCode());
    }
  }

  private static ByteBuffer batch() {
    var batch = BatchBuilder.of(Compression.NONE);
    batch.append(0, null, "record".getBytes(StandardCharsets.UTF_8));
    return batch.build();
  }

  /** A batch whose attributes say something else, with the right checksum. */
  private static ByteBuffer batchWithAttributes(int attributes) {
    ByteBuffer bytes = batch();
    bytes.putShort(21, (short) attributes);
    var crc = new CRC32C();
    crc.update(bytes.slice(21, bytes.limit() - 21));
    bytes.putInt(17, (int) crc.getValue());
    return bytes;
  }

  @Test
  void batchesThatAreWrongAreToldApartAtEveryVersion() throws Exception {
    broker.createTopic("odd-batches", 1, Map.of());
    ByteBuffer cut = batch();
    cut.limit(cut.limit() - 1);
    ByteBuffer wrongCrc = batch();
    wrongCrc.putInt(17, 0);
    ByteBuffer two = ByteBuffer.allocate(2 * batch().limit()).put(batch()).put(batch()).flip();

    for (int version :
        IntStream.rangeClosed(ApiKeys.PRODUCE.oldestVersion(), ApiKeys.PRODUCE.latestVersion())
            .toArray()) {
      assertThat(produce(version, cut)).as("cut, v%d", version).isEqualTo(Errors.INVALID_RECORD);
      assertThat(produce(version, two)).as("two, v%d", version).isEqualTo(Errors.INVALID_RECORD);
      assertThat(produce(version, batchWithAttributes(0x20)))
          .as("control, v%d", version)
          .isEqualTo(Errors.INVALID_RECORD);
      assertThat(produce(version, ByteBuffer.allocate(0)))
          .as("empty, v%d", version)
          .isEqualTo(Errors.INVALID_RECORD);
      assertThat(produce(version, batchWithAttributes(7)))
          .as("codec, v%d", version)
          .isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
      assertThat(produce(version, batchWithAttributes(0x10)))
          .as("transactional, v%d", version)
          .isEqualTo(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      assertThat(produce(version, wrongCrc))
          .as("crc, v%d", version)
          .isEqualTo(Errors.CORRUPT_MESSAGE);
    }
  }

  // ---- Groups.

  @Test
  void offsetsOfPartitionsThatDoNotExistAreNotDeleted() throws Exception {
    broker.createTopic("forgotten", 1, Map.of());
    try (var admin = broker.admin()) {
      admin
          .alterConsumerGroupOffsets(
              "forgets", Map.of(new TopicPartition("forgotten", 0), new OffsetAndMetadata(0)))
          .all()
          .get();
    }
    var topics = new OffsetDeleteRequestTopicCollection();
    for (String name : List.of("forgotten", "never-there")) {
      topics.add(
          new OffsetDeleteRequestTopic()
              .setName(name)
              .setPartitions(
                  Stream.of(0, 1)
                      .map(index -> new OffsetDeleteRequestPartition().setPartitionIndex(index))
                      .toList()));
    }

    OffsetDeleteResponse answer =
        ask(
            OffsetDeleteResponse.class,
            ApiKeys.OFFSET_DELETE,
            0,
            new OffsetDeleteRequestData().setGroupId("forgets").setTopics(topics));

    assertThat(answer.data().topics().find("forgotten").partitions())
        .extracting(
            OffsetDeleteResponsePartition::partitionIndex,
            partition -> Errors.forCode(partition.errorCode()))
        .containsExactlyInAnyOrder(
            tuple(0, Errors.NONE), tuple(1, Errors.UNKNOWN_TOPIC_OR_PARTITION));
    assertThat(answer.data().topics().find("never-there").partitions())
        .extracting(partition -> Errors.forCode(partition.errorCode()))
        .containsOnly(Errors.UNKNOWN_TOPIC_OR_PARTITION);
  }

  @Test
  void offsetsAreToldInTheOrderInWhichTheyAreAskedForAndUnknownIdsLast() throws Exception {
    broker.createTopic("asked-second", 1, Map.of());
    broker.createTopic("asked-first", 1, Map.of());
    Uuid unknown = new Uuid(7, 7);
    Map<String, Uuid> ids;
    try (var admin = broker.admin()) {
      admin.listConsumerGroupOffsets("ordered").all().get();
      var described =
          admin.describeTopics(List.of("asked-second", "asked-first")).allTopicNames().get();
      ids =
          Map.of(
              "second", requireNonNull(described.get("asked-second")).topicId(),
              "first", requireNonNull(described.get("asked-first")).topicId());
    }

    OffsetFetchResponse answer =
        ask(
            OffsetFetchResponse.class,
            ApiKeys.OFFSET_FETCH,
            10,
            new OffsetFetchRequestData()
                .setGroups(
                    List.of(
                        new OffsetFetchRequestGroup()
                            .setGroupId("ordered")
                            .setTopics(
                                Stream.of(ids.get("first"), unknown, ids.get("second"))
                                    .map(id ->
                                        new OffsetFetchRequestTopics()
                                            .setTopicId(id)
                                            .setPartitionIndexes(List.of(0)))
                                    .toList()))));

    assertThat(answer.data().groups().getFirst().topics())
        .extracting(OffsetFetchResponseTopics::topicId)
        .containsExactly(ids.get("first"), ids.get("second"), unknown);
  }

  @Test
  void offsetsAreFoundAfterARestartAlthoughTheTopicOfOffsetsHasGrownBefore() throws Exception {
    broker.createTopic("grouped", 1, Map.of());
    var partition = new TopicPartition("grouped", 0);
    try (var admin = broker.admin()) {
      // So that the topic is there.
      admin.listConsumerGroupOffsets("before").all().get();
      admin.createPartitions(Map.of("__consumer_offsets", NewPartitions.increaseTo(9))).all().get();

      for (int i = 0; i < 20; i++) {
        admin
            .alterConsumerGroupOffsets("after-" + i, Map.of(partition, new OffsetAndMetadata(i)))
            .all()
            .get();
      }
    }

    broker.restart();

    try (var admin = broker.admin()) {
      for (int i = 0; i < 20; i++) {
        assertThat(
                requireNonNull(
                        admin
                            .listConsumerGroupOffsets("after-" + i)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .get(partition))
                    .offset())
            .isEqualTo(i);
      }
    }
  }
}
