package org.stoker.handlers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.TopicPartition;
import org.stoker.metadata.PartitionCommand.ElectLeaders;
import org.stoker.metadata.PartitionCommand.PartitionResult;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.ElectLeadersRequest;
import org.stoker.protocol.message.ElectLeadersResponse;
import org.stoker.protocol.message.ElectLeadersResponse.ReplicaElectionResult;

/** ElectLeaders (KIP-460): preferred replicas lead again, or anybody at all. */
final class ElectLeadersHandler implements Handler<ElectLeadersRequest> {
  private static final byte PREFERRED = 0;
  private static final byte UNCLEAN = 1;

  private final ControllerPort controller;

  ElectLeadersHandler(ControllerPort controller) {
    this.controller = controller;
  }

  @Override
  public void handle(ElectLeadersRequest body, RequestContext context) {
    // The first version knows of preferred replicas alone.
    byte type = context.version() == 0 ? PREFERRED : body.electionType();
    if (type != PREFERRED && type != UNCLEAN) {
      context.respond(new ElectLeadersResponse().setErrorCode(ErrorCode.INVALID_REQUEST.code()));
      return;
    }
    Answers.when(
        controller.submit(new ElectLeaders(type == UNCLEAN, partitions(body)), body.timeoutMs()),
        context,
        ElectLeadersHandler::response);
  }

  private static @Nullable List<TopicPartition> partitions(ElectLeadersRequest body) {
    List<ElectLeadersRequest.TopicPartitions> topics = body.topicPartitions();
    if (topics == null) {
      return null;
    }
    List<TopicPartition> partitions = new ArrayList<>();
    for (ElectLeadersRequest.TopicPartitions topic : topics) {
      topic.partitions().forEach(index -> partitions.add(new TopicPartition(topic.topic(), index)));
    }
    return partitions;
  }

  private static ElectLeadersResponse response(List<PartitionResult> results) {
    Map<String, ReplicaElectionResult> topics = new LinkedHashMap<>();
    for (PartitionResult result : results) {
      topics
          .computeIfAbsent(
              result.partition().topic(),
              name ->
                  new ReplicaElectionResult().setTopic(name).setPartitionResult(new ArrayList<>()))
          .partitionResult()
          .add(
              new ElectLeadersResponse.PartitionResult()
                  .setPartitionId(result.partition().partition())
                  .setErrorCode(result.result().error().code())
                  .setErrorMessage(result.result().message()));
    }
    return new ElectLeadersResponse().setReplicaElectionResults(new ArrayList<>(topics.values()));
  }
}
