package org.stoker.settings;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One key: declared in one place, with its type, default, range and sentence of documentation.
 *
 * @param defaultText null if the key has no value unless one is set
 * @param change when its value may change
 * @param use who sees it, and whether it does anything
 * @param sentence for people: what the key means, in Kafka and here
 */
public record ConfigKey(
    String name,
    ConfigType type,
    @Nullable String defaultText,
    Check check,
    Change change,
    Use use,
    String sentence) {

  /** Who may change a broker's key while it runs. */
  public enum Change {
    /** Read once, at the start. */
    READ_ONLY,
    /** For one broker, or as a default for all. */
    CLUSTER_WIDE,
    /** For one broker only. */
    PER_BROKER
  }

  /**
   * What becomes of a value.
   *
   * @param isUnlisted described only if it was set: throttles, and what Kafka keeps for its tests
   * @param whyNoEffect empty if the key does what it says; else why it is known and does nothing
   */
  public record Use(boolean isUnlisted, String whyNoEffect) {
    static final Use PLAIN = new Use(false, "");
  }

  /** A key that nobody declared: it may hold a secret, so its value is not shown. */
  static ConfigKey undeclared(String name) {
    return key(name, ConfigType.UNKNOWN, null, "");
  }

  ConfigKey named(String newName) {
    return new ConfigKey(newName, type, defaultText, check, Change.READ_ONLY, use, sentence);
  }

  static ConfigKey key(String name, ConfigType type, @Nullable String defaultText, String doc) {
    return new ConfigKey(
        name, type, defaultText, new Check.Anything(), Change.READ_ONLY, Use.PLAIN, doc);
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

  ConfigKey nonEmpty() {
    return checked(new Check.NonEmpty(check));
  }

  ConfigKey checked(Check stricter) {
    return new ConfigKey(name, type, defaultText, stricter, change, use, sentence);
  }

  ConfigKey changedFor(Change newChange) {
    return new ConfigKey(name, type, defaultText, check, newChange, use, sentence);
  }

  ConfigKey dynamic() {
    return changedFor(Change.CLUSTER_WIDE);
  }

  ConfigKey used(Use newUse) {
    return new ConfigKey(name, type, defaultText, check, change, newUse, sentence);
  }

  ConfigKey unlisted() {
    return used(new Use(true, use.whyNoEffect()));
  }

  ConfigKey withoutEffect(String why) {
    return used(new Use(use.isUnlisted(), why));
  }

  /** Whether the value must never be shown. */
  public boolean isSensitive() {
    return type == ConfigType.PASSWORD || type == ConfigType.UNKNOWN;
  }

  /** Whether the key is described only if it was set. */
  public boolean isUnlisted() {
    return use.isUnlisted();
  }

  /** Whether a value changes what happens. */
  public boolean hasEffect() {
    return use.whyNoEffect().isEmpty();
  }

  /** What DescribeConfigs says about the key. */
  public String documentation() {
    return hasEffect() ? sentence : sentence + " No effect here: " + use.whyNoEffect() + ".";
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
      throw new ConfigException(Check.invalid(name, text, type.mismatch()));
    }
    if (value instanceof List<?> items && !(check instanceof Check.ThrottledReplicas)) {
      value = items.stream().distinct().toList();
    }
    String problem =
        value instanceof List<?> items
            ? check.problemWithList(name, items)
            : check.problemWith(name, value);
    if (problem != null) {
      throw new ConfigException(problem);
    }
    return value;
  }

  /**
   * The text as it is shown: as written, but for spaces, doubled items and capitals of booleans.
   */
  String shown(String text) {
    try {
      return ConfigType.text(parse(text));
    } catch (ConfigException e) {
      return text;
    }
  }
}
