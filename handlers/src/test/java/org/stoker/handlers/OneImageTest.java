package org.stoker.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.stoker.metadata.Command;
import org.stoker.metadata.Result;
import org.stoker.protocol.ApiKey;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.DescribeClusterRequest;
import org.stoker.protocol.message.DescribeTopicPartitionsRequest;
import org.stoker.protocol.message.DescribeTopicPartitionsResponse;
import org.stoker.protocol.message.ListPartitionReassignmentsRequest;
import org.stoker.protocol.message.MetadataRequest;
import org.stoker.protocol.message.MetadataResponse;
import org.stoker.protocol.message.MetadataResponse.MetadataResponsePartition;
import org.stoker.settings.ConfigValues;

/** What answers tell of the cluster is all of one moment. */
final class OneImageTest {
  private final AtomicInteger looks = new AtomicInteger();
  private final ClusterView cluster =
      new ClusterView(
          () -> {
            looks.incrementAndGet();
            return Clusters.ofThree("cluster");
          },
          1,
          Set.of());

  private static AskedRequest ask(Handler<?> handler, ApiKey key, int version, Message body) {
    var request = new AskedRequest(key, (short) version, body);
    request.takeTo(handler);
    return request;
  }

  private MetadataResponse metadata() {
    return ask(
            new MetadataHandler(
                cluster, new TopicCreator(new NoController(), OneImageTest::noSettings)),
            ApiKey.METADATA,
            13,
            new MetadataRequest().setTopics(null).setAllowAutoTopicCreation(false))
        .answer(MetadataResponse.class);
  }

  private static ConfigValues noSettings() {
    throw new AssertionError("nothing is created here");
  }

  private static final class NoController implements ControllerPort {
    @Override
    public <R> CompletableFuture<R> submit(Command<R> command, long timeoutMs) {
      return CompletableFuture.completedFuture(
          command.failed(new Result(ErrorCode.NOT_CONTROLLER, null)));
    }
  }

  private DescribeTopicPartitionsResponse describe() {
    return ask(
            new DescribeTopicPartitionsHandler(cluster, 100),
            ApiKey.DESCRIBE_TOPIC_PARTITIONS,
            0,
            new DescribeTopicPartitionsRequest().setTopics(List.of()))
        .answer(DescribeTopicPartitionsResponse.class);
  }

  @Test
  void metadataIsOfOneImage() {
    metadata();

    assertThat(looks).hasValue(1);
  }

  @Test
  void describedTopicsAreOfOneImage() {
    describe();

    assertThat(looks).hasValue(1);
  }

  @Test
  void theDescribedClusterIsOfOneImage() {
    ask(
        new DescribeClusterHandler(cluster),
        ApiKey.DESCRIBE_CLUSTER,
        2,
        new DescribeClusterRequest().setEndpointType((byte) 1));

    assertThat(looks).hasValue(1);
  }

  @Test
  void listedReassignmentsAreOfOneImage() {
    ask(
        new ListPartitionReassignmentsHandler(cluster),
        ApiKey.LIST_PARTITION_REASSIGNMENTS,
        0,
        new ListPartitionReassignmentsRequest().setTopics(null));

    assertThat(looks).hasValue(1);
  }

  @Test
  void replicasInDirectoriesThatAreGoneAreOffline() {
    MetadataResponsePartition told = metadata().topics().getFirst().partitions().getFirst();

    assertThat(told.offlineReplicas()).containsExactly(3);
    assertThat(describe().topics().getFirst().partitions().getFirst().offlineReplicas())
        .containsExactly(3);
  }
}
