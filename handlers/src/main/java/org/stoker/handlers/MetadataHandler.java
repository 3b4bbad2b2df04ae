package org.stoker.handlers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.Result;
import org.stoker.metadata.TopicImage;
import org.stoker.network.Request;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.MetadataRequest;
import org.stoker.protocol.message.MetadataRequest.MetadataRequestTopic;
import org.stoker.protocol.message.MetadataResponse;
import org.stoker.protocol.message.MetadataResponse.MetadataResponseBroker;
import org.stoker.protocol.message.MetadataResponse.MetadataResponsePartition;
import org.stoker.protocol.message.MetadataResponse.MetadataResponseTopic;

/**
 * Metadata: where the brokers are, and who leads what. A topic that does not exist may be created
 * on the way; the answer then waits for it.
 */
final class MetadataHandler implements Handler {
  private static final int FIRST_VERSION_WITH_EMPTY_FOR_NONE = 1;
  // The field is there since version 10, and was not read before this one.
  private static final int FIRST_VERSION_WITH_IDS = 12;

  private final ClusterView cluster;
  private final TopicCreator creator;

  MetadataHandler(ClusterView cluster, TopicCreator creator) {
    this.cluster = cluster;
    this.creator = creator;
  }

  @Override
  public void handle(Request request) {
    MetadataRequest body = (MetadataRequest) request.body();
    Map<String, CompletableFuture<Result>> creations = creations(body);
    if (creations.isEmpty()) {
      request.respond(response(request, body, Map.of()));
      return;
    }
    Answers.when(
        CompletableFuture.allOf(creations.values().toArray(CompletableFuture<?>[]::new)),
        request,
        _ -> response(request, body, creations));
  }

  private Map<String, CompletableFuture<Result>> creations(MetadataRequest body) {
    List<MetadataRequestTopic> asked = body.topics();
    if (asked == null || !body.allowAutoTopicCreation() || !creator.mayCreateForClients()) {
      return Map.of();
    }
    Map<String, CompletableFuture<Result>> creations = new HashMap<>();
    for (MetadataRequestTopic topic : asked) {
      String name = nameOf(topic);
      if (name != null && cluster.image().topic(name) == null && !creations.containsKey(name)) {
        creations.put(name, creator.create(name));
      }
    }
    return creations;
  }

  /** The name that a topic is asked for by; null if its id counts, whatever the name says. */
  private static @Nullable String nameOf(MetadataRequestTopic asked) {
    return asked.topicId().equals(Uuid.ZERO) ? asked.name() : null;
  }

  private MetadataResponse response(
      Request request, MetadataRequest body, Map<String, CompletableFuture<Result>> creations) {
    List<MetadataResponseBroker> brokers = new ArrayList<>();
    for (ClusterView.Reachable reachable : cluster.brokers(request, false)) {
      brokers.add(
          new MetadataResponseBroker()
              .setNodeId(reachable.broker().id())
              .setHost(reachable.host())
              .setPort(reachable.port())
              .setRack(reachable.broker().rack()));
    }
    return new MetadataResponse()
        .setBrokers(brokers)
        .setClusterId(cluster.image().clusterId())
        .setControllerId(cluster.image().controllerId())
        .setTopics(topics(request, body, creations))
        .setClusterAuthorizedOperations(
            body.includeClusterAuthorizedOperations()
                ? AllowedOperations.ON_THE_CLUSTER
                : AllowedOperations.NOT_ASKED);
  }

  private List<MetadataResponseTopic> topics(
      Request request, MetadataRequest body, Map<String, CompletableFuture<Result>> creations) {
    List<MetadataRequestTopic> asked = body.topics();
    int operations =
        body.includeTopicAuthorizedOperations()
            ? AllowedOperations.ON_A_TOPIC
            : AllowedOperations.NOT_ASKED;
    List<MetadataResponseTopic> topics = new ArrayList<>();
    boolean isEmptyForAll = request.version() < FIRST_VERSION_WITH_EMPTY_FOR_NONE;
    if (asked == null || (asked.isEmpty() && isEmptyForAll)) {
      for (TopicImage topic : cluster.image().topicsByName().values()) {
        topics.add(describe(topic, request, operations));
      }
      return topics;
    }
    for (MetadataRequestTopic topic : asked) {
      topics.add(find(topic, request, operations, creations));
    }
    return topics;
  }

  private MetadataResponseTopic find(
      MetadataRequestTopic asked,
      Request request,
      int operations,
      Map<String, CompletableFuture<Result>> creations) {
    String name = nameOf(asked);
    if (name == null && request.version() < FIRST_VERSION_WITH_IDS) {
      String text = asked.name();
      return new MetadataResponseTopic()
          .setErrorCode(ErrorCode.INVALID_REQUEST.code())
          .setName(text == null ? "" : text);
    }
    TopicImage topic =
        name == null ? cluster.image().topic(asked.topicId()) : cluster.image().topic(name);
    if (topic != null) {
      return describe(topic, request, operations);
    }
    return new MetadataResponseTopic()
        .setErrorCode(errorOf(asked, name, creations).code())
        .setName(name)
        .setTopicId(name == null ? asked.topicId() : Uuid.ZERO)
        .setIsInternal(name != null && ClusterView.isInternal(name))
        .setTopicAuthorizedOperations(AllowedOperations.NOT_ASKED);
  }

  private static ErrorCode errorOf(
      MetadataRequestTopic asked,
      @Nullable String name,
      Map<String, CompletableFuture<Result>> creations) {
    if (name == null) {
      return asked.topicId().equals(Uuid.ZERO)
          ? ErrorCode.INVALID_REQUEST
          : ErrorCode.UNKNOWN_TOPIC_ID;
    }
    CompletableFuture<Result> creation = creations.get(name);
    ErrorCode error = creation == null ? ErrorCode.NONE : creation.join().error();
    return error == ErrorCode.NONE ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : error;
  }

  private MetadataResponseTopic describe(TopicImage topic, Request request, int operations) {
    List<MetadataResponsePartition> partitions = new ArrayList<>(topic.partitions().size());
    for (int index = 0; index < topic.partitions().size(); index++) {
      partitions.add(describe(index, topic.partitions().get(index), request));
    }
    return new MetadataResponseTopic()
        .setName(topic.name())
        .setTopicId(topic.id())
        .setIsInternal(ClusterView.isInternal(topic.name()))
        .setPartitions(partitions)
        .setTopicAuthorizedOperations(operations);
  }

  private MetadataResponsePartition describe(int index, PartitionImage partition, Request request) {
    boolean hasLeader =
        partition.leader() >= 0 && cluster.broker(partition.leader(), request) != null;
    return new MetadataResponsePartition()
        .setErrorCode((hasLeader ? ErrorCode.NONE : ErrorCode.LEADER_NOT_AVAILABLE).code())
        .setPartitionIndex(index)
        .setLeaderId(hasLeader ? partition.leader() : PartitionImage.NO_LEADER)
        .setLeaderEpoch(partition.leaderEpoch())
        .setReplicaNodes(partition.replicas())
        .setIsrNodes(partition.isr())
        .setOfflineReplicas(cluster.offlineOf(partition.replicas()));
  }
}
