package org.stoker.handlers;

import java.util.List;
import org.stoker.coordinator.DeleteOffsetsCommand;
import org.stoker.coordinator.DeleteOffsetsReply;
import org.stoker.coordinator.GroupCoordinator;
import org.stoker.network.Request;
import org.stoker.protocol.message.OffsetDeleteRequest;
import org.stoker.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import org.stoker.protocol.message.OffsetDeleteResponse;
import org.stoker.protocol.message.OffsetDeleteResponse.OffsetDeleteResponsePartition;
import org.stoker.protocol.message.OffsetDeleteResponse.OffsetDeleteResponseTopic;

/** OffsetDelete: a group forgets some of its offsets (KIP-496). */
final class OffsetDeleteHandler implements Handler {
  private final GroupCoordinator groups;

  OffsetDeleteHandler(GroupCoordinator groups) {
    this.groups = groups;
  }

  @Override
  public void handle(Request request) {
    OffsetDeleteRequest body = (OffsetDeleteRequest) request.body();
    List<DeleteOffsetsCommand.Topic> topics =
        body.topics().stream()
            .map(topic ->
                new DeleteOffsetsCommand.Topic(
                    topic.name(),
                    topic.partitions().stream()
                        .map(OffsetDeleteRequestPartition::partitionIndex)
                        .toList()))
            .toList();
    Answers.when(
        groups.deleteOffsets(new DeleteOffsetsCommand(body.groupId(), topics)),
        request,
        OffsetDeleteHandler::response);
  }

  private static OffsetDeleteResponse response(DeleteOffsetsReply reply) {
    return new OffsetDeleteResponse()
        .setErrorCode(reply.error().code())
        .setTopics(reply.topics().stream().map(OffsetDeleteHandler::topic).toList());
  }

  private static OffsetDeleteResponseTopic topic(DeleteOffsetsReply.Topic topic) {
    return new OffsetDeleteResponseTopic()
        .setName(topic.name())
        .setPartitions(
            topic.partitions().stream()
                .map(partition ->
                    new OffsetDeleteResponsePartition()
                        .setPartitionIndex(partition.partition())
                        .setErrorCode(partition.error().code()))
                .toList());
  }
}
