package org.stoker.handlers;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.MetadataQuorum;
import org.stoker.metadata.MetadataQuorum.Progress;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DescribeQuorumRequest;
import org.stoker.protocol.message.DescribeQuorumResponse;
import org.stoker.protocol.message.DescribeQuorumResponse.Listener;
import org.stoker.protocol.message.DescribeQuorumResponse.Node;
import org.stoker.protocol.message.DescribeQuorumResponse.PartitionData;
import org.stoker.protocol.message.DescribeQuorumResponse.ReplicaState;
import org.stoker.protocol.message.DescribeQuorumResponse.TopicData;

/**
 * DescribeQuorum (KIP-595, KIP-836): who writes the cluster's log, and how far everybody has come.
 *
 * <p>That log is in ZooKeeper, so that nobody here votes on it: the controller stands for the one
 * voter, and every other registered broker is an observer.
 */
final class DescribeQuorumHandler implements Handler<DescribeQuorumRequest> {
  private static final String TOPIC = "__cluster_metadata";
  private static final int FIRST_VERSION_WITH_NODES = 2;

  private final ClusterView cluster;
  private final MemberPort members;

  DescribeQuorumHandler(ClusterView cluster, MemberPort members) {
    this.cluster = cluster;
    this.members = members;
  }

  @Override
  public void handle(DescribeQuorumRequest body, RequestContext context) {
    if (!asksForTheLog(body)) {
      context.respond(refusal(body, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
      return;
    }
    Answers.when(members.quorum(), context, quorum -> response(quorum, body, context.version()));
  }

  private static boolean asksForTheLog(DescribeQuorumRequest body) {
    if (body.topics().size() != 1) {
      return false;
    }
    DescribeQuorumRequest.TopicData topic = body.topics().getFirst();
    return topic.topicName().equals(TOPIC)
        && topic.partitions().size() == 1
        && topic.partitions().getFirst().partitionIndex() == 0;
  }

  /** The same for each partition that is asked for. */
  private static DescribeQuorumResponse refusal(DescribeQuorumRequest body, ErrorCode error) {
    return new DescribeQuorumResponse()
        .setTopics(
            body.topics().stream()
                .map(topic ->
                    new TopicData()
                        .setTopicName(topic.topicName())
                        .setPartitions(
                            topic.partitions().stream()
                                .map(partition ->
                                    new PartitionData()
                                        .setPartitionIndex(partition.partitionIndex())
                                        .setErrorCode(error.code())
                                        .setErrorMessage(error.message()))
                                .toList()))
                .toList());
  }

  private DescribeQuorumResponse response(
      @Nullable MetadataQuorum quorum, DescribeQuorumRequest body, short version) {
    if (quorum == null) {
      return refusal(body, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }
    ClusterImage image = cluster.image();
    var log =
        new PartitionData()
            .setPartitionIndex(0)
            .setLeaderId(quorum.controllerId())
            .setLeaderEpoch(quorum.controllerEpoch())
            .setHighWatermark(quorum.endOffset())
            .setCurrentVoters(List.of(controller(image, quorum, version)))
            .setObservers(observers(image, quorum, version));
    var response =
        new DescribeQuorumResponse()
            .setTopics(List.of(new TopicData().setTopicName(TOPIC).setPartitions(List.of(log))));
    return version < FIRST_VERSION_WITH_NODES ? response : response.setNodes(voters(image, quorum));
  }

  /** What it has written it has; as in Kafka, that is so at this very moment. */
  private static ReplicaState controller(ClusterImage image, MetadataQuorum quorum, short version) {
    return replica(image, quorum.controllerId(), version)
        .setLogEndOffset(quorum.endOffset())
        .setLastFetchTimestamp(quorum.atMs())
        .setLastCaughtUpTimestamp(quorum.atMs());
  }

  private static List<ReplicaState> observers(
      ClusterImage image, MetadataQuorum quorum, short version) {
    return quorum.brokers().entrySet().stream()
        .filter(broker -> broker.getKey() != quorum.controllerId())
        .map(broker -> observer(image, broker.getKey(), broker.getValue(), version))
        .toList();
  }

  /** Kafka names the directory of the log; a broker here is known by the first of its own. */
  private static ReplicaState replica(ClusterImage image, int id, short version) {
    BrokerImage broker = image.broker(id);
    ReplicaState replica = new ReplicaState().setReplicaId(id);
    if (version >= FIRST_VERSION_WITH_NODES && broker != null && !broker.logDirs().isEmpty()) {
      replica.setReplicaDirectoryId(broker.logDirs().getFirst());
    }
    return replica;
  }

  private static ReplicaState observer(
      ClusterImage image, int id, Progress progress, short version) {
    return replica(image, id, version)
        .setLogEndOffset(progress.appliedOffset())
        .setLastFetchTimestamp(progress.heardAtMs())
        .setLastCaughtUpTimestamp(progress.caughtUpAtMs());
  }

  private static List<Node> voters(ClusterImage image, MetadataQuorum quorum) {
    BrokerImage controller = image.broker(quorum.controllerId());
    return controller == null ? List.of() : List.of(node(controller));
  }

  private static Node node(BrokerImage broker) {
    List<Listener> listeners =
        broker.endpoints().stream()
            .map(endpoint ->
                new Listener()
                    .setName(endpoint.listener())
                    .setHost(endpoint.host())
                    .setPort(endpoint.port()))
            .toList();
    return new Node().setNodeId(broker.id()).setListeners(listeners);
  }
}
