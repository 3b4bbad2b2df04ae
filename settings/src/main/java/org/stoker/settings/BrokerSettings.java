package org.stoker.settings;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A broker's settings in their layers: its file, the cluster's dynamic default, its own dynamic
 * values (KIP-226); immutable, a change makes another.
 *
 * @param file what the properties file and the command line say
 * @param dynamicDefault what was set for all brokers while they run
 * @param dynamicOwn what was set for this broker while it runs
 */
public record BrokerSettings(
    Map<String, String> file, Map<String, String> dynamicDefault, Map<String, String> dynamicOwn) {
  public BrokerSettings {
    file = Map.copyOf(file);
    dynamicDefault = Map.copyOf(dynamicDefault);
    dynamicOwn = Map.copyOf(dynamicOwn);
  }

  /** The settings of a broker that has only its file. */
  public static BrokerSettings ofFile(Map<String, String> file) {
    return new BrokerSettings(file, Map.of(), Map.of());
  }

  /** Every broker key's value in force, checked. */
  public ConfigValues values() {
    Map<String, String> merged = new HashMap<>(file);
    merged.putAll(dynamicDefault);
    merged.putAll(dynamicOwn);
    return BrokerKeys.ALL.parse(merged);
  }

  /** What DescribeConfigs says of one of the broker's keys. */
  public ConfigEntry describe(ConfigKey key) {
    List<ConfigEntry.Synonym> synonyms = synonyms(namesFor(key));
    ConfigSource source =
        synonyms.isEmpty() ? ConfigSource.DEFAULT_CONFIG : synonyms.getFirst().source();
    // A synonym in another unit does not give the value of the key itself.
    String value =
        synonyms.stream()
            .filter(synonym -> synonym.name().equals(key.name()))
            .map(ConfigEntry.Synonym::value)
            .findFirst()
            .orElse(key.defaultText());
    return new ConfigEntry(key, value, source, synonyms);
  }

  /** What DescribeConfigs says of one of a topic's keys. */
  public ConfigEntry describe(TopicKey topicKey, Map<String, String> ofTopic) {
    List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
    String own = ofTopic.get(topicKey.name());
    if (own != null) {
      synonyms.add(
          new ConfigEntry.Synonym(topicKey.name(), own, ConfigSource.DYNAMIC_TOPIC_CONFIG));
    }
    synonyms.addAll(synonyms(topicKey.brokerNames()));
    ConfigSource source =
        synonyms.isEmpty() ? ConfigSource.DEFAULT_CONFIG : synonyms.getFirst().source();
    String value = own != null ? own : inheritedBy(topicKey);
    return new ConfigEntry(topicKey.key(), value, source, List.copyOf(synonyms));
  }

  /** Every topic key's value in force for a topic with these values of its own, checked. */
  public ConfigValues topicValues(Map<String, String> ofTopic) {
    Map<String, String> merged = new HashMap<>();
    for (TopicKey topicKey : TopicKeys.TOPIC_KEYS) {
      String inherited = inheritedBy(topicKey);
      if (inherited != null) {
        merged.put(topicKey.name(), inherited);
      }
    }
    merged.putAll(ofTopic);
    return TopicKeys.ALL.parse(merged);
  }

  /**
   * What the broker's keys give a topic: the strongest layer first, the finest unit first in each.
   */
  private @Nullable String inheritedBy(TopicKey topicKey) {
    for (Map<String, String> layer : List.of(dynamicOwn, dynamicDefault, file)) {
      for (TopicKey.BrokerSynonym synonym : topicKey.synonyms()) {
        String text = layer.get(synonym.name());
        if (text != null) {
          return synonym.inTopicUnits(text);
        }
      }
    }
    return topicKey.key().defaultText();
  }

  private List<ConfigEntry.Synonym> synonyms(List<String> names) {
    List<ConfigEntry.Synonym> found = new ArrayList<>();
    add(found, names, dynamicOwn, ConfigSource.DYNAMIC_BROKER_CONFIG);
    add(found, names, dynamicDefault, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
    add(found, names, file, ConfigSource.STATIC_BROKER_CONFIG);
    for (String name : names) {
      ConfigKey key = BrokerKeys.ALL.require(name);
      if (key.defaultText() != null) {
        found.add(new ConfigEntry.Synonym(name, key.defaultText(), ConfigSource.DEFAULT_CONFIG));
      }
    }
    return List.copyOf(found);
  }

  private static void add(
      List<ConfigEntry.Synonym> found,
      List<String> names,
      Map<String, String> layer,
      ConfigSource source) {
    for (String name : names) {
      String value = layer.get(name);
      if (value != null) {
        found.add(new ConfigEntry.Synonym(name, value, source));
      }
    }
  }

  /** The names that say the same in another unit, the finest first (KIP-226). */
  private static List<String> namesFor(ConfigKey key) {
    return switch (key.name()) {
      case "log.retention.ms", "log.retention.minutes", "log.retention.hours" ->
          List.of("log.retention.ms", "log.retention.minutes", "log.retention.hours");
      case "log.roll.ms", "log.roll.hours" -> List.of("log.roll.ms", "log.roll.hours");
      case "log.roll.jitter.ms", "log.roll.jitter.hours" ->
          List.of("log.roll.jitter.ms", "log.roll.jitter.hours");
      case "log.flush.interval.ms" ->
          List.of("log.flush.interval.ms", "log.flush.scheduler.interval.ms");
      default -> List.of(key.name());
    };
  }
}
