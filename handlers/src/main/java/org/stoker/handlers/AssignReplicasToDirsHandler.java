package org.stoker.handlers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stoker.base.Uuid;
import org.stoker.metadata.PartitionCommand.AssignDirectories;
import org.stoker.metadata.PartitionCommand.AssignedDirectory;
import org.stoker.metadata.PartitionCommand.AssignedReplies;
import org.stoker.metadata.PartitionCommand.AssignedReply;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.AssignReplicasToDirsRequest;
import org.stoker.protocol.message.AssignReplicasToDirsResponse;

/** AssignReplicasToDirs (KIP-858): a broker says which log directories its replicas are in. */
final class AssignReplicasToDirsHandler implements Handler<AssignReplicasToDirsRequest> {
  private static final long TIMEOUT_MS = 30_000;

  private final ControllerPort controller;

  AssignReplicasToDirsHandler(ControllerPort controller) {
    this.controller = controller;
  }

  @Override
  public void handle(AssignReplicasToDirsRequest body, RequestContext context) {
    List<AssignedDirectory> assigned = new ArrayList<>();
    for (AssignReplicasToDirsRequest.DirectoryData directory : body.directories()) {
      for (AssignReplicasToDirsRequest.TopicData topic : directory.topics()) {
        topic
            .partitions()
            .forEach(partition ->
                assigned.add(
                    new AssignedDirectory(
                        topic.topicId(), partition.partitionIndex(), directory.id())));
      }
    }
    Answers.when(
        controller.submit(
            new AssignDirectories(body.brokerId(), body.brokerEpoch(), assigned), TIMEOUT_MS),
        context,
        AssignReplicasToDirsHandler::response);
  }

  private static AssignReplicasToDirsResponse response(AssignedReplies replies) {
    Map<Uuid, Map<Uuid, AssignReplicasToDirsResponse.TopicData>> directories =
        new LinkedHashMap<>();
    for (AssignedReply reply : replies.replies()) {
      AssignedDirectory asked = reply.asked();
      directories
          .computeIfAbsent(asked.directory(), _ -> new LinkedHashMap<>())
          .computeIfAbsent(
              asked.topicId(),
              id ->
                  new AssignReplicasToDirsResponse.TopicData()
                      .setTopicId(id)
                      .setPartitions(new ArrayList<>()))
          .partitions()
          .add(
              new AssignReplicasToDirsResponse.PartitionData()
                  .setPartitionIndex(asked.partition())
                  .setErrorCode(reply.error().code()));
    }
    List<AssignReplicasToDirsResponse.DirectoryData> data = new ArrayList<>();
    directories.forEach((id, topics) ->
        data.add(
            new AssignReplicasToDirsResponse.DirectoryData()
                .setId(id)
                .setTopics(new ArrayList<>(topics.values()))));
    return new AssignReplicasToDirsResponse()
        .setErrorCode(replies.result().error().code())
        .setDirectories(data);
  }
}
