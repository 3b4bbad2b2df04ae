package org.stoker.handlers;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.DeletedTopic;
import org.stoker.metadata.Command.TopicReference;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DeleteTopicsRequest;
import org.stoker.protocol.message.DeleteTopicsResponse;
import org.stoker.protocol.message.DeleteTopicsResponse.DeletableTopicResult;
import org.stoker.settings.ConfigValues;

/** DeleteTopics: by name, or since version 6 by id. */
final class DeleteTopicsHandler implements Handler<DeleteTopicsRequest> {
  private static final int FIRST_VERSION_WITH_IDS = 6;
  private static final int FIRST_VERSION_WITH_DISABLED = 3;

  private final ControllerPort controller;
  private final Supplier<ConfigValues> values;

  DeleteTopicsHandler(ControllerPort controller, Supplier<ConfigValues> values) {
    this.controller = controller;
    this.values = values;
  }

  @Override
  public void handle(DeleteTopicsRequest body, RequestContext context) {
    List<TopicReference> topics =
        context.version() >= FIRST_VERSION_WITH_IDS
            ? body.topics().stream()
                .map(topic -> new TopicReference(topic.name(), topic.topicId()))
                .toList()
            : body.topicNames().stream().map(TopicReference::named).toList();
    if (!values.get().bool("delete.topic.enable")) {
      refuse(context, topics);
      return;
    }
    Answers.when(
        controller.submit(new Command.DeleteTopics(topics), body.timeoutMs()),
        context,
        deleted ->
            new DeleteTopicsResponse()
                .setResponses(deleted.stream().map(DeleteTopicsHandler::result).toList()));
  }

  private static void refuse(RequestContext context, List<TopicReference> topics) {
    ErrorCode error =
        context.version() < FIRST_VERSION_WITH_DISABLED
            ? ErrorCode.INVALID_REQUEST
            : ErrorCode.TOPIC_DELETION_DISABLED;
    context.respond(
        new DeleteTopicsResponse()
            .setResponses(
                topics.stream()
                    .map(topic -> result(topic.name(), topic.id(), error, null))
                    .toList()));
  }

  private static DeletableTopicResult result(DeletedTopic deleted) {
    return result(
        deleted.name(), deleted.id(), deleted.result().error(), deleted.result().message());
  }

  private static DeletableTopicResult result(
      @Nullable String name, Uuid id, ErrorCode error, @Nullable String message) {
    return new DeletableTopicResult()
        .setName(name)
        .setTopicId(id)
        .setErrorCode(error.code())
        .setErrorMessage(message);
  }
}
