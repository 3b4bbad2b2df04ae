package org.stoker.settings;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of one kind of resource, by name. */
public final class ConfigKeys {
  private final Map<String, ConfigKey> byName;

  ConfigKeys(List<ConfigKey> keys) {
    Map<String, ConfigKey> map = new LinkedHashMap<>();
    for (ConfigKey key : keys) {
      if (map.put(key.name(), key) != null) {
        throw new IllegalStateException("declared twice: " + key.name());
      }
      if (key.defaultText() != null) {
        key.parse(key.defaultText());
      }
    }
    byName = Collections.unmodifiableMap(map);
  }

  /** For a kind of resource that has nothing to configure. */
  public static ConfigKeys none() {
    return new ConfigKeys(List.of());
  }

  public Collection<ConfigKey> all() {
    return byName.values();
  }

  public @Nullable ConfigKey find(String name) {
    return byName.get(name);
  }

  /** A key that is known to be declared. */
  public ConfigKey require(String name) {
    ConfigKey key = byName.get(name);
    if (key == null) {
      throw new IllegalStateException("no such configuration key: " + name);
    }
    return key;
  }

  /** Reads the texts of those keys that are declared here; the others are passed over. */
  public ConfigValues parse(Map<String, String> texts) {
    return new ConfigValues(this, texts);
  }
}
