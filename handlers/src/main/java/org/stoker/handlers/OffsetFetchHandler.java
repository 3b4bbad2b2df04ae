package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.coordinator.group.FetchOffsetsCommand;
import org.stoker.coordinator.group.FetchOffsetsReply;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.TopicImage;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.OffsetFetchRequest;
import org.stoker.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import org.stoker.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopic;
import org.stoker.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import org.stoker.protocol.message.OffsetFetchResponse;
import org.stoker.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import org.stoker.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartition;
import org.stoker.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import org.stoker.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopic;
import org.stoker.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopics;

/** OffsetFetch: how far groups have consumed; of one group before version 8, of several since. */
final class OffsetFetchHandler implements Handler<OffsetFetchRequest> {
  private static final int FIRST_VERSION_WITH_A_GROUP_ERROR = 2;
  private static final int FIRST_VERSION_WITH_SEVERAL_GROUPS = 8;
  private static final int FIRST_VERSION_WITH_IDS = 10;
  private static final long NO_OFFSET = -1;

  private final ClusterView cluster;
  private final GroupCoordinator groups;

  OffsetFetchHandler(ClusterView cluster, GroupCoordinator groups) {
    this.cluster = cluster;
    this.groups = groups;
  }

  @Override
  public void handle(OffsetFetchRequest body, RequestContext context) {
    if (context.version() >= FIRST_VERSION_WITH_SEVERAL_GROUPS) {
      fetchOfSeveral(context, body);
    } else {
      fetchOfOne(context, body);
    }
  }

  // ---- One group.

  private void fetchOfOne(RequestContext context, OffsetFetchRequest body) {
    List<OffsetFetchRequestTopic> asked = body.topics();
    List<FetchOffsetsCommand.Topic> topics =
        asked == null
            ? null
            : asked.stream()
                .map(topic ->
                    new FetchOffsetsCommand.Topic(
                        topic.name(), Uuid.ZERO, topic.partitionIndexes()))
                .toList();
    Answers.when(
        groups.fetchOffsets(
            new FetchOffsetsCommand(body.groupId(), topics, body.requireStable()),
            context::tryClaim),
        context,
        reply -> responseOfOne(reply, topics, context.version()));
  }

  private static OffsetFetchResponse responseOfOne(
      FetchOffsetsReply reply, @Nullable List<FetchOffsetsCommand.Topic> asked, short version) {
    if (reply.error() != ErrorCode.NONE && version < FIRST_VERSION_WITH_A_GROUP_ERROR) {
      return new OffsetFetchResponse().setTopics(errorInEach(reply.error(), asked));
    }
    return new OffsetFetchResponse()
        .setErrorCode(reply.error().code())
        .setTopics(
            reply.topics().stream()
                .map(topic ->
                    new OffsetFetchResponseTopic()
                        .setName(topic.name())
                        .setPartitions(
                            topic.partitions().stream()
                                .map(OffsetFetchHandler::partitionOfOne)
                                .toList()))
                .toList());
  }

  private static OffsetFetchResponsePartition partitionOfOne(
      FetchOffsetsReply.Partition partition) {
    return new OffsetFetchResponsePartition()
        .setPartitionIndex(partition.partition())
        .setCommittedOffset(partition.offset())
        .setCommittedLeaderEpoch(partition.leaderEpoch())
        .setMetadata(partition.metadata());
  }

  private static List<OffsetFetchResponseTopic> errorInEach(
      ErrorCode error, @Nullable List<FetchOffsetsCommand.Topic> asked) {
    List<OffsetFetchResponseTopic> topics = new ArrayList<>();
    for (FetchOffsetsCommand.Topic topic :
        asked == null ? List.<FetchOffsetsCommand.Topic>of() : asked) {
      topics.add(
          new OffsetFetchResponseTopic()
              .setName(topic.name())
              .setPartitions(
                  topic.partitions().stream()
                      .map(partition ->
                          new OffsetFetchResponsePartition()
                              .setPartitionIndex(partition)
                              .setCommittedOffset(NO_OFFSET)
                              .setMetadata("")
                              .setErrorCode(error.code()))
                      .toList()));
    }
    return topics;
  }

