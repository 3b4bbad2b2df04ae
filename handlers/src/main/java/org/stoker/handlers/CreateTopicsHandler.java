package org.stoker.handlers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.Command;
import org.stoker.metadata.Command.CreatedTopic;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.Command.ReplicaAssignment;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.CreateTopicsRequest;
import org.stoker.protocol.message.CreateTopicsRequest.CreatableTopic;
import org.stoker.protocol.message.CreateTopicsResponse;
import org.stoker.protocol.message.CreateTopicsResponse.CreatableTopicConfigs;
import org.stoker.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import org.stoker.settings.BrokerSettings;
import org.stoker.settings.ConfigEntry;
import org.stoker.settings.TopicKey;
import org.stoker.settings.TopicKeys;

/** CreateTopics: makes topics, or says what would be made. */
final class CreateTopicsHandler implements Handler<CreateTopicsRequest> {
  private static final long BYTES_OF_CONFIGS = 150L * TopicKeys.topicKeys().size();

  private final ControllerPort controller;
  private final Supplier<BrokerSettings> settings;

  CreateTopicsHandler(ControllerPort controller, Supplier<BrokerSettings> settings) {
    this.controller = controller;
    this.settings = settings;
  }

  @Override
  public void handle(CreateTopicsRequest body, RequestContext context) {
    List<NewTopic> topics = body.topics().stream().map(CreateTopicsHandler::newTopic).toList();
    Answers.when(
        controller.submit(new Command.CreateTopics(topics, body.validateOnly()), body.timeoutMs()),
        context,
        created ->
            new CreateTopicsResponse()
                .setTopics(
                    onceEach(created).stream()
                        .map(topic -> result(topic, context::tryClaim))
                        .toList()));
  }

  /** A name that was in the request twice is refused twice, and told once. */
  private static Collection<CreatedTopic> onceEach(List<CreatedTopic> created) {
    Map<String, CreatedTopic> byName = new LinkedHashMap<>();
    created.forEach(topic -> byName.putIfAbsent(topic.name(), topic));
    return byName.values();
  }

  private static NewTopic newTopic(CreatableTopic topic) {
    List<ReplicaAssignment> assignments =
        topic.assignments().stream()
            .map(assignment ->
                new ReplicaAssignment(assignment.partitionIndex(), assignment.brokerIds()))
            .toList();
    Map<String, @Nullable String> configs = new HashMap<>();
    topic.configs().forEach(config -> configs.put(config.name(), config.value()));
    return new NewTopic(
        topic.name(), topic.numPartitions(), topic.replicationFactor(), assignments, configs);
  }

  private CreatableTopicResult result(CreatedTopic created, LongPredicate mayTake) {
    CreatableTopicResult result =
        new CreatableTopicResult()
            .setName(created.name())
            .setTopicId(created.topicId())
            .setErrorCode(created.result().error().code())
            .setErrorMessage(created.result().message());
    if (!created.result().isOk()) {
      return result;
    }
    result
        .setNumPartitions(created.partitions())
        .setReplicationFactor((short) created.replicationFactor());
    return mayTake.test(BYTES_OF_CONFIGS)
        ? result.setConfigs(configs(created.configs()))
        : result.setConfigs(null).setTopicConfigErrorCode(ErrorCode.INVALID_REQUEST.code());
  }

  private List<CreatableTopicConfigs> configs(Map<String, String> ofTopic) {
    BrokerSettings current = settings.get();
    List<CreatableTopicConfigs> configs = new ArrayList<>();
    for (TopicKey key : TopicKeys.topicKeys()) {
      if (key.key().isUnlisted() && !ofTopic.containsKey(key.name())) {
        continue;
      }
      ConfigEntry entry = current.describe(key, ofTopic);
      configs.add(
          new CreatableTopicConfigs()
              .setName(key.name())
              .setValue(entry.value())
              .setConfigSource(entry.source().id()));
    }
    return configs;
  }
}
