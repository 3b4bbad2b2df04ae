package org.stoker.settings;

import java.util.List;

/**
 * A topic's key, and the broker's keys that give it its default.
 *
 * @param synonyms the one in the finest unit first: it wins over the others of the same layer
 */
public record TopicKey(ConfigKey key, List<BrokerSynonym> synonyms) {
  private static final long MS_PER_MINUTE = 60_000;
  private static final long MS_PER_HOUR = 60 * MS_PER_MINUTE;

  /** A broker's key that says the same, perhaps in another unit. */
  record BrokerSynonym(String name, long unitMs) {
    String inTopicUnits(String text) {
      return unitMs == 1 ? text : toMs(text);
    }

    private String toMs(String text) {
      long count = Long.parseLong(text.strip());
      // A negative retention means "for ever" in every unit.
      return Long.toString(count < 0 ? -1 : Math.multiplyExact(count, unitMs));
    }
  }

  static TopicKey alone(ConfigKey key) {
    return new TopicKey(key, List.of());
  }

  static TopicKey like(ConfigKey key, String... brokerNames) {
    return new TopicKey(
        key, List.of(brokerNames).stream().map(name -> new BrokerSynonym(name, 1)).toList());
  }

  static TopicKey likeMsMinutesHours(ConfigKey key, String ms, String minutes, String hours) {
    return new TopicKey(
        key,
        List.of(
            new BrokerSynonym(ms, 1),
            new BrokerSynonym(minutes, MS_PER_MINUTE),
            new BrokerSynonym(hours, MS_PER_HOUR)));
  }

  static TopicKey likeMsHours(ConfigKey key, String ms, String hours) {
    return new TopicKey(
        key, List.of(new BrokerSynonym(ms, 1), new BrokerSynonym(hours, MS_PER_HOUR)));
  }

  /** What a broker's value comes to for topics. */
  String inherited(BrokerSynonym synonym, String text) {
    String value = synonym.inTopicUnits(text);
    // In a broker's keys every negative retention is for ever.
    return name().equals(TopicKeys.RETENTION_MS) && value.strip().startsWith("-") ? "-1" : value;
  }

  public String name() {
    return key.name();
  }

  List<String> brokerNames() {
    return synonyms.stream().map(BrokerSynonym::name).toList();
  }
}
