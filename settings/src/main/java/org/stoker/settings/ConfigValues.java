package org.stoker.settings;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values that were checked: what was set, and defaults for the rest, but for keys without effect.
 */
public final class ConfigValues {
  private final Map<String, Object> values = new HashMap<>();
  private final ConfigKeys keys;

  ConfigValues(ConfigKeys keys, Map<String, String> texts) {
    this.keys = keys;
    for (ConfigKey key : keys.all()) {
      String text = texts.get(key.name());
      if (text == null && key.hasEffect()) {
        text = key.defaultText();
      }
      if (text != null) {
        values.put(key.name(), key.parse(text));
      }
    }
  }

  public int integer(String name) {
    return (Integer) require(name);
  }

  public short shortInteger(String name) {
    return (Short) require(name);
  }

  public long longInteger(String name) {
    return (Long) require(name);
  }

  public double number(String name) {
    return (Double) require(name);
  }

  public boolean bool(String name) {
    return (Boolean) require(name);
  }

  public String text(String name) {
    return (String) require(name);
  }

  @SuppressWarnings("unchecked") // a value of type LIST was parsed as one
  public List<String> list(String name) {
    return (List<String>) require(name);
  }

  public boolean isSet(String name) {
    keys.require(name);
    return values.containsKey(name);
  }

  /** The value if there is one, for keys without a default. */
  public @Nullable Object find(String name) {
    keys.require(name);
    return values.get(name);
  }

  private Object require(String name) {
    Object value = find(name);
    if (value == null) {
      throw new ConfigException(
          "Missing required configuration " + name + ", which has no default");
    }
    return value;
  }
}
