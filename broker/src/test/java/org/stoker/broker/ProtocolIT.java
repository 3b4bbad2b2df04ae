package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The manners of the protocol: which APIs and versions there are, and in which order they answer.
 */
final class ProtocolIT {
  private static final Set<ApiKeys> SERVED =
      Set.of(
          ApiKeys.API_VERSIONS,
          ApiKeys.METADATA,
          ApiKeys.PRODUCE,
          ApiKeys.FETCH,
          ApiKeys.LIST_OFFSETS,
          ApiKeys.CREATE_TOPICS,
          ApiKeys.DELETE_TOPICS,
          ApiKeys.CREATE_PARTITIONS,
          ApiKeys.DELETE_RECORDS,
          ApiKeys.OFFSET_FOR_LEADER_EPOCH,
          ApiKeys.INIT_PRODUCER_ID,
          ApiKeys.FIND_COORDINATOR,
          ApiKeys.JOIN_GROUP,
          ApiKeys.SYNC_GROUP,
          ApiKeys.HEARTBEAT,
          ApiKeys.LEAVE_GROUP,
          ApiKeys.OFFSET_COMMIT,
          ApiKeys.OFFSET_FETCH,
          ApiKeys.DESCRIBE_GROUPS,
          ApiKeys.LIST_GROUPS,
          ApiKeys.DELETE_GROUPS,
          ApiKeys.OFFSET_DELETE,
          ApiKeys.DESCRIBE_CONFIGS,
          ApiKeys.INCREMENTAL_ALTER_CONFIGS,
          ApiKeys.ALTER_CONFIGS,
          ApiKeys.DESCRIBE_CLUSTER,
          ApiKeys.DESCRIBE_LOG_DIRS,
          ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
          ApiKeys.DESCRIBE_PRODUCERS,
          ApiKeys.LIST_CONFIG_RESOURCES,
          ApiKeys.ELECT_LEADERS,
          ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
          ApiKeys.LIST_PARTITION_REASSIGNMENTS,
          ApiKeys.UNREGISTER_BROKER,
          ApiKeys.DESCRIBE_QUORUM,
          ApiKeys.UPDATE_FEATURES);

  private static RunningBroker broker;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker = RunningBroker.in(directory).start();
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

  static Stream<ApiKeys> served() {
    return SERVED.stream().sorted();
  }

  @Test
  void exactlyWhatIsServedIsAdvertisedEachWithAllItsStableVersions() throws Exception {
    try (RawConnection connection = connect()) {
      ApiVersionsResponse answer =
          connection.ask(
              ApiVersionsResponse.class,
              ApiKeys.API_VERSIONS,
              (short) 4,
              new ApiVersionsRequestData()
                  .setClientSoftwareName("test")
                  .setClientSoftwareVersion("1"));

      assertThat(answer.data().errorCode()).isZero();
      assertThat(answer.data().apiKeys().stream().map(ApiVersion::apiKey))
          .containsExactlyInAnyOrderElementsOf(SERVED.stream().map(key -> key.id).toList());
      for (ApiVersion advertised : answer.data().apiKeys()) {
        ApiKeys key = ApiKeys.forId(advertised.apiKey());
        // Old clients take a broker without the first versions of Produce for a very old one.
        short lowest = key == ApiKeys.PRODUCE ? 0 : key.oldestVersion();
        assertThat(advertised.minVersion()).as(key.name).isEqualTo(lowest);
        assertThat(advertised.maxVersion()).as(key.name).isEqualTo(key.latestVersion(false));
      }
    }
  }

  @Test
  void anUnknownVersionOfApiVersionsIsAnsweredInTheOldestFormat() throws Exception {
    RequestHeader header = new RequestHeader(ApiKeys.API_VERSIONS, (short) 0, "raw", 7);
    try (RawConnection connection = connect()) {
      ByteBuffer request = ByteBuffer.allocate(14);
      request.putShort(ApiKeys.API_VERSIONS.id).putShort((short) 99).putInt(7);
      request.putShort((short) 3).put(new byte[] {'r', 'a', 'w'}).put((byte) 0).flip();
      connection.send(request);

      var answer =
          (ApiVersionsResponse) AbstractResponse.parseResponse(connection.receive(), header);
      assertThat(answer.data().errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
      assertThat(answer.data().apiKeys()).hasSize(1);
      assertThat(answer.data().apiKeys().iterator().next().apiKey())
          .isEqualTo(ApiKeys.API_VERSIONS.id);

      // And the client may ask again on the same connection.
      connection.ask(
          ApiVersionsResponse.class, ApiKeys.API_VERSIONS, (short) 0, new ApiVersionsRequestData());
    }
  }

  @Test
  void aClientThatNamesItselfBadlyIsToldSo() throws Exception {
    try (RawConnection connection = connect()) {
      var answer =
          connection.ask(
              ApiVersionsResponse.class,
              ApiKeys.API_VERSIONS,
              (short) 3,
              new ApiVersionsRequestData()
                  .setClientSoftwareName("-bad-")
                  .setClientSoftwareVersion(""));

      assertThat(answer.data().errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }
  }

  @Test
  void whatIsNotServedClosesTheConnection() throws Exception {
    try (RawConnection connection = connect()) {
      connection.tell(ApiKeys.LIST_TRANSACTIONS, (short) 1, new ListTransactionsRequestData());
      assertThat(connection.isClosedByBroker()).isTrue();
    }
    try (RawConnection connection = connect()) {
      ByteBuffer tooNew = ByteBuffer.allocate(10);
      tooNew.putShort(ApiKeys.METADATA.id).putShort((short) 99).putInt(1).putShort((short) -1);
      connection.send(tooNew.flip());
      assertThat(connection.isClosedByBroker()).isTrue();
    }
    try (RawConnection connection = connect()) {
      ByteBuffer tooOld = ByteBuffer.allocate(10);
      tooOld.putShort(ApiKeys.PRODUCE.id).putShort((short) 2).putInt(1).putShort((short) -1);
      connection.send(tooOld.flip());
      assertThat(connection.isClosedByBroker()).isTrue();
    }
    try (RawConnection connection = connect()) {
      ByteBuffer unknown = ByteBuffer.allocate(10);
      unknown.putShort((short) 999).putShort((short) 0).putInt(1).putShort((short) -1);
      connection.send(unknown.flip());
      assertThat(connection.isClosedByBroker()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("served")
  void anEmptyRequestOfEveryVersionIsAnsweredInItsFormat(ApiKeys key) throws Exception {
    for (short version : versionsOf(key)) {
      ApiMessage request =
          key == ApiKeys.PRODUCE
              ? new ProduceRequestData().setAcks((short) 1)
              : key.messageType.newRequest();
      try (RawConnection connection = connect()) {
        assertThat(connection.ask(AbstractResponse.class, key, version, request))
            .as("%s version %d", key, version)
            .isNotNull();
      }
    }
  }

  @Test
  void requestsOfOneConnectionAreAnsweredInOrder() throws Exception {
    Set<Integer> seen = new TreeSet<>();
    try (RawConnection connection = connect()) {
      for (int i = 0; i < 50; i++) {
        connection.tell(ApiKeys.METADATA, (short) 12, new MetadataRequestData().setTopics(null));
        connection.tell(
            ApiKeys.LIST_OFFSETS, (short) 7, new ListOffsetsRequestData().setReplicaId(-1));
      }
      for (int i = 1; i <= 100; i++) {
        int correlationId = connection.receive().getInt();
        assertThat(correlationId).isEqualTo(i);
        seen.add(correlationId);
      }
    }
    assertThat(seen).hasSize(100);
  }
}
