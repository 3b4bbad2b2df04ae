package org.stoker.handlers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stoker.base.TopicPartition;
import org.stoker.metadata.PartitionCommand.PartitionResult;
import org.stoker.metadata.PartitionCommand.Reassign;
import org.stoker.metadata.PartitionCommand.Reassignment;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.AlterPartitionReassignmentsRequest;
import org.stoker.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import org.stoker.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import org.stoker.protocol.message.AlterPartitionReassignmentsResponse;
import org.stoker.protocol.message.AlterPartitionReassignmentsResponse.ReassignablePartitionResponse;
import org.stoker.protocol.message.AlterPartitionReassignmentsResponse.ReassignableTopicResponse;

/** AlterPartitionReassignments (KIP-455): partitions move to other brokers, or stay after all. */
final class AlterPartitionReassignmentsHandler
    implements Handler<AlterPartitionReassignmentsRequest> {
  private final ControllerPort controller;

  AlterPartitionReassignmentsHandler(ControllerPort controller) {
    this.controller = controller;
  }

  @Override
  public void handle(AlterPartitionReassignmentsRequest body, RequestContext context) {
    List<Reassignment> wanted = new ArrayList<>();
    for (ReassignableTopic topic : body.topics()) {
      for (ReassignablePartition partition : topic.partitions()) {
        wanted.add(
            new Reassignment(
                new TopicPartition(topic.name(), partition.partitionIndex()),
                partition.replicas()));
      }
    }
    boolean mayChange = body.allowReplicationFactorChange();
    Answers.when(
        controller.submit(new Reassign(wanted, mayChange), body.timeoutMs()),
        context,
        results -> response(results).setAllowReplicationFactorChange(mayChange));
  }

  private static AlterPartitionReassignmentsResponse response(List<PartitionResult> results) {
    Map<String, ReassignableTopicResponse> topics = new LinkedHashMap<>();
    for (PartitionResult result : results) {
      topics
          .computeIfAbsent(
              result.partition().topic(),
              name ->
                  new ReassignableTopicResponse().setName(name).setPartitions(new ArrayList<>()))
          .partitions()
          .add(
              new ReassignablePartitionResponse()
                  .setPartitionIndex(result.partition().partition())
                  .setErrorCode(result.result().error().code())
                  .setErrorMessage(result.result().message()));
    }
    return new AlterPartitionReassignmentsResponse().setResponses(new ArrayList<>(topics.values()));
  }
}
