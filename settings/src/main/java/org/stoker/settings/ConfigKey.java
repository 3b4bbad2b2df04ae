package org.stoker.settings;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One key: declared in one place, with its type, default, range and sentence of documentation.
 *
 * @param defaultText null if the key has no value unless one is set
 * @param documentation a sentence for people, shown by DescribeConfigs
 */
public record ConfigKey(
    String name,
    ConfigType type,
    @Nullable String defaultText,
    Check check,
    Change change,
    String documentation) {

  /** Who may change a broker's key while it runs. */
  public enum Change {
    /** Read once, at the start. */
    READ_ONLY,
    /** For one broker, or as a default for all. */
    CLUSTER_WIDE,
    /** For one broker only. */
    PER_BROKER
  }

  static ConfigKey key(String name, ConfigType type, @Nullable String defaultText, String doc) {
    return new ConfigKey(name, type, defaultText, new Check.Anything(), Change.READ_ONLY, doc);
  }

  static ConfigKey bool(String name, boolean defaultValue, String doc) {
    return key(name, ConfigType.BOOLEAN, Boolean.toString(defaultValue), doc);
  }

  static ConfigKey integer(String name, int defaultValue, String doc) {
    return key(name, ConfigType.INT, Integer.toString(defaultValue), doc);
  }

  static ConfigKey longInteger(String name, long defaultValue, String doc) {
    return key(name, ConfigType.LONG, Long.toString(defaultValue), doc);
  }

  static ConfigKey text(String name, @Nullable String defaultText, String doc) {
    return key(name, ConfigType.STRING, defaultText, doc);
  }

  static ConfigKey list(String name, @Nullable String defaultText, String doc) {
    return key(name, ConfigType.LIST, defaultText, doc);
  }

  ConfigKey atLeast(long least) {
    return checked(new Check.AtLeast(least));
  }

  ConfigKey between(double least, double most) {
    return checked(new Check.Between(least, most));
  }

  ConfigKey oneOf(String... words) {
    return checked(new Check.OneOf(List.of(words)));
  }

  ConfigKey checked(Check stricter) {
    return new ConfigKey(name, type, defaultText, stricter, change, documentation);
  }

  ConfigKey changedFor(Change newChange) {
    return new ConfigKey(name, type, defaultText, check, newChange, documentation);
  }

  ConfigKey dynamic() {
    return changedFor(Change.CLUSTER_WIDE);
  }

  /** Whether the value must never be shown. */
  public boolean isSensitive() {
    return type == ConfigType.PASSWORD;
  }

  /**
   * Reads the text as a value of this key's type.
   *
   * @throws ConfigException if it is not of the type or not in the range
   */
  public Object parse(String text) {
    Object value;
    try {
      value = type.parse(text);
    } catch (IllegalArgumentException e) {
      throw ConfigException.wrongValue(this, text);
    }
    if (!check.allows(value)) {
      throw ConfigException.wrongValue(this, text);
    }
    return value;
  }
}
