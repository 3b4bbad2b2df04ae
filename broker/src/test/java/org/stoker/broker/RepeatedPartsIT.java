package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopicCollection;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.apache.kafka.common.requests.DeleteGroupsResponse;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.apache.kafka.common.requests.ListOffsetsResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that name something more than once, which the official client never sends. */
final class RepeatedPartsIT {
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

  @Test
  void aPartitionWhoseOffsetIsListedTwiceGetsNeitherAnswer() throws Exception {
    broker.createTopic("listed", 2, Map.of());
    List<ListOffsetsPartition> partitions =
        Stream.of(0, 1, 0)
            .map(index -> new ListOffsetsPartition().setPartitionIndex(index).setTimestamp(-1))
            .toList();

    ListOffsetsResponse answer =
        ask(
            ListOffsetsResponse.class,
            ApiKeys.LIST_OFFSETS,
            7,
            new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(
                    List.of(new ListOffsetsTopic().setName("listed").setPartitions(partitions))));

    assertThat(answer.topics().getFirst().partitions())
        .extracting(partition -> Errors.forCode(partition.errorCode()))
        .containsExactly(Errors.INVALID_REQUEST, Errors.NONE, Errors.INVALID_REQUEST);
  }

  @Test
  void aTopicThatIsToBeDeletedTwiceStays() throws Exception {
    broker.createTopic("deleted-once", 1, Map.of());
    broker.createTopic("deleted-twice", 1, Map.of());
    broker.createTopic("deleted-by-both", 1, Map.of());
    Uuid id = idOf("deleted-by-both");

    DeleteTopicsResponse answer =
        ask(
            DeleteTopicsResponse.class,
            ApiKeys.DELETE_TOPICS,
            6,
            new DeleteTopicsRequestData()
                .setTimeoutMs(PATIENCE_MS)
                .setTopics(
                    List.of(
                        new DeleteTopicState().setName("deleted-twice"),
                        new DeleteTopicState().setName("deleted-once"),
                        new DeleteTopicState().setName("deleted-twice"),
                        new DeleteTopicState().setName("deleted-by-both"),
                        new DeleteTopicState().setName(null).setTopicId(id),
                        new DeleteTopicState().setName("both").setTopicId(id),
                        new DeleteTopicState().setName(null))));

    assertThat(answer.data().responses())
        .extracting(
            DeletableTopicResult::name,
            DeletableTopicResult::topicId,
            result -> Errors.forCode(result.errorCode()))
        .contains(
            tuple("deleted-twice", Uuid.ZERO_UUID, Errors.INVALID_REQUEST),
            tuple("deleted-by-both", id, Errors.INVALID_REQUEST),
            tuple("both", id, Errors.INVALID_REQUEST),
            tuple(null, Uuid.ZERO_UUID, Errors.INVALID_REQUEST))
        .hasSize(5);
    try (var admin = broker.admin()) {
      assertThat(admin.listTopics().names().get())
          .contains("deleted-twice", "deleted-by-both")
          .doesNotContain("deleted-once");
    }
  }

  private static Uuid idOf(String topic) throws Exception {
    try (var admin = broker.admin()) {
      return admin
          .describeTopics(List.of(topic))
          .allTopicNames()
          .get()
          .values()
          .iterator()
          .next()
          .topicId();
    }
  }

  @Test
  void aTopicThatIsToGrowTwiceDoesNotAndIsAnsweredOnce() throws Exception {
    broker.createTopic("grows", 1, Map.of());
    broker.createTopic("grows-twice", 1, Map.of());
    var topics = new CreatePartitionsTopicCollection();
    topics.add(new CreatePartitionsTopic().setName("grows-twice").setCount(2).setAssignments(null));
    topics.add(new CreatePartitionsTopic().setName("grows").setCount(2).setAssignments(null));
    topics.add(new CreatePartitionsTopic().setName("grows-twice").setCount(3).setAssignments(null));

    CreatePartitionsResponse answer =
        ask(
            CreatePartitionsResponse.class,
            ApiKeys.CREATE_PARTITIONS,
            3,
            new CreatePartitionsRequestData().setTimeoutMs(PATIENCE_MS).setTopics(topics));

    assertThat(answer.data().results())
        .extracting(CreatePartitionsTopicResult::name, result -> Errors.forCode(result.errorCode()))
        .containsExactlyInAnyOrder(
            tuple("grows", Errors.NONE), tuple("grows-twice", Errors.INVALID_REQUEST));
  }

  @Test
  void everyMentionOfAPartitionIsToldThatItsCommitWasRefused() throws Exception {
    broker.createTopic("committed", 1, Map.of());
    List<OffsetCommitRequestPartition> partitions =
        Stream.of(5, 6)
            .map(offset ->
                new OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(offset))
            .toList();
    var request =
        new OffsetCommitRequestData()
            .setGroupId("repeats")
            .setMemberId("nobody")
            .setGenerationIdOrMemberEpoch(3)
            .setTopics(
                List.of(
                    new OffsetCommitRequestTopic().setName("committed").setPartitions(partitions)));
    try (var admin = broker.admin()) {
      // So that the group's coordinator is there.
      admin.listConsumerGroupOffsets("repeats").all().get();
    }

    OffsetCommitResponse answer =
        ask(OffsetCommitResponse.class, ApiKeys.OFFSET_COMMIT, 8, request);

    assertThat(answer.data().topics().getFirst().partitions())
        .extracting(partition -> Errors.forCode(partition.errorCode()))
        .containsExactly(Errors.ILLEGAL_GENERATION, Errors.ILLEGAL_GENERATION);
  }

  @Test
  void theLastOffsetToDeleteRecordsUpToCounts() throws Exception {
    broker.createTopic("shortened", 1, Map.of());
    try (var producer = broker.producer(Map.of())) {
      for (int i = 0; i < 5; i++) {
        producer.send(new ProducerRecord<>("shortened", "record " + i)).get();
      }
    }
    List<DeleteRecordsTopic> topics =
        Stream.of(4L, 2L)
            .map(offset ->
                new DeleteRecordsTopic()
                    .setName("shortened")
                    .setPartitions(
                        List.of(
                            new DeleteRecordsPartition().setPartitionIndex(0).setOffset(offset))))
            .toList();

    DeleteRecordsResponse answer =
        ask(
            DeleteRecordsResponse.class,
            ApiKeys.DELETE_RECORDS,
            2,
            new DeleteRecordsRequestData().setTimeoutMs(PATIENCE_MS).setTopics(topics));

    assertThat(answer.data().topics()).hasSize(1);
    assertThat(answer.data().topics().find("shortened").partitions())
        .extracting(DeleteRecordsPartitionResult::lowWatermark)
        .containsExactly(2L);
  }

  @Test
  void aGroupThatIsToBeDeletedTwiceIsDeletedOnce() throws Exception {
    broker.createTopic("grouped", 1, Map.of());
    try (var admin = broker.admin()) {
      admin
          .alterConsumerGroupOffsets(
              "twice", Map.of(new TopicPartition("grouped", 0), new OffsetAndMetadata(0)))
          .all()
          .get();
    }

    DeleteGroupsResponse answer =
        ask(
            DeleteGroupsResponse.class,
            ApiKeys.DELETE_GROUPS,
            2,
            new DeleteGroupsRequestData().setGroupsNames(List.of("twice", "twice")));

    assertThat(answer.data().results())
        .extracting(result -> Errors.forCode(result.errorCode()))
        .containsExactly(Errors.NONE);
  }
}
