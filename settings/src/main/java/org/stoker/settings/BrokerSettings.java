package org.stoker.settings;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A broker's settings in their layers: its file, the cluster's dynamic default, its own dynamic
 * values (KIP-226); immutable, a change makes another. Names that nobody declared are kept and
 * described, and do nothing.
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

  /** The same file with other dynamic values, as far as those may be changed. */
  public BrokerSettings withDynamic(Map<String, String> ofAll, Map<String, String> own) {
    return new BrokerSettings(
        file, DynamicRules.allowed(ofAll, false), DynamicRules.allowed(own, true));
  }

  /** Every broker key's value in force, checked. */
  public ConfigValues values() {
    Map<String, String> merged = new HashMap<>(file);
    merged.putAll(dynamicDefault);
    merged.putAll(dynamicOwn);
    return BrokerKeys.ALL.parse(merged);
  }

  /** What DescribeConfigs says of the broker: every listed key, and what else was set. */
  public List<ConfigEntry> describeBroker() {
    Set<String> set = namesThatAreSet();
    List<ConfigEntry> entries = new ArrayList<>();
    for (ConfigKey key : BrokerKeys.ALL.all()) {
      if (set.remove(key.name()) || !key.isUnlisted()) {
        entries.add(describe(key));
      }
    }
    set.forEach(name -> entries.add(describe(BrokerKeys.find(name))));
    return entries;
  }

  private Set<String> namesThatAreSet() {
    Set<String> names = new TreeSet<>(file.keySet());
    names.addAll(dynamicDefault.keySet());
    names.addAll(dynamicOwn.keySet());
    return names;
  }

  /** What DescribeConfigs says of one of the broker's keys. */
  public ConfigEntry describe(ConfigKey key) {
    List<ConfigEntry.Synonym> synonyms = synonyms(key.name(), namesFor(key.name()));
    // A synonym in another unit does not give the value of the key itself.
    String value =
        synonyms.stream()
            .filter(synonym -> synonym.name().equals(key.name()))
            .map(ConfigEntry.Synonym::value)
            .findFirst()
            .orElse(key.defaultText());
    return entry(key, value, synonyms);
  }

  /** What DescribeConfigs says of what was set for all brokers while they run. */
  public List<ConfigEntry> describeDynamicDefault() {
    ConfigSource source = ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
    List<ConfigEntry> entries = new ArrayList<>();
    for (String name : new TreeSet<>(dynamicDefault.keySet())) {
      String value = dynamicDefault.get(name);
      entries.add(
          entry(
              BrokerKeys.find(name), value, List.of(new ConfigEntry.Synonym(name, value, source))));
    }
    return entries;
  }

  /** What DescribeConfigs says of one of a topic's keys. */
  public ConfigEntry describe(TopicKey topicKey, Map<String, String> ofTopic) {
    String own = ofTopic.get(topicKey.name());
    String value = own != null ? own : inheritedBy(topicKey);
    List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
    if (own != null) {
      ConfigSource source = ConfigSource.DYNAMIC_TOPIC_CONFIG;
      synonyms.add(new ConfigEntry.Synonym(topicKey.name(), topicKey.key().shown(own), source));
    }
    List<String> names = topicKey.brokerNames();
    if (!names.isEmpty()) {
      synonyms.addAll(synonyms(names.getFirst(), names));
    }
    return entry(topicKey.key(), value, synonyms);
  }

  /** What DescribeConfigs says of one of a group's keys. */
  public ConfigEntry describeOfGroup(ConfigKey key, Map<String, String> ofGroup) {
    List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
    String value = ofGroup.get(key.name());
    if (value != null) {
      ConfigSource source = ConfigSource.DYNAMIC_GROUP_CONFIG;
      synonyms.add(new ConfigEntry.Synonym(key.name(), key.shown(value), source));
    }
    ConfigKey ofBroker = BrokerKeys.ALL.find(ResourceKeys.BROKERS_PREFIX + key.name());
    if (ofBroker != null) {
      ConfigEntry inherited = describe(ofBroker);
      synonyms.addAll(inherited.synonyms());
      value = value == null ? inherited.value() : value;
    } else if (key.defaultText() != null) {
      value = value == null ? key.defaultText() : value;
      synonyms.add(
          new ConfigEntry.Synonym(key.name(), key.defaultText(), ConfigSource.DEFAULT_CONFIG));
    }
    return entry(key, value, synonyms);
  }

  /** What DescribeConfigs says of one of the keys of a subscription to clients' metrics. */
  public static ConfigEntry describeOfClientMetrics(
      ConfigKey key, Map<String, String> ofSubscription) {
    String own = ofSubscription.get(key.name());
    if (own == null) {
      return entry(key, key.defaultText(), List.of());
    }
    ConfigSource source = ConfigSource.DYNAMIC_CLIENT_METRICS_CONFIG;
    return entry(key, own, List.of(new ConfigEntry.Synonym(key.name(), key.shown(own), source)));
  }

  private static ConfigEntry entry(
      ConfigKey key, @Nullable String value, List<ConfigEntry.Synonym> synonyms) {
    ConfigSource source =
        synonyms.isEmpty() ? ConfigSource.DEFAULT_CONFIG : synonyms.getFirst().source();
    return new ConfigEntry(
        key, value == null ? null : key.shown(value), source, List.copyOf(synonyms));
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
  @Nullable String inheritedBy(TopicKey topicKey) {
    for (Map<String, String> layer : List.of(dynamicOwn, dynamicDefault, file)) {
      for (TopicKey.BrokerSynonym synonym : topicKey.synonyms()) {
        String text = layer.get(synonym.name());
        if (text != null) {
          return topicKey.inherited(synonym, text);
        }
      }
    }
    return topicKey.key().defaultText();
  }

  /**
   * Every place that names a value, the strongest first. As in Kafka those before the first that
   * names the key itself are left out, such as a value in another unit.
   */
  private List<ConfigEntry.Synonym> synonyms(String name, List<String> names) {
    List<ConfigEntry.Synonym> found = new ArrayList<>();
    add(found, names, dynamicOwn, ConfigSource.DYNAMIC_BROKER_CONFIG);
    add(found, names, dynamicDefault, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
    add(found, names, file, ConfigSource.STATIC_BROKER_CONFIG);
    for (String other : names) {
      ConfigKey key = BrokerKeys.ALL.find(other);
      if (key != null && key.defaultText() != null) {
        found.add(new ConfigEntry.Synonym(other, key.defaultText(), ConfigSource.DEFAULT_CONFIG));
      }
    }
    return found.stream().dropWhile(synonym -> !synonym.name().equals(name)).toList();
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

  /** The names that say the same in another unit, the finest first, or for all listeners. */
  private static List<String> namesFor(String name) {
    return switch (name) {
      case "log.retention.ms", "log.retention.minutes", "log.retention.hours" ->
          List.of("log.retention.ms", "log.retention.minutes", "log.retention.hours");
      case "log.roll.ms", "log.roll.hours" -> List.of("log.roll.ms", "log.roll.hours");
      case "log.roll.jitter.ms", "log.roll.jitter.hours" ->
          List.of("log.roll.jitter.ms", "log.roll.jitter.hours");
      case "log.flush.interval.ms" ->
          List.of("log.flush.interval.ms", "log.flush.scheduler.interval.ms");
      default -> {
        String ofAllListeners = ListenerKeys.baseName(name);
        yield ofAllListeners == null ? List.of(name) : List.of(name, ofAllListeners);
      }
    };
  }
}
