package org.stoker.settings;

/** Where a value came from, the strongest first; the ids are those of DescribeConfigs. */
public enum ConfigSource {
  DYNAMIC_TOPIC_CONFIG(1),
  DYNAMIC_BROKER_CONFIG(2),
  DYNAMIC_DEFAULT_BROKER_CONFIG(3),
  STATIC_BROKER_CONFIG(4),
  DEFAULT_CONFIG(5),
  DYNAMIC_BROKER_LOGGER_CONFIG(6),
  DYNAMIC_CLIENT_METRICS_CONFIG(7),
  DYNAMIC_GROUP_CONFIG(8);

  private final int id;

  ConfigSource(int id) {
    this.id = id;
  }

  public byte id() {
    return (byte) id;
  }
}
