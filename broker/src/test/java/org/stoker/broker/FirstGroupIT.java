package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
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
    var protocols = new JoinGroupRequestProtocolCollection();
    protocols.add(
        new JoinGroupRequestProtocol()
            .setName("range")
            .setMetadata("any".getBytes(StandardCharsets.UTF_8)));
    return connection
        .ask(
            JoinGroupResponse.class,
            ApiKeys.JOIN_GROUP,
            (short) 9,
            new JoinGroupRequestData()
                .setGroupId(group)
                .setSessionTimeoutMs(10_000)
                .setRebalanceTimeoutMs(10_000)
                .setProtocolType("consumer")
                .setProtocols(protocols))
        .error();
  }
}
