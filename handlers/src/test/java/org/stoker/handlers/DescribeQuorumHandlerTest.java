package org.stoker.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.Heartbeat;
import org.stoker.metadata.MetadataQuorum;
import org.stoker.metadata.MetadataQuorum.Progress;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DescribeQuorumRequest;
import org.stoker.protocol.message.DescribeQuorumResponse;
import org.stoker.protocol.message.DescribeQuorumResponse.PartitionData;
import org.stoker.protocol.message.DescribeQuorumResponse.ReplicaState;

/** Who writes the cluster's log, told in the words of Kafka's quorum. */
final class DescribeQuorumHandlerTest {
  private static final MetadataQuorum KNOWN =
      new MetadataQuorum(
          2,
          5,
          40,
          9_000,
          new TreeMap<>(
              Map.of(
                  1, new Progress(38, 8_900, 8_000, 39),
                  2, new Progress(40, 8_950, 8_950, 40),
                  3, new Progress(-1, -1, -1, -1))));

  private record Members(@Nullable MetadataQuorum known) implements MemberPort {
    @Override
    public CompletableFuture<Heartbeat.Reply> heard(Heartbeat heartbeat) {
      throw new AssertionError("nobody beats here");
    }

    @Override
    public CompletableFuture<@Nullable MetadataQuorum> quorum() {
      return CompletableFuture.completedFuture(known);
    }
  }

  private static DescribeQuorumResponse ask(
      @Nullable MetadataQuorum known, String topic, int partition) {
    var view = new ClusterView(() -> Clusters.ofThree("cluster"), 1, Set.of());
    var request =
        new AskedRequest(
            ApiKey.DESCRIBE_QUORUM,
            (short) 2,
            new DescribeQuorumRequest()
                .setTopics(
                    List.of(
                        new DescribeQuorumRequest.TopicData()
                            .setTopicName(topic)
                            .setPartitions(
                                List.of(
                                    new DescribeQuorumRequest.PartitionData()
                                        .setPartitionIndex(partition))))));
    request.takeTo(new DescribeQuorumHandler(view, new Members(known)));
    return request.answer(DescribeQuorumResponse.class);
  }

  private static PartitionData only(DescribeQuorumResponse response) {
    return response.topics().getFirst().partitions().getFirst();
  }

  @Test
  void theControllerIsTheOneVoterAndEverybodyElseObserves() {
    PartitionData log = only(ask(KNOWN, "__cluster_metadata", 0));

    assertThat(log.errorCode()).isEqualTo(ErrorCode.NONE.code());
    assertThat(log.leaderId()).isEqualTo(2);
    assertThat(log.leaderEpoch()).isEqualTo(5);
    assertThat(log.highWatermark()).isEqualTo(40);
    assertThat(log.currentVoters()).extracting(ReplicaState::replicaId).containsExactly(2);
    assertThat(log.currentVoters().getFirst().logEndOffset()).isEqualTo(40);
    assertThat(log.currentVoters().getFirst().lastCaughtUpTimestamp()).isEqualTo(9_000);
    assertThat(log.observers()).extracting(ReplicaState::replicaId).containsExactly(1, 3);
    assertThat(log.observers()).extracting(ReplicaState::logEndOffset).containsExactly(38L, -1L);
    assertThat(log.observers())
        .extracting(ReplicaState::lastFetchTimestamp)
        .containsExactly(8_900L, -1L);
    assertThat(log.observers())
        .extracting(ReplicaState::lastCaughtUpTimestamp)
        .containsExactly(8_000L, -1L);
  }

  @Test
  void replicasAreKnownByTheirFirstDirectoryAndOnlyTheVoterHasAnAddress() {
    DescribeQuorumResponse response = ask(KNOWN, "__cluster_metadata", 0);

    assertThat(only(response).currentVoters())
        .extracting(ReplicaState::replicaDirectoryId)
        .containsExactly(new Uuid(77, 2));
    assertThat(only(response).observers())
        .extracting(ReplicaState::replicaDirectoryId)
        .containsExactly(new Uuid(77, 1), new Uuid(77, 3));
    assertThat(response.nodes()).extracting(DescribeQuorumResponse.Node::nodeId).containsExactly(2);
  }

  @Test
  void whatIsNotThatLogIsNotKnown() {
    for (PartitionData other :
        List.of(only(ask(KNOWN, "orders", 0)), only(ask(KNOWN, "__cluster_metadata", 1)))) {
      assertThat(other.errorCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
      assertThat(other.currentVoters()).isEmpty();
    }
  }

  @Test
  void whoIsNotTheControllerSaysSo() {
    assertThat(only(ask(null, "__cluster_metadata", 0)).errorCode())
        .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER.code());
  }
}
