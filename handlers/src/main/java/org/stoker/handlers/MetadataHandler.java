package org.stoker.handlers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.stoker.access.ResourceType;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.Result;
import org.stoker.metadata.TopicImage;
import org.stoker.metadata.TopicNames;
import org.stoker.network.RequestContext;
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
final class MetadataHandler implements Handler<MetadataRequest> {
  private static final int FIRST_VERSION_WITH_EMPTY_FOR_NONE = 1;
  private static final int FIRST_VERSION_WITH_LISTENER_NOT_FOUND = 6;
  // The field is there since version 10, and was not read before this one.
  private static final int FIRST_VERSION_WITH_IDS = 12;
  // As objects and once more as bytes to send.
  private static final long BYTES_OF_PARTITION = 200;
  private static final long BYTES_OF_TOPIC = 200;

  private final ClusterView cluster;
  private final TopicCreator creator;

  MetadataHandler(ClusterView cluster, TopicCreator creator) {
    this.cluster = cluster;
    this.creator = creator;
  }

  @Override
  public void handle(MetadataRequest body, RequestContext context) {
    if (context.version() < FIRST_VERSION_WITH_IDS && usesIds(body)) {
      context.respond(refused(body));
      return;
    }
    Map<String, CompletableFuture<Result>> creations = creations(body);
    if (creations.isEmpty()) {
      ClusterImage image = cluster.image();
      if (Answers.isTaken(context, bytesOf(image, body, context.version()))) {
        context.respond(response(image, context, body, Map.of()));
      }
      return;
    }
    Answers.when(
        CompletableFuture.allOf(creations.values().toArray(CompletableFuture<?>[]::new)),
        context,
        _ -> response(cluster.image(), context, body, creations));
  }

  /** About what the answer takes. */
  private static long bytesOf(ClusterImage image, MetadataRequest body, short version) {
    long bytes = 0;
    if (isOfAll(body, version)) {
      for (TopicImage topic : image.topicsByName().values()) {
        bytes += BYTES_OF_TOPIC + BYTES_OF_PARTITION * topic.partitions().size();
      }
      return bytes;
    }
    for (MetadataRequestTopic asked : asked(body)) {
      String name = nameOf(asked);
      TopicImage topic = name == null ? image.topic(asked.topicId()) : image.topic(name);
      int partitions = topic == null ? 0 : topic.partitions().size();
      bytes += BYTES_OF_TOPIC + BYTES_OF_PARTITION * partitions;
    }
    return bytes;
  }

  /** Before version 1 an empty list asked for all topics, as none does since. */
  private static boolean isOfAll(MetadataRequest body, short version) {
    List<MetadataRequestTopic> asked = body.topics();
    return asked == null || (asked.isEmpty() && version < FIRST_VERSION_WITH_EMPTY_FOR_NONE);
  }

  private static boolean usesIds(MetadataRequest body) {
    List<MetadataRequestTopic> asked = body.topics();
    return asked != null
        && asked.stream()
            .anyMatch(topic -> topic.name() == null || !topic.topicId().equals(Uuid.ZERO));
  }

  /** One topic that the version cannot ask for spoils the request. */
  private static MetadataResponse refused(MetadataRequest body) {
    List<MetadataResponseTopic> topics = new ArrayList<>();
    List<MetadataRequestTopic> all = body.topics();
    for (MetadataRequestTopic topic : all == null ? List.<MetadataRequestTopic>of() : all) {
      String name = topic.name();
      topics.add(
          new MetadataResponseTopic()
              .setErrorCode(ErrorCode.INVALID_REQUEST.code())
              .setName(name == null ? "" : name)
              .setTopicId(topic.topicId()));
    }
    return new MetadataResponse().setTopics(topics);
  }

  /**
   * The topics that count, each once: where one is asked for by its id, those asked for by name are
   * passed over.
   */
  private static Collection<MetadataRequestTopic> asked(MetadataRequest body) {
    List<MetadataRequestTopic> all = body.topics();
    if (all == null) {
      return List.of();
    }
    Map<Uuid, MetadataRequestTopic> byId = new LinkedHashMap<>();
    Map<String, MetadataRequestTopic> byName = new LinkedHashMap<>();
    for (MetadataRequestTopic topic : all) {
      String name = topic.name();
      if (!topic.topicId().equals(Uuid.ZERO)) {
        byId.putIfAbsent(topic.topicId(), topic);
      } else if (name != null) {
        byName.putIfAbsent(name, topic);
      }
    }
    return byId.isEmpty() ? byName.values() : byId.values();
  }

