package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The very first group of a cluster, whose coordinator there is only because it is asked for. */
final class FirstGroupIT {
  private static final short WITHOUT_ID_FIRST = 3;
  private static final List<String> GROUPS = List.of("a", "b", "c", "d", "e", "f", "g", "h");

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 50})
  void whoeverIsNamedAsCoordinatorTakesTheFirstMemberAtOnce(int partitions, @TempDir Path directory)
      throws Exception {
    RunningBroker broker =
        RunningBroker.in(directory)
            .with("offsets.topic.num.partitions", Integer.toString(partitions))
            .start();
    try (var connection = new RawConnection(broker.port())) {
      FindCoordinatorResponse found =
          connection.ask(
              FindCoordinatorResponse.class,
              ApiKeys.FIND_COORDINATOR,
              (short) 4,
              new FindCoordinatorRequestData().setCoordinatorKeys(GROUPS));

      assertThat(found.data().coordinators())
          .extracting(Coordinator::key)
          .containsExactlyElementsOf(GROUPS);
      assertThat(found.data().coordinators())
          .allSatisfy(coordinator ->
              assertThat(Errors.forCode(coordinator.errorCode())).isEqualTo(Errors.NONE));
      for (String group : GROUPS) {
        assertThat(join(connection, group)).as(group).isEqualTo(Errors.MEMBER_ID_REQUIRED);
      }
    } finally {
      broker.close();
    }
  }

  @Test
  void aMemberThatWaitsForItsGroupIsAnsweredWhenTheBrokerStops(@TempDir Path directory)
      throws Exception {
    RunningBroker broker =
        RunningBroker.in(directory).with("group.initial.rebalance.delay.ms", "600000").start();
    try (var connection = new RawConnection(broker.port());
        var stops = Executors.newVirtualThreadPerTaskExecutor()) {
      connection.ask(
          FindCoordinatorResponse.class,
          ApiKeys.FIND_COORDINATOR,
          (short) 4,
          new FindCoordinatorRequestData().setCoordinatorKeys(GROUPS));
      connection.tell(ApiKeys.JOIN_GROUP, WITHOUT_ID_FIRST, joinOf("a"));
      // Requests of one connection are answered in order, so it is parked by the time of this one.
      connection.tell(ApiKeys.API_VERSIONS, (short) 0, new ApiVersionsRequestData());

      Future<?> stopped =
          stops.submit(() -> {
            broker.stop();
            return null;
          });

      ByteBuffer answer = connection.receive();
      answer.getInt();
      assertThat(new JoinGroupResponseData(new ByteBufferAccessor(answer), WITHOUT_ID_FIRST))
          .extracting(JoinGroupResponseData::errorCode)
          .isEqualTo(Errors.NOT_COORDINATOR.code());
      stopped.get();
    } finally {
      broker.close();
    }
  }

  @Test
  void nobodyIsTheCoordinatorBeforeTheFirstGroup(@TempDir Path directory) throws Exception {
    RunningBroker broker = RunningBroker.in(directory).start();
    try (var connection = new RawConnection(broker.port())) {
      for (short version = 1; version <= ApiKeys.OFFSET_FETCH.latestVersion(); version++) {
        assertThat(fetchOffsets(connection, version))
            .as("v%d", version)
            .isEqualTo(Errors.NOT_COORDINATOR);
      }
      assertThat(join(connection, "a")).isEqualTo(Errors.NOT_COORDINATOR);
    } finally {
      broker.close();
    }
  }

  private static Errors fetchOffsets(RawConnection connection, short version) throws Exception {
    var request = new OffsetFetchRequestData();
    if (version < 8) {
      request
          .setGroupId("a")
          .setTopics(
              List.of(new OffsetFetchRequestTopic().setName("t").setPartitionIndexes(List.of(0))));
    } else {
      request.setGroups(List.of(new OffsetFetchRequestGroup().setGroupId("a").setTopics(null)));
    }
    OffsetFetchResponseData answer =
        connection.ask(OffsetFetchResponse.class, ApiKeys.OFFSET_FETCH, version, request).data();
    if (version >= 8) {
      return Errors.forCode(answer.groups().getFirst().errorCode());
    }
    return Errors.forCode(
        version == 1
            ? answer.topics().getFirst().partitions().getFirst().errorCode()
            : answer.errorCode());
  }

  private static Errors join(RawConnection connection, String group) throws Exception {
    return connection
        .ask(JoinGroupResponse.class, ApiKeys.JOIN_GROUP, (short) 9, joinOf(group))
        .error();
  }

  private static JoinGroupRequestData joinOf(String group) {
    var protocols = new JoinGroupRequestProtocolCollection();
    protocols.add(
        new JoinGroupRequestProtocol()
            .setName("range")
            .setMetadata("any".getBytes(StandardCharsets.UTF_8)));
    return new JoinGroupRequestData()
        .setGroupId(group)
        .setSessionTimeoutMs(10_000)
        .setRebalanceTimeoutMs(10_000)
        .setProtocolType("consumer")
        .setProtocols(protocols);
  }
}
