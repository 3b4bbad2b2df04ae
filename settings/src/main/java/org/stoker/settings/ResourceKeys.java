package org.stoker.settings;

/** The keys of resources that are neither brokers nor topics. */
public final class ResourceKeys {
  /** What a group is configured with (KIP-848). */
  public static final ConfigKeys GROUP = new ConfigKeys(KeyTable.read("group-keys.txt"));

  /** What a subscription to clients' metrics is configured with (KIP-714). */
  public static final ConfigKeys CLIENT_METRICS =
      new ConfigKeys(KeyTable.read("client-metrics-keys.txt"));

  /** What stands before a group's key in the broker's key that gives it its default. */
  static final String BROKERS_PREFIX = "group.";

  private ResourceKeys() {}
}
