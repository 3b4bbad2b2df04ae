package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.TopicNames;
import org.stoker.network.Request;
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
final class DescribeConfigsHandler implements Handler {
  private final ClusterView cluster;
  private final BrokerLoggers loggers;
  private final Supplier<BrokerSettings> settings;

  DescribeConfigsHandler(
      ClusterView cluster, BrokerLoggers loggers, Supplier<BrokerSettings> settings) {
    this.cluster = cluster;
    this.loggers = loggers;
    this.settings = settings;
  }

  @Override
  public void handle(Request request) {
    DescribeConfigsRequest body = (DescribeConfigsRequest) request.body();
    List<DescribeConfigsResult> results = new ArrayList<>();
    for (DescribeConfigsResource resource : body.resources()) {
      DescribeConfigsResult result = describe(resource, body);
      results.add(
          result.setResourceType(resource.resourceType()).setResourceName(resource.resourceName()));
    }
    request.respond(new DescribeConfigsResponse().setResults(results));
  }

  private DescribeConfigsResult describe(
      DescribeConfigsResource resource, DescribeConfigsRequest body) {
    String name = resource.resourceName();
    if (resource.resourceType() == IncrementalAlterConfigsHandler.BROKER_LOGGER) {
      return loggers(name, resource);
    }
    return switch (ConfigResource.Type.forId(resource.resourceType())) {
      case TOPIC -> topic(name, resource, body);
      case BROKER -> broker(name, resource, body);
      case GROUP -> group(name, resource, body);
      case CLIENT_METRICS -> clientMetrics(name, resource, body);
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
      String name, DescribeConfigsResource resource, DescribeConfigsRequest body) {
    String problem = TopicNames.problemWith(name);
    if (problem != null) {
      return error(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
    }
    if (cluster.image().topic(name) == null) {
      return error(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic " + name + ".");
    }
    Map<String, String> own = cluster.image().configs(ConfigResource.topic(name));
    BrokerSettings current = settings.get();
    List<ConfigEntry> entries = new ArrayList<>();
    for (TopicKey key : TopicKeys.topicKeys()) {
      if (own.containsKey(key.name()) || !key.key().isUnlisted()) {
        entries.add(current.describe(key, own));
      }
    }
    return described(entries, resource, body, _ -> false);
  }

  private DescribeConfigsResult broker(
      String name, DescribeConfigsResource resource, DescribeConfigsRequest body) {
    Predicate<ConfigKey> isReadOnly = key -> key.change() == ConfigKey.Change.READ_ONLY;
    BrokerSettings current = settings.get();
    if (name.isEmpty()) {
      return described(current.describeDynamicDefault(), resource, body, isReadOnly);
    }
    String problem = problemWithBroker(name, " or empty string,");
    return problem != null
        ? invalid(problem)
        : described(current.describeBroker(), resource, body, isReadOnly);
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
      String name, DescribeConfigsResource resource, DescribeConfigsRequest body) {
    if (name.isEmpty()) {
      return invalid("Group name must not be empty");
    }
    Map<String, String> own = cluster.image().configs(ConfigResource.group(name));
    BrokerSettings current = settings.get();
    List<ConfigEntry> entries = new ArrayList<>();
    for (ConfigKey key : ResourceKeys.GROUP.all()) {
      if (own.containsKey(key.name()) || !key.isUnlisted()) {
        entries.add(current.describeOfGroup(key, own));
      }
    }
    return described(entries, resource, body, _ -> false);
  }

  private DescribeConfigsResult clientMetrics(
      String name, DescribeConfigsResource resource, DescribeConfigsRequest body) {
    if (name.isEmpty()) {
      return invalid("Client metrics subscription name must not be empty");
    }
    Map<String, String> own =
        cluster.image().configs(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, name));
    List<ConfigEntry> entries = new ArrayList<>();
    for (ConfigKey key : ResourceKeys.CLIENT_METRICS.all()) {
      entries.add(BrokerSettings.describeOfClientMetrics(key, own));
    }
    return described(entries, resource, body, _ -> false);
  }

  private DescribeConfigsResult loggers(String broker, DescribeConfigsResource resource) {
    String problem =
        broker.isEmpty() ? "Broker id must not be empty" : problemWithBroker(broker, "");
    if (problem != null) {
      return invalid(problem);
    }
    List<DescribeConfigsResourceResult> entries = new ArrayList<>();
    loggers
        .levels()
        .forEach((logger, level) -> {
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

  private static DescribeConfigsResult described(
      List<ConfigEntry> entries,
      DescribeConfigsResource resource,
      DescribeConfigsRequest body,
      Predicate<ConfigKey> isReadOnly) {
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
