package org.stoker.broker;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.ConfigRules;
import org.stoker.metadata.Result;
import org.stoker.protocol.ErrorCode;
import org.stoker.settings.BrokerKeys;
import org.stoker.settings.ConfigException;
import org.stoker.settings.ConfigKey;
import org.stoker.settings.ConfigKeys;
import org.stoker.settings.ConfigType;
import org.stoker.settings.ConfigValues;
import org.stoker.settings.DynamicRules;
import org.stoker.settings.ResourceKeys;
import org.stoker.settings.TopicKeys;

/** Tells the cluster which dynamic configuration is allowed: what {@code settings} declares. */
public final class SettingsRules implements ConfigRules {
  /** What a subscription to metrics can tell clients apart by (KIP-714). */
  private static final Set<String> CLIENT_PROPERTIES =
      Set.of(
          "client_instance_id",
          "client_id",
          "client_software_name",
          "client_software_version",
          "client_source_address",
          "client_source_port");

  private static final int MIN_METRICS_INTERVAL_MS = 100;
  private static final int MAX_METRICS_INTERVAL_MS = 3_600_000;

  private static ConfigKeys keysOf(ConfigResource.Type type) {
    return switch (type) {
      case TOPIC -> TopicKeys.ALL;
      case BROKER -> BrokerKeys.ALL;
      case GROUP -> ResourceKeys.GROUP;
      case CLIENT_METRICS -> ResourceKeys.CLIENT_METRICS;
    };
  }

  @Override
  public boolean isList(ConfigResource.Type type, String key) {
    ConfigKey declared = keysOf(type).find(key);
    return declared != null && declared.type() == ConfigType.LIST;
  }

  @Override
  public @Nullable String defaultValue(ConfigResource.Type type, String key) {
    ConfigKey declared = keysOf(type).find(key);
    return declared == null ? null : declared.defaultText();
  }

  @Override
  public @Nullable Result problemWith(ConfigResource resource, Map<String, String> values) {
    return switch (resource.type()) {
      case BROKER -> {
        String problem = DynamicRules.problemWith(values, !resource.name().isEmpty());
        yield problem == null ? null : new Result(ErrorCode.INVALID_REQUEST, problem);
      }
      case TOPIC -> {
        Result problem = problemWithDeclared(TopicKeys.ALL, values, "Unknown topic config name: ");
        yield problem != null ? problem : problemWithTopic(TopicKeys.ALL.parse(values));
      }
      case GROUP -> problemWithDeclared(ResourceKeys.GROUP, values, "Unknown group config name: ");
      case CLIENT_METRICS -> problemWithMetrics(values);
    };
  }

  private static @Nullable Result problemWithDeclared(
      ConfigKeys keys, Map<String, String> values, String unknown) {
    for (Map.Entry<String, String> entry : values.entrySet()) {
      ConfigKey key = keys.find(entry.getKey());
      if (key == null) {
        return invalidConfig(unknown + entry.getKey());
      }
      try {
        key.parse(entry.getValue());
      } catch (ConfigException e) {
        return invalidConfig(String.valueOf(e.getMessage()));
      }
    }
    return null;
  }

  private static @Nullable Result problemWithTopic(ConfigValues values) {
    if (values.isSet(TopicKeys.REMOTE_STORAGE_ENABLE)
        && values.bool(TopicKeys.REMOTE_STORAGE_ENABLE)) {
      return invalidConfig(
          "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with"
              + " remote log storage.");
    }
    Object least = values.find(TopicKeys.MIN_COMPACTION_LAG_MS);
    Object most = values.find(TopicKeys.MAX_COMPACTION_LAG_MS);
    if (least instanceof Long leastMs && most instanceof Long mostMs && leastMs > mostMs) {
      return invalidConfig(
          "conflict topic config setting min.compaction.lag.ms (%d) > max.compaction.lag.ms (%d)"
              .formatted(leastMs, mostMs));
    }
    return null;
  }

  private static @Nullable Result problemWithMetrics(Map<String, String> values) {
    for (String name : values.keySet()) {
      if (ResourceKeys.CLIENT_METRICS.find(name) == null) {
        return invalidRequest("Unknown client metrics configuration: " + name);
      }
    }
    Result problem = problemWithDeclared(ResourceKeys.CLIENT_METRICS, values, "");
    if (problem != null) {
      return problem;
    }
    ConfigValues parsed = ResourceKeys.CLIENT_METRICS.parse(values);
    if (parsed.find("interval.ms") instanceof Integer interval
        && (interval < MIN_METRICS_INTERVAL_MS || interval > MAX_METRICS_INTERVAL_MS)) {
      return invalidRequest(
          "Invalid value "
              + interval
              + " for interval.ms, interval must be between 100 and 3600000 (1 hour)");
    }
    List<String> patterns = parsed.isSet("match") ? parsed.list("match") : List.of();
    for (String pattern : patterns) {
      if (!isClientPattern(pattern)) {
        return invalidConfig("Illegal client matching pattern: " + pattern);
      }
    }
    return null;
  }

  private static boolean isClientPattern(String text) {
    String[] parts = text.split("=", -1);
    if (parts.length != 2 || !CLIENT_PROPERTIES.contains(parts[0].strip())) {
      return false;
    }
    try {
      Pattern.compile(parts[1].strip());
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  private static Result invalidConfig(String message) {
    return new Result(ErrorCode.INVALID_CONFIG, message);
  }

  private static Result invalidRequest(String message) {
    return new Result(ErrorCode.INVALID_REQUEST, message);
  }
}
