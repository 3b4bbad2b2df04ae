package org.stoker.broker;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Lane;
import org.stoker.base.ThreadLane;
import org.stoker.metadata.BrokerIdentity;
import org.stoker.metadata.ClusterDefaults;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.metadata.Controller;
import org.stoker.metadata.MetadataConfig;
import org.stoker.metadata.MetadataWorld;
import org.stoker.metadata.RegistrationRefusedException;
import org.stoker.metadata.ZooKeeperAddress;
import org.stoker.metadata.ZooKeeperSession;
import org.stoker.settings.ConfigValues;

/**
 * The broker's way to ZooKeeper, inside the process or outside, and to the cluster that it
 * describes.
 */
final class Coordination {
  private final BrokerConfig config;
  private final Machine machine;
  private final Lane lane;
  private @Nullable EmbeddedZooKeeper inside;
  private @Nullable ClusterMetadata metadata;

  Coordination(BrokerConfig config, Machine machine) {
    this.config = config;
    this.machine = machine;
    this.lane = new ThreadLane("metadata", machine.threads().single("metadata"));
  }

  /** Starts ZooKeeper if it runs inside; says where it is. */
  ZooKeeperAddress startZooKeeper() throws StartException {
    ZooKeeperAddress outside = config.zooKeeper();
    if (outside != null) {
      return outside;
    }
    BrokerConfig.ZooKeeperInside place = config.inside();
    try {
      EmbeddedZooKeeper started =
          EmbeddedZooKeeper.start(place.directory(), place.port(), machine.clock());
      inside = started;
      return ZooKeeperAddress.parse(started.connectString());
    } catch (IOException e) {
      throw new StartException(
          "The ZooKeeper inside the broker cannot start in "
              + place.directory()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /**
   * Registers the broker, and waits until the cluster knows it.
   *
   * @param onFatal is told if the broker loses its place for good later
   * @throws StartException if ZooKeeper does not answer in time, or the broker may not take part
   */
  ClusterMetadata join(ZooKeeperAddress address, BrokerIdentity identity, Consumer<String> onFatal)
      throws StartException, InterruptedException {
    ConfigValues values = config.values();
    ClusterMetadata joining =
        new ClusterMetadata(
            MetadataConfig.forSessionTimeout(config.sessionTimeoutMs()),
            identity,
            ZooKeeperSession.opener(address, config.sessionTimeoutMs(), lane),
            new MetadataWorld(lane, machine.network().timers(), machine.clock(), machine.seed()),
            new Controller(
                new SettingsRules(),
                new ClusterDefaults(
                    values.integer("num.partitions"), values.integer("default.replication.factor")),
                Map.of(),
                machine.seed()));
    metadata = joining;
    // A stranger with this broker's number is waited for longer than ZooKeeper itself.
    long longestMs =
        config.connectionTimeoutMs()
            + MetadataConfig.forSessionTimeout(config.sessionTimeoutMs()).registrationPatienceMs();
    try {
      joining
          .start(cause -> onFatal.accept(String.valueOf(cause.getMessage())))
          .get(longestMs, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new StartException(
          "ZooKeeper at " + address + " did not answer within " + longestMs + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String message =
          cause instanceof RegistrationRefusedException
              ? String.valueOf(cause.getMessage())
              : "The broker could not register: " + cause;
      throw new StartException(message, cause);
    }
    return joining;
  }

  /** Leaves the cluster. */
  void leave() {
    if (metadata != null) {
      metadata.close();
    }
  }

  /** Stops ZooKeeper if it runs inside. */
  void stopZooKeeper() {
    if (inside != null) {
      inside.close();
    }
  }
}
