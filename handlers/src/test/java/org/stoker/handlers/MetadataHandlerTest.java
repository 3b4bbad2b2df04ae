package org.stoker.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.Command;
import org.stoker.metadata.Endpoint;
import org.stoker.metadata.Result;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.MetadataRequest;
import org.stoker.protocol.message.MetadataResponse;
import org.stoker.protocol.message.MetadataResponse.MetadataResponsePartition;

/** What clients hear of brokers that they cannot reach, version by version. */
final class MetadataHandlerTest {
  private static final int LEADER = 1;
  private static final int FOLLOWER = 2;

  private static MetadataResponsePartition told(int version, int brokerWithoutListener) {
    ClusterImage image = without(brokerWithoutListener);
    var request =
        new AskedRequest(
            ApiKey.METADATA,
            (short) version,
            new MetadataRequest()
                .setTopics(version == 0 ? List.of() : null)
                .setAllowAutoTopicCreation(false));
    request.takeTo(
        new MetadataHandler(
            new ClusterView(() -> image, 3, Set.of()),
            new TopicCreator(
                new NoController(),
                () -> {
                  throw new AssertionError("nothing is created here");
                })));
    return request.answer(MetadataResponse.class).topics().getFirst().partitions().getFirst();
  }

  private static final class NoController implements ControllerPort {
    @Override
    public <R> CompletableFuture<R> submit(Command<R> command, long timeoutMs) {
      return CompletableFuture.completedFuture(
          command.failed(new Result(ErrorCode.NOT_CONTROLLER, null)));
    }
  }

  private static ClusterImage without(int broker) {
    ClusterImage all = Clusters.ofThree("cluster");
    var brokers = new TreeMap<>(all.brokers());
    brokers.put(
        broker,
        new BrokerImage(
            broker,
            broker,
            new Uuid(broker, broker),
            List.of(new Endpoint("ELSEWHERE", "host", 9093, (short) 0)),
            Map.of(),
            null,
            false,
            false,
            List.of()));
    return new ClusterImage(
        all.clusterId(),
        all.offset(),
        all.controllerEpoch(),
        all.controllerId(),
        brokers,
        all.topicsByName(),
        all.topicsById(),
        all.configs(),
        all.features(),
        all.lastProducerIds());
  }

  @Test
  void aLeaderThatIsNotOnTheListenerIsNamedAsSuchSinceVersion6() {
    assertThat(told(5, LEADER).errorCode()).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE.code());
    assertThat(told(6, LEADER).errorCode()).isEqualTo(ErrorCode.LISTENER_NOT_FOUND.code());
    assertThat(told(13, LEADER).leaderId()).isEqualTo(-1);
  }

  @Test
  void version0IsNotToldOfReplicasThatItCannotReach() {
    MetadataResponsePartition told = told(0, FOLLOWER);

    assertThat(told.errorCode()).isEqualTo(ErrorCode.REPLICA_NOT_AVAILABLE.code());
    assertThat(told.leaderId()).isEqualTo(LEADER);
    assertThat(told.replicaNodes()).containsExactly(1, 3);
    assertThat(told.isrNodes()).containsExactly(1);

    MetadataResponsePartition later = told(1, FOLLOWER);
    assertThat(later.errorCode()).isEqualTo(ErrorCode.NONE.code());
    assertThat(later.replicaNodes()).containsExactly(1, 2, 3);
  }
}
