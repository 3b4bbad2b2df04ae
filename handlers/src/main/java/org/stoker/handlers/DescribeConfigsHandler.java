package org.stoker.handlers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.Result;
import org.stoker.network.Request;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.DescribeConfigsRequest;
import org.stoker.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import org.stoker.protocol.message.DescribeConfigsResponse;
import org.stoker.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import org.stoker.protocol.message.DescribeConfigsResponse.DescribeConfigsResult;
import org.stoker.protocol.message.DescribeConfigsResponse.DescribeConfigsSynonym;
import org.stoker.settings.BrokerKeys;
import org.stoker.settings.BrokerSettings;
import org.stoker.settings.ConfigEntry;
import org.stoker.settings.ConfigKey;
import org.stoker.settings.ConfigSource;
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
    ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
    String name = resource.resourceName();
    if (resource.resourceType() == IncrementalAlterConfigsHandler.BROKER_LOGGER) {
      return loggers(name, resource.configurationKeys());
    }
    return switch (type) {
      case TOPIC -> topic(name, resource.configurationKeys(), body);
      case BROKER -> broker(name, resource.configurationKeys(), body);
      // They are configured by protocols that this version does not speak.
      case GROUP, CLIENT_METRICS -> new DescribeConfigsResult();
      case null ->
          error(
              ErrorCode.INVALID_REQUEST,
              "Resources of type " + resource.resourceType() + " have no configuration here.");
    };
  }

  private static DescribeConfigsResult error(ErrorCode error, String message) {
    return new DescribeConfigsResult().setErrorCode(error.code()).setErrorMessage(message);
  }

  private DescribeConfigsResult topic(
      String name, @Nullable List<String> keys, DescribeConfigsRequest body) {
    if (cluster.image().topic(name) == null) {
      return error(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic " + name + ".");
    }
    Map<String, String> own = cluster.image().configs(ConfigResource.topic(name));
    BrokerSettings current = settings.get();
    List<DescribeConfigsResourceResult> entries = new ArrayList<>();
    for (TopicKey key : TopicKeys.topicKeys()) {
      if (keys == null || keys.contains(key.name())) {
        entries.add(result(current.describe(key, own), false, body));
      }
    }
    return new DescribeConfigsResult().setConfigs(entries);
  }

  private DescribeConfigsResult broker(
      String name, @Nullable List<String> keys, DescribeConfigsRequest body) {
    boolean isDefault = name.isEmpty();
    if (!isDefault && !name.equals(Integer.toString(cluster.brokerId()))) {
      return error(
          ErrorCode.INVALID_REQUEST,
          "This is broker " + cluster.brokerId() + ", it was asked as broker " + name + ".");
    }
    BrokerSettings current = settings.get();
    List<DescribeConfigsResourceResult> entries = new ArrayList<>();
    for (ConfigKey key : BrokerKeys.ALL.all()) {
      if (keys != null && !keys.contains(key.name())) {
        continue;
      }
      String ofDefault = current.dynamicDefault().get(key.name());
      if (!isDefault) {
        boolean isReadOnly = key.change() == ConfigKey.Change.READ_ONLY;
        entries.add(result(current.describe(key), isReadOnly, body));
      } else if (ofDefault != null) {
        entries.add(result(dynamicDefault(key, ofDefault), false, body));
      }
    }
    return new DescribeConfigsResult().setConfigs(entries);
  }

  private DescribeConfigsResult loggers(String broker, @Nullable List<String> keys) {
    Result problem = LoggerAlterations.problemWithBroker(broker, cluster.brokerId());
    if (problem != null) {
      return error(problem.error(), String.valueOf(problem.message()));
    }
    List<DescribeConfigsResourceResult> entries = new ArrayList<>();
    loggers
        .levels()
        .forEach((logger, level) -> {
          if (keys == null || keys.contains(logger)) {
            entries.add(
                new DescribeConfigsResourceResult()
                    .setName(logger)
                    .setValue(level)
                    .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id()));
          }
        });
    return new DescribeConfigsResult().setConfigs(entries);
  }

  private static ConfigEntry dynamicDefault(ConfigKey key, String value) {
    ConfigSource source = ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
    return new ConfigEntry(
        key, value, source, List.of(new ConfigEntry.Synonym(key.name(), value, source)));
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
            .setConfigType(key.type().id());
    if (body.includeDocumentation()) {
      result.setDocumentation(key.documentation());
    }
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
}