  private Map<String, CompletableFuture<Result>> creations(MetadataRequest body) {
    if (!body.allowAutoTopicCreation()) {
      return Map.of();
    }
    Map<String, CompletableFuture<Result>> creations = new HashMap<>();
    ClusterImage image = cluster.image();
    for (MetadataRequestTopic topic : asked(body)) {
      String name = nameOf(topic);
      if (name != null && image.topic(name) == null && creator.mayCreateForClients(name)) {
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
      ClusterImage image,
      RequestContext context,
      MetadataRequest body,
      Map<String, CompletableFuture<Result>> creations) {
    List<MetadataResponseBroker> brokers = new ArrayList<>();
    for (ClusterView.Reachable reachable : cluster.brokers(image, context, false)) {
      brokers.add(
          new MetadataResponseBroker()
              .setNodeId(reachable.broker().id())
              .setHost(reachable.host())
              .setPort(reachable.port())
              .setRack(reachable.broker().rack()));
    }
    return new MetadataResponse()
        .setBrokers(brokers)
        .setClusterId(image.clusterId())
        .setControllerId(image.controllerId())
        .setTopics(topics(image, context, body, creations))
        .setClusterAuthorizedOperations(
            body.includeClusterAuthorizedOperations()
                ? AllowedOperations.onTheCluster(context)
                : AllowedOperations.NOT_ASKED);
  }

  private List<MetadataResponseTopic> topics(
      ClusterImage image,
      RequestContext context,
      MetadataRequest body,
      Map<String, CompletableFuture<Result>> creations) {
    ToIntFunction<String> operations =
        body.includeTopicAuthorizedOperations()
            ? name -> AllowedOperations.on(ResourceType.TOPIC, name, context)
            : _ -> AllowedOperations.NOT_ASKED;
    List<MetadataResponseTopic> topics = new ArrayList<>();
    if (isOfAll(body, context.version())) {
      for (TopicImage topic : image.topicsByName().values()) {
        topics.add(describe(image, topic, context, operations));
      }
      return topics;
    }
    for (MetadataRequestTopic topic : asked(body)) {
      topics.add(find(image, topic, context, operations, creations));
    }
    return topics;
  }

  private MetadataResponseTopic find(
      ClusterImage image,
      MetadataRequestTopic asked,
      RequestContext context,
      ToIntFunction<String> operations,
      Map<String, CompletableFuture<Result>> creations) {
    String name = nameOf(asked);
    TopicImage topic = name == null ? image.topic(asked.topicId()) : image.topic(name);
    if (topic != null) {
      return describe(image, topic, context, operations);
    }
    if (name == null) {
      return new MetadataResponseTopic()
          .setErrorCode(ErrorCode.UNKNOWN_TOPIC_ID.code())
          .setName(null)
          .setTopicId(asked.topicId())
          .setTopicAuthorizedOperations(AllowedOperations.NOT_ASKED);
    }
    return new MetadataResponseTopic()
        .setErrorCode(errorOf(name, creations.get(name)).code())
        .setName(name)
        .setIsInternal(ClusterView.isInternal(name))
        .setTopicAuthorizedOperations(operations.applyAsInt(name));
  }

  private static ErrorCode errorOf(String name, @Nullable CompletableFuture<Result> creation) {
    if (TopicNames.problemWith(name) != null) {
      return ErrorCode.INVALID_TOPIC_EXCEPTION;
    }
    ErrorCode error = creation == null ? ErrorCode.NONE : creation.join().error();
    return error == ErrorCode.NONE ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : error;
  }

  private MetadataResponseTopic describe(
      ClusterImage image,
      TopicImage topic,
      RequestContext context,
      ToIntFunction<String> operations) {
    List<MetadataResponsePartition> partitions = new ArrayList<>(topic.partitions().size());
    for (int index = 0; index < topic.partitions().size(); index++) {
      partitions.add(describe(image, index, topic.partitions().get(index), context));
    }
    return new MetadataResponseTopic()
        .setName(topic.name())
        .setTopicId(topic.id())
        .setIsInternal(ClusterView.isInternal(topic.name()))
        .setPartitions(partitions)
        .setTopicAuthorizedOperations(operations.applyAsInt(topic.name()));
  }

  private MetadataResponsePartition describe(
      ClusterImage image, int index, PartitionImage partition, RequestContext context) {
    boolean hasLeader = cluster.broker(image, partition.leader(), context) != null;
    if (context.version() == 0) {
      return describeInFirstVersion(image, index, partition, context, hasLeader);
    }
    ErrorCode error = hasLeader ? ErrorCode.NONE : whyNoLeader(image, partition, context);
    return new MetadataResponsePartition()
        .setErrorCode(error.code())
        .setPartitionIndex(index)
        .setLeaderId(hasLeader ? partition.leader() : PartitionImage.NO_LEADER)
        .setLeaderEpoch(partition.leaderEpoch())
        .setReplicaNodes(partition.replicas())
        .setIsrNodes(partition.isr())
        .setOfflineReplicas(ClusterView.offlineReplicas(image, partition, context));
  }

  private static ErrorCode whyNoLeader(
      ClusterImage image, PartitionImage partition, RequestContext context) {
    BrokerImage leader = image.broker(partition.leader());
    boolean lacksListener = leader != null && leader.endpoint(context.listenerName()) == null;
    return lacksListener && context.version() >= FIRST_VERSION_WITH_LISTENER_NOT_FOUND
        ? ErrorCode.LISTENER_NOT_FOUND
        : ErrorCode.LEADER_NOT_AVAILABLE;
  }

  /** The first clients do not know brokers that they cannot reach. */
  private MetadataResponsePartition describeInFirstVersion(
      ClusterImage image,
      int index,
      PartitionImage partition,
      RequestContext context,
      boolean hasLeader) {
    List<Integer> replicas = reachable(image, partition.replicas(), context);
    List<Integer> inSync = reachable(image, partition.isr(), context);
    boolean lacksAny =
        replicas.size() < partition.replicas().size() || inSync.size() < partition.isr().size();
    ErrorCode error = lacksAny ? ErrorCode.REPLICA_NOT_AVAILABLE : ErrorCode.NONE;
    return new MetadataResponsePartition()
        .setErrorCode((hasLeader ? error : ErrorCode.LEADER_NOT_AVAILABLE).code())
        .setPartitionIndex(index)
        .setLeaderId(hasLeader ? partition.leader() : PartitionImage.NO_LEADER)
        .setReplicaNodes(replicas)
        .setIsrNodes(inSync);
  }

  private List<Integer> reachable(ClusterImage image, List<Integer> ids, RequestContext context) {
    return ids.stream().filter(id -> cluster.broker(image, id, context) != null).toList();
  }
}
