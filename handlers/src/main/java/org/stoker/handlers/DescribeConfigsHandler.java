package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.TopicNames;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DescribeConfigsRequest;
import org.stoker.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import org.stoker.protocol.message.DescribeConfigsResponse;
import org.stoker.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import org.stoker.protocol.message.DescribeConfigsResponse.DescribeConfigsResult;
import org.stoker.protocol.message.DescribeConfigsResponse.DescribeConfigsSynonym;
import org.stoker.settings.BrokerSettings;
import org.stoker.settings.ConfigEntry;
import org.stoker.settings.ConfigKey;
import org.stoker.settings.ConfigSource;
import org.stoker.settings.ConfigType;
import org.stoker.settings.ResourceKeys;
import org.stoker.settings.TopicKey;
import org.stoker.settings.TopicKeys;

/** DescribeConfigs: what is configured, where it came from, and what else has a say (KIP-226). */
final class DescribeConfigsHandler implements Handler<DescribeConfigsRequest> {
  private static final long BYTES_OF_ENTRY = 250;
  private static final long BYTES_OF_SYNONYM = 120;
  private static final String TOO_LARGE =
      "The answer would take more memory than there is for answers now; ask for fewer resources at"
          + " a time.";

  private final ClusterView cluster;
  private final BrokerLoggers loggers;
  private final Supplier<BrokerSettings> settings;
  private final Executor workers;

  DescribeConfigsHandler(
      ClusterView cluster,
      BrokerLoggers loggers,
      Supplier<BrokerSettings> settings,
      Executor workers) {
    this.cluster = cluster;
    this.loggers = loggers;
    this.settings = settings;
    this.workers = workers;
  }

  @Override
  public void handle(DescribeConfigsRequest body, RequestContext context) {
    // A small request may ask for thousands of resources with all of their keys.
    Answers.on(workers, context, () -> answer(body, context));
  }

  private DescribeConfigsResponse answer(DescribeConfigsRequest body, RequestContext context) {
    var question = new Question(context, body, settings.get());
    List<DescribeConfigsResult> results = new ArrayList<>();
    for (DescribeConfigsResource resource : body.resources()) {
      DescribeConfigsResult result =
          question.isTooLarge ? invalid(TOO_LARGE) : describe(resource, question);
      results.add(
          result.setResourceType(resource.resourceType()).setResourceName(resource.resourceName()));
    }
    return new DescribeConfigsResponse().setResults(results);
  }

  /** One request, as it is being answered. */
  @ConfinedTo(ConfinedTo.CALLER)
  private static final class Question {
    private final RequestContext context;
    private final DescribeConfigsRequest body;
    private final BrokerSettings current;
    private @Nullable List<ConfigEntry> ofBroker;
    private boolean isTooLarge;

    Question(RequestContext context, DescribeConfigsRequest body, BrokerSettings current) {
      this.context = context;
      this.body = body;
      this.current = current;
    }

    /** Described once, however often it is asked for. */
    List<ConfigEntry> ofBroker() {
      List<ConfigEntry> described = ofBroker;
      if (described == null) {
        described = current.describeBroker();
        ofBroker = described;
      }
      return described;
    }

    boolean mayTake(long bytes) {
      isTooLarge = !context.tryClaim(bytes);
      return !isTooLarge;
    }
  }

  private DescribeConfigsResult describe(DescribeConfigsResource resource, Question question) {
    String name = resource.resourceName();
    if (resource.resourceType() == IncrementalAlterConfigsHandler.BROKER_LOGGER) {
      return loggers(name, resource, question);
    }
    return switch (ConfigResource.Type.forId(resource.resourceType())) {
      case TOPIC -> topic(name, resource, question);
      case BROKER -> broker(name, resource, question);
      case GROUP -> group(name, resource, question);
      case CLIENT_METRICS -> clientMetrics(name, resource, question);
      case null -> invalid("Unsupported resource type: " + resource.resourceType());
    };
  }

  private static DescribeConfigsResult error(ErrorCode error, String message) {
    return new DescribeConfigsResult().setErrorCode(error.code()).setErrorMessage(message);
  }

  private static DescribeConfigsResult invalid(String message) {
    return error(ErrorCode.INVALID_REQUEST, message);
  }

  /** No list of keys asks for all of them, and so does an empty one. */
  private static boolean isAskedFor(String key, DescribeConfigsResource resource) {
    List<String> keys = resource.configurationKeys();
    return keys == null || keys.isEmpty() || keys.contains(key);
  }

