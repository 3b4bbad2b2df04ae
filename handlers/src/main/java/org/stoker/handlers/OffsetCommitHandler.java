package org.stoker.handlers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.coordinator.group.CommitOffsetsCommand;
import org.stoker.coordinator.group.CommitOffsetsReply;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.TopicImage;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.OffsetCommitRequest;
import org.stoker.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import org.stoker.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import org.stoker.protocol.message.OffsetCommitResponse;
import org.stoker.protocol.message.OffsetCommitResponse.OffsetCommitResponsePartition;
import org.stoker.protocol.message.OffsetCommitResponse.OffsetCommitResponseTopic;

/** OffsetCommit: a group has consumed up to here. Topics that do not exist are refused at once. */
final class OffsetCommitHandler implements Handler<OffsetCommitRequest> {
  private static final int FIRST_VERSION_WITH_NOT_FOUND = 9;
  private static final int FIRST_VERSION_WITH_IDS = 10;

  private final ClusterView cluster;
  private final GroupCoordinator groups;

  OffsetCommitHandler(ClusterView cluster, GroupCoordinator groups) {
    this.cluster = cluster;
    this.groups = groups;
  }

  @Override
  public void handle(OffsetCommitRequest body, RequestContext context) {
    boolean usesIds = context.version() >= FIRST_VERSION_WITH_IDS;
    ClusterImage image = cluster.image();
    List<OffsetCommitResponseTopic> response = new ArrayList<>();
    Map<Slot, List<OffsetCommitResponsePartition>> slots = new HashMap<>();
    List<CommitOffsetsCommand.Topic> accepted = new ArrayList<>();
    for (OffsetCommitRequestTopic topic : body.topics()) {
      response.add(sort(image, topic, usesIds, slots, accepted));
    }
    CommitOffsetsCommand command =
        new CommitOffsetsCommand(
            body.groupId(),
            body.memberId(),
            body.groupInstanceId(),
            body.generationIdOrMemberEpoch(),
            body.retentionTimeMs(),
            context.version() >= FIRST_VERSION_WITH_NOT_FOUND,
            accepted);
    if (accepted.isEmpty()) {
      context.respond(new OffsetCommitResponse().setTopics(response));
      return;
    }
    Answers.when(
        groups.commitOffsets(command),
        context,
        reply -> {
          fill(reply, slots);
          return new OffsetCommitResponse().setTopics(response);
        });
  }

  private record Slot(String topic, int partition) {}

  private static OffsetCommitResponseTopic sort(
      ClusterImage image,
      OffsetCommitRequestTopic topic,
      boolean usesIds,
      Map<Slot, List<OffsetCommitResponsePartition>> slots,
      List<CommitOffsetsCommand.Topic> accepted) {
    TopicImage known = usesIds ? image.topic(topic.topicId()) : image.topic(topic.name());
    List<OffsetCommitResponsePartition> results = new ArrayList<>();
    List<CommitOffsetsCommand.Partition> partitions = new ArrayList<>();
    for (OffsetCommitRequestPartition partition : topic.partitions()) {
      OffsetCommitResponsePartition result =
          new OffsetCommitResponsePartition().setPartitionIndex(partition.partitionIndex());
      results.add(result);
      ErrorCode error = errorOf(known, usesIds, partition.partitionIndex());
      result.setErrorCode(error.code());
      if (known != null && error == ErrorCode.NONE) {
        slots
            .computeIfAbsent(
                new Slot(known.name(), partition.partitionIndex()), _ -> new ArrayList<>())
            .add(result);
        partitions.add(
            new CommitOffsetsCommand.Partition(
                partition.partitionIndex(),
                partition.committedOffset(),
                partition.committedLeaderEpoch(),
                partition.committedMetadata()));
      }
    }
    if (known != null && !partitions.isEmpty()) {
      accepted.add(
          new CommitOffsetsCommand.Topic(
              known.name(), usesIds ? known.id() : Uuid.ZERO, partitions));
    }
    return new OffsetCommitResponseTopic()
        .setName(topic.name())
        .setTopicId(topic.topicId())
        .setPartitions(results);
  }

  private static ErrorCode errorOf(@Nullable TopicImage topic, boolean usesIds, int partition) {
    if (topic == null && usesIds) {
      return ErrorCode.UNKNOWN_TOPIC_ID;
    }
    boolean exists = topic != null && partition >= 0 && partition < topic.partitions().size();
    return exists ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }

  private static void fill(
      CommitOffsetsReply reply, Map<Slot, List<OffsetCommitResponsePartition>> slots) {
    for (CommitOffsetsReply.Topic topic : reply.topics()) {
      for (CommitOffsetsReply.Partition partition : topic.partitions()) {
        // A partition may be in the request more than once; the last of its offsets stays.
        slots
            .getOrDefault(new Slot(topic.name(), partition.partition()), List.of())
            .forEach(result -> result.setErrorCode(partition.error().code()));
      }
    }
  }
}