  // ---- Several groups.

  private void fetchOfSeveral(RequestContext context, OffsetFetchRequest body) {
    boolean usesIds = context.version() >= FIRST_VERSION_WITH_IDS;
    List<CompletableFuture<OffsetFetchResponseGroup>> parts =
        body.groups().stream()
            .map(group -> fetch(group, body.requireStable(), usesIds, context::tryClaim))
            .toList();
    Answers.when(
        CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new)),
        context,
        _ ->
            new OffsetFetchResponse()
                .setGroups(parts.stream().map(CompletableFuture::join).toList()));
  }

  private CompletableFuture<OffsetFetchResponseGroup> fetch(
      OffsetFetchRequestGroup group,
      boolean requireStable,
      boolean usesIds,
      LongPredicate mayTake) {
    ClusterImage image = cluster.image();
    List<OffsetFetchRequestTopics> asked = group.topics();
    List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
    List<FetchOffsetsCommand.Topic> topics = asked == null ? null : new ArrayList<>();
    for (int i = 0; asked != null && topics != null && i < asked.size(); i++) {
      OffsetFetchRequestTopics topic = asked.get(i);
      TopicImage known = usesIds ? image.topic(topic.topicId()) : null;
      if (usesIds && known == null) {
        unknown.add(unknownId(topic));
      } else {
        topics.add(
            new FetchOffsetsCommand.Topic(
                known == null ? topic.name() : known.name(),
                usesIds ? topic.topicId() : Uuid.ZERO,
                topic.partitionIndexes()));
      }
    }
    return groups
        .fetchOffsets(new FetchOffsetsCommand(group.groupId(), topics, requireStable), mayTake)
        .thenApply(reply -> response(image, reply, unknown, usesIds));
  }

  private static OffsetFetchResponseTopics unknownId(OffsetFetchRequestTopics topic) {
    return new OffsetFetchResponseTopics()
        .setTopicId(topic.topicId())
        .setPartitions(
            topic.partitionIndexes().stream()
                .map(partition ->
                    new OffsetFetchResponsePartitions()
                        .setPartitionIndex(partition)
                        .setCommittedOffset(NO_OFFSET)
                        .setMetadata("")
                        .setErrorCode(ErrorCode.UNKNOWN_TOPIC_ID.code()))
                .toList());
  }

  private static OffsetFetchResponseGroup response(
      ClusterImage image,
      FetchOffsetsReply reply,
      List<OffsetFetchResponseTopics> unknown,
      boolean usesIds) {
    OffsetFetchResponseGroup response =
        new OffsetFetchResponseGroup()
            .setGroupId(reply.groupId())
            .setErrorCode(reply.error().code());
    if (reply.error() != ErrorCode.NONE) {
      return response;
    }
    List<OffsetFetchResponseTopics> topics = new ArrayList<>();
    for (FetchOffsetsReply.Topic topic : reply.topics()) {
      TopicImage known = image.topic(topic.name());
      // Offsets of a topic that is gone cannot be named by id.
      if (!usesIds || known != null) {
        topics.add(
            new OffsetFetchResponseTopics()
                .setName(topic.name())
                .setTopicId(usesIds && known != null ? known.id() : Uuid.ZERO)
                .setPartitions(
                    topic.partitions().stream().map(OffsetFetchHandler::partition).toList()));
      }
    }
    topics.addAll(unknown);
    return response.setTopics(topics);
  }

  private static OffsetFetchResponsePartitions partition(FetchOffsetsReply.Partition partition) {
    return new OffsetFetchResponsePartitions()
        .setPartitionIndex(partition.partition())
        .setCommittedOffset(partition.offset())
        .setCommittedLeaderEpoch(partition.leaderEpoch())
        .setMetadata(partition.metadata());
  }
}
