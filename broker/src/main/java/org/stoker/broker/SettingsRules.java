package org.stoker.broker;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.ConfigRules;
import org.stoker.settings.BrokerKeys;
import org.stoker.settings.ConfigException;
import org.stoker.settings.ConfigKey;
import org.stoker.settings.ConfigKeys;
import org.stoker.settings.ConfigType;
import org.stoker.settings.TopicKeys;

/** Tells the cluster which dynamic configuration is allowed: what {@code settings} declares. */
public final class SettingsRules implements ConfigRules {
  private static final ConfigKeys NONE = ConfigKeys.none();

  private static ConfigKeys keysOf(ConfigResource.Type type) {
    return switch (type) {
      case TOPIC -> TopicKeys.ALL;
      case BROKER -> BrokerKeys.ALL;
      // Both are configured by protocols that this version does not speak.
      case GROUP, CLIENT_METRICS -> NONE;
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
  public @Nullable String problemWith(ConfigResource resource, Map<String, String> values) {
    for (Map.Entry<String, String> entry : values.entrySet()) {
      ConfigKey key = keysOf(resource.type()).find(entry.getKey());
      if (key == null) {
        return "Unknown " + kindOf(resource.type()) + " config name: " + entry.getKey();
      }
      if (resource.type() == ConfigResource.Type.BROKER
          && key.change() == ConfigKey.Change.READ_ONLY) {
        return "Cannot change " + entry.getKey() + " while the broker runs";
      }
      try {
        key.parse(entry.getValue());
      } catch (ConfigException e) {
        return e.getMessage();
      }
    }
    return null;
  }

  private static String kindOf(ConfigResource.Type type) {
    return switch (type) {
      case TOPIC -> "topic";
      case BROKER -> "broker";
      case GROUP -> "group";
      case CLIENT_METRICS -> "client metrics";
    };
  }
}
