package org.stoker.broker;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.metadata.ZooKeeperAddress;
import org.stoker.settings.BrokerRules;
import org.stoker.settings.BrokerSettings;
import org.stoker.settings.ConfigException;
import org.stoker.settings.ConfigValues;

/**
 * What a broker needs to know before it starts; the rest is read from the settings where it is
 * used.
 *
 * @param brokerId −1 if only {@code meta.properties} can say
 * @param zooKeeper the ensemble; null if ZooKeeper runs inside the broker
 */
record BrokerConfig(
    BrokerSettings settings,
    ConfigValues values,
    int brokerId,
    @Nullable String rack,
    ListenerPlan listeners,
    List<Path> logDirs,
    @Nullable ZooKeeperAddress zooKeeper,
    ZooKeeperInside inside) {
  static final int UNKNOWN_ID = -1;

  /**
   * Where the ZooKeeper inside the broker lives, if it does.
   *
   * @param quorum with whom it votes; null if it is alone
   */
  record ZooKeeperInside(Path directory, int port, @Nullable ZooKeeperQuorum quorum) {}

  /**
   * Reads and checks the keys.
   *
   * @throws ConfigException if a value is wrong, or values do not fit together
   */
  static BrokerConfig of(BrokerSettings settings) {
    ConfigValues values = settings.values();
    String problem = BrokerRules.problemWith(settings);
    if (problem != null) {
      throw new ConfigException(problem);
    }
    List<Path> logDirs = logDirs(values);
    return new BrokerConfig(
        settings,
        values,
        brokerId(values),
        values.find("broker.rack") instanceof String rack ? rack : null,
        ListenerPlan.of(values),
        logDirs,
        zooKeeper(values),
        inside(values, logDirs.getFirst()));
  }

  private static int brokerId(ConfigValues values) {
    int brokerId = values.integer("broker.id");
    int nodeId = values.isSet("node.id") ? values.integer("node.id") : UNKNOWN_ID;
    if (brokerId != UNKNOWN_ID && nodeId != UNKNOWN_ID && brokerId != nodeId) {
      throw new ConfigException(
          "Configuration broker.id=%d and node.id=%d name the same thing and differ"
              .formatted(brokerId, nodeId));
    }
    int id = brokerId != UNKNOWN_ID ? brokerId : nodeId;
    if (id < UNKNOWN_ID) {
      throw new ConfigException(
          "Invalid value "
              + id
              + " for configuration broker.id: must be a whole number, at least 0");
    }
    return id;
  }

  private static List<Path> logDirs(ConfigValues values) {
    List<String> names = values.list(values.isSet("log.dirs") ? "log.dirs" : "log.dir");
    List<Path> paths =
        names.stream()
            .filter(name -> !name.isEmpty())
            .map(name -> Path.of(name).toAbsolutePath().normalize())
            .toList();
    if (paths.isEmpty()) {
      throw new ConfigException("Configuration log.dirs names no directory");
    }
    if (paths.stream().distinct().count() != paths.size()) {
      throw new ConfigException("Configuration log.dirs names a directory twice: " + names);
    }
    return paths;
  }

  private static @Nullable ZooKeeperAddress zooKeeper(ConfigValues values) {
    if (!values.isSet("zookeeper.connect")) {
      return null;
    }
    String connect = values.text("zookeeper.connect");
    try {
      return ZooKeeperAddress.parse(connect);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "Invalid value " + connect + " for configuration zookeeper.connect: " + e.getMessage());
    }
  }

  private static ZooKeeperInside inside(ConfigValues values, Path firstLogDir) {
    Path directory =
        values.isSet("zookeeper.embedded.dir")
            ? Path.of(values.text("zookeeper.embedded.dir")).toAbsolutePath().normalize()
            : firstLogDir.resolveSibling(firstLogDir.getFileName() + "-zookeeper");
    return new ZooKeeperInside(
        directory, values.integer("zookeeper.embedded.port"), quorum(values));
  }

  private static @Nullable ZooKeeperQuorum quorum(ConfigValues values) {
    String key = "zookeeper.embedded.quorum";
    if (!values.isSet(key)) {
      return null;
    }
    boolean isOutside = values.isSet("zookeeper.connect");
    if (isOutside || values.integer("zookeeper.embedded.port") != 0) {
      throw new ConfigException(
          "Configuration %s and %s cannot both be set: each says where ZooKeeper is"
              .formatted(key, isOutside ? "zookeeper.connect" : "zookeeper.embedded.port"));
    }
    List<String> entries = values.list(key);
    try {
      Integer id =
          values.isSet("zookeeper.embedded.id") ? values.integer("zookeeper.embedded.id") : null;
      return ZooKeeperQuorum.parse(entries, id);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "Invalid value "
              + String.join(",", entries)
              + " for configuration "
              + key
              + ": "
              + e.getMessage());
    }
  }

  int sessionTimeoutMs() {
    return values.integer("zookeeper.session.timeout.ms");
  }

  /** How long the broker waits for ZooKeeper when it starts. */
  int connectionTimeoutMs() {
    return values.isSet("zookeeper.connection.timeout.ms")
        ? values.integer("zookeeper.connection.timeout.ms")
        : sessionTimeoutMs();
  }
}