  private DescribeConfigsResult topic(
      String name, DescribeConfigsResource resource, Question question) {
    String problem = TopicNames.problemWith(name);
    if (problem != null) {
      return error(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
    }
    if (cluster.image().topic(name) == null) {
      return error(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic " + name + ".");
    }
    Map<String, String> own = cluster.image().configs(ConfigResource.topic(name));
    BrokerSettings current = question.current;
    List<ConfigEntry> entries = new ArrayList<>();
    for (TopicKey key : TopicKeys.topicKeys()) {
      if (own.containsKey(key.name()) || !key.key().isUnlisted()) {
        entries.add(current.describe(key, own));
      }
    }
    return described(entries, resource, question, _ -> false);
  }

  private DescribeConfigsResult broker(
      String name, DescribeConfigsResource resource, Question question) {
    Predicate<ConfigKey> isReadOnly = key -> key.change() == ConfigKey.Change.READ_ONLY;
    BrokerSettings current = question.current;
    if (name.isEmpty()) {
      return described(current.describeDynamicDefault(), resource, question, isReadOnly);
    }
    String problem = problemWithBroker(name, " or empty string,");
    return problem != null
        ? invalid(problem)
        : described(question.ofBroker(), resource, question, isReadOnly);
  }

  private @Nullable String problemWithBroker(String name, String or) {
    int id;
    try {
      id = Integer.parseInt(name);
    } catch (NumberFormatException e) {
      return "Broker id must be an integer, but it is: " + name;
    }
    return id == cluster.brokerId()
        ? null
        : "Unexpected broker id, expected %d%s but received %s"
            .formatted(cluster.brokerId(), or, name);
  }

  private DescribeConfigsResult group(
      String name, DescribeConfigsResource resource, Question question) {
    if (name.isEmpty()) {
      return invalid("Group name must not be empty");
    }
    Map<String, String> own = cluster.image().configs(ConfigResource.group(name));
    BrokerSettings current = question.current;
    List<ConfigEntry> entries = new ArrayList<>();
    for (ConfigKey key : ResourceKeys.GROUP.all()) {
      if (own.containsKey(key.name()) || !key.isUnlisted()) {
        entries.add(current.describeOfGroup(key, own));
      }
    }
    return described(entries, resource, question, _ -> false);
  }

  private DescribeConfigsResult clientMetrics(
      String name, DescribeConfigsResource resource, Question question) {
    if (name.isEmpty()) {
      return invalid("Client metrics subscription name must not be empty");
    }
    Map<String, String> own =
        cluster.image().configs(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, name));
    List<ConfigEntry> entries = new ArrayList<>();
    for (ConfigKey key : ResourceKeys.CLIENT_METRICS.all()) {
      entries.add(BrokerSettings.describeOfClientMetrics(key, own));
    }
    return described(entries, resource, question, _ -> false);
  }

  private DescribeConfigsResult loggers(
      String broker, DescribeConfigsResource resource, Question question) {
    String problem =
        broker.isEmpty() ? "Broker id must not be empty" : problemWithBroker(broker, "");
    if (problem != null) {
      return invalid(problem);
    }
    Map<String, String> levels = loggers.levels();
    if (!question.mayTake(BYTES_OF_ENTRY * levels.size())) {
      return invalid(TOO_LARGE);
    }
    List<DescribeConfigsResourceResult> entries = new ArrayList<>();
    levels.forEach((logger, level) -> {
      if (isAskedFor(logger, resource)) {
        entries.add(
            new DescribeConfigsResourceResult()
                .setName(logger)
                .setValue(level)
                .setDocumentation(null)
                .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id()));
      }
    });
    return new DescribeConfigsResult().setConfigs(entries);
  }

  /** About what the answer takes, as objects and once more as bytes to send. */
  private static long bytesOf(
      List<ConfigEntry> entries, DescribeConfigsResource resource, DescribeConfigsRequest body) {
    long bytes = 0;
    for (ConfigEntry entry : entries) {
      ConfigKey key = entry.key();
      if (isAskedFor(key.name(), resource)) {
        String value = entry.value();
        String documentation = body.includeDocumentation() ? documentation(key) : null;
        bytes +=
            BYTES_OF_ENTRY
                + (value == null ? 0 : value.length())
                + (documentation == null ? 0 : documentation.length())
                + (body.includeSynonyms() ? BYTES_OF_SYNONYM * entry.synonyms().size() : 0);
      }
    }
    return bytes;
  }

  private static DescribeConfigsResult described(
      List<ConfigEntry> entries,
      DescribeConfigsResource resource,
      Question question,
      Predicate<ConfigKey> isReadOnly) {
    DescribeConfigsRequest body = question.body;
    if (!question.mayTake(bytesOf(entries, resource, body))) {
      return invalid(TOO_LARGE);
    }
    List<DescribeConfigsResourceResult> results = new ArrayList<>();
    for (ConfigEntry entry : entries) {
      if (isAskedFor(entry.key().name(), resource)) {
        results.add(result(entry, isReadOnly.test(entry.key()), body));
      }
    }
    return new DescribeConfigsResult().setConfigs(results);
  }

  private static DescribeConfigsResourceResult result(
      ConfigEntry entry, boolean isReadOnly, DescribeConfigsRequest body) {
    ConfigKey key = entry.key();
    DescribeConfigsResourceResult result =
        new DescribeConfigsResourceResult()
            .setName(key.name())
            .setValue(key.isSensitive() ? null : entry.value())
            .setReadOnly(isReadOnly)
            .setConfigSource(entry.source().id())
            .setIsSensitive(key.isSensitive())
            .setConfigType(key.type().id())
            .setDocumentation(body.includeDocumentation() ? documentation(key) : null);
    if (body.includeSynonyms()) {
      result.setSynonyms(
          entry.synonyms().stream()
              .map(synonym ->
                  new DescribeConfigsSynonym()
                      .setName(synonym.name())
                      .setValue(key.isSensitive() ? null : synonym.value())
                      .setSource(synonym.source().id()))
              .toList());
    }
    return result;
  }

  private static @Nullable String documentation(ConfigKey key) {
    return key.type() == ConfigType.UNKNOWN ? null : key.documentation();
  }
}
