package org.stoker.handlers;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.MorePartitions;
import org.stoker.metadata.Command.TopicResult;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.CreatePartitionsRequest;
import org.stoker.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import org.stoker.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import org.stoker.protocol.message.CreatePartitionsResponse;
import org.stoker.protocol.message.CreatePartitionsResponse.CreatePartitionsTopicResult;

/** CreatePartitions: topics get more of them. */
final class CreatePartitionsHandler implements Handler<CreatePartitionsRequest> {
  private final ControllerPort controller;

  CreatePartitionsHandler(ControllerPort controller) {
    this.controller = controller;
  }

  @Override
  public void handle(CreatePartitionsRequest body, RequestContext context) {
    List<MorePartitions> topics =
        body.topics().stream()
            .map(topic -> new MorePartitions(topic.name(), topic.count(), assignments(topic)))
            .toList();
    Answers.when(
        controller.submit(
            new Command.CreatePartitions(topics, body.validateOnly()), body.timeoutMs()),
        context,
        outcomes ->
            new CreatePartitionsResponse()
                .setResults(
                    onceEach(outcomes).stream()
                        .map(outcome ->
                            new CreatePartitionsTopicResult()
                                .setName(outcome.topic())
                                .setErrorCode(outcome.result().error().code())
                                .setErrorMessage(outcome.result().message()))
                        .toList()));
  }

  /** A name that was in the request twice is refused twice, and told once. */
  private static Collection<TopicResult> onceEach(List<TopicResult> outcomes) {
    Map<String, TopicResult> byName = new LinkedHashMap<>();
    outcomes.forEach(outcome -> byName.putIfAbsent(outcome.topic(), outcome));
    return byName.values();
  }

  private static @Nullable List<List<Integer>> assignments(CreatePartitionsTopic topic) {
    List<CreatePartitionsAssignment> assignments = topic.assignments();
    return assignments == null
        ? null
        : assignments.stream().map(CreatePartitionsAssignment::brokerIds).toList();
  }
}
