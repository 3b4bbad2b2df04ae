package org.stoker.handlers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stoker.base.TopicPartition;
import org.stoker.coordinator.group.DeleteOffsetsCommand;
import org.stoker.coordinator.group.DeleteOffsetsReply;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.metadata.ClusterImage;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.OffsetDeleteRequest;
import org.stoker.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import org.stoker.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import org.stoker.protocol.message.OffsetDeleteResponse;
import org.stoker.protocol.message.OffsetDeleteResponse.OffsetDeleteResponsePartition;
import org.stoker.protocol.message.OffsetDeleteResponse.OffsetDeleteResponseTopic;

/** OffsetDelete: a group forgets some of its offsets (KIP-496). */
final class OffsetDeleteHandler implements Handler<OffsetDeleteRequest> {
  private final ClusterView cluster;
  private final GroupCoordinator groups;

  OffsetDeleteHandler(ClusterView cluster, GroupCoordinator groups) {
    this.cluster = cluster;
    this.groups = groups;
  }

  @Override
  public void handle(OffsetDeleteRequest body, RequestContext context) {
    ClusterImage image = cluster.image();
    List<DeleteOffsetsCommand.Topic> topics = new ArrayList<>();
    List<OffsetDeleteResponseTopic> unknown = new ArrayList<>();
    for (OffsetDeleteRequestTopic topic : body.topics()) {
      List<Integer> known = new ArrayList<>();
      List<OffsetDeleteResponsePartition> others = new ArrayList<>();
      for (OffsetDeleteRequestPartition partition : topic.partitions()) {
        int index = partition.partitionIndex();
        if (image.partition(new TopicPartition(topic.name(), index)) != null) {
          known.add(index);
        } else {
          others.add(partition(index, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        }
      }
      if (!known.isEmpty()) {
        topics.add(new DeleteOffsetsCommand.Topic(topic.name(), known));
      }
      if (!others.isEmpty()) {
        unknown.add(new OffsetDeleteResponseTopic().setName(topic.name()).setPartitions(others));
      }
    }
    Answers.when(
        groups.deleteOffsets(new DeleteOffsetsCommand(body.groupId(), topics)),
        context,
        reply -> response(reply, unknown));
  }

  private static OffsetDeleteResponse response(
      DeleteOffsetsReply reply, List<OffsetDeleteResponseTopic> unknown) {
    OffsetDeleteResponse response = new OffsetDeleteResponse().setErrorCode(reply.error().code());
    if (reply.error() != ErrorCode.NONE) {
      return response;
    }
    Map<String, OffsetDeleteResponseTopic> topics = new LinkedHashMap<>();
    unknown.forEach(topic -> add(topic, topics));
    reply.topics().forEach(topic -> add(topic(topic), topics));
    return response.setTopics(new ArrayList<>(topics.values()));
  }

  /** Some partitions of a topic may exist and others not, and it may be in the request twice. */
  private static void add(
      OffsetDeleteResponseTopic topic, Map<String, OffsetDeleteResponseTopic> topics) {
    topics
        .computeIfAbsent(
            topic.name(),
            name -> new OffsetDeleteResponseTopic().setName(name).setPartitions(new ArrayList<>()))
        .partitions()
        .addAll(topic.partitions());
  }

  private static OffsetDeleteResponsePartition partition(int index, ErrorCode error) {
    return new OffsetDeleteResponsePartition().setPartitionIndex(index).setErrorCode(error.code());
  }

  private static OffsetDeleteResponseTopic topic(DeleteOffsetsReply.Topic topic) {
    return new OffsetDeleteResponseTopic()
        .setName(topic.name())
        .setPartitions(
            topic.partitions().stream()
                .map(partition -> partition(partition.partition(), partition.error()))
                .toList());
  }
}
