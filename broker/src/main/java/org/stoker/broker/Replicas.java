package org.stoker.broker;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Repetition;
import org.stoker.base.Timers;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.replication.IsrProposal;
import org.stoker.replication.Partition;
import org.stoker.replication.Partitions;
import org.stoker.replication.ReplicaFetcher;
import org.stoker.replication.ReplicaFetchers;
import org.stoker.replication.ReplicaRepair;
import org.stoker.replication.ReplicationThrottle;
import org.stoker.settings.ConfigValues;

/** What this broker needs to keep partitions in step with other brokers, put together. */
final class Replicas implements Partition.Cluster {
  private final int brokerId;
  private final String listener;
  private final ClusterMetadata metadata;
  private final BrokerWorld world;
  private final long mostLagMs;
  private final Peers peers;
  private final ControllerLink controllerElsewhere;
  private final ReplicaFetchers fetchers;
  private final ReplicationThrottle leaderThrottle;
  private final ReplicationThrottle followerThrottle;
  private final CrashWatch crashWatch;
  private final Heartbeats heartbeats;
  private volatile IsrProposal.@Nullable Port proposals;
  private volatile @Nullable Repetition lagChecks;

  /**
   * @param listener the name of the listener that brokers use among themselves
   * @param offlineDirectories log directories that have failed
   */
  Replicas(
      int brokerId,
      String listener,
      LiveSettings live,
      ClusterMetadata metadata,
      BrokerWorld world,
      Supplier<List<Uuid>> offlineDirectories) {
    ConfigValues values = live.settings().values();
    this.brokerId = brokerId;
    this.listener = listener;
    this.metadata = metadata;
    this.world = world;
    this.mostLagMs = values.longInteger("replica.lag.time.max.ms");
    this.peers = new Peers(world.peers(), metadata::image, brokerId, listener);
    this.controllerElsewhere = new ControllerLink(brokerId, metadata::image, peers);
    this.leaderThrottle = new ReplicationThrottle(world.clock(), live::leaderThrottledRate);
    this.followerThrottle = new ReplicationThrottle(world.clock(), live::followerThrottledRate);
    Timers timers = world.timers();
    this.fetchers =
        new ReplicaFetchers(
            new ReplicaFetchers.Setting(
                new ReplicaFetcher.Setting(
                    brokerId,
                    this::selfEpoch,
                    timers,
                    values.integer("replica.fetch.wait.max.ms"),
                    values.integer("replica.fetch.min.bytes"),
                    values.integer("replica.fetch.response.max.bytes"),
                    values.integer("replica.fetch.max.bytes"),
                    values.integer("replica.fetch.backoff.ms")),
                live::fetchersPerLeader,
                listener,
                (_, endpoint) -> peers.linkTo(endpoint),
                world.lanes()));
    this.crashWatch =
        new CrashWatch(
            brokerId,
            listener,
            world.peers(),
            metadata,
            timers,
            world.lanes().apply("crash-watch"));
    this.heartbeats =
        new Heartbeats(
            brokerId,
            metadata,
            controllerElsewhere,
            timers,
            values.integer("broker.heartbeat.interval.ms"),
            offlineDirectories);
  }

  ReplicaFetchers fetchers() {
    return fetchers;
  }

  ControllerLink controllerElsewhere() {
    return controllerElsewhere;
  }

  Heartbeats heartbeats() {
    return heartbeats;
  }

  /** Whom leaders ask for another ISR. */
  void proposeTo(ClusterController controller) {
    proposals =
        new IsrRequests(
            world.lanes().apply("isr-requests"),
            world.timers(),
            controller,
            brokerId,
            this::selfEpoch);
  }

  /** Repairs what is damaged in this broker's logs with what other replicas have. */
  ReplicaRepair repair() {
    return new ReplicaRepair(
        brokerId,
        listener,
        metadata::image,
        (_, endpoint) -> peers.linkTo(endpoint),
        world.chores(),
        world.lanes().apply("replica-repair"));
  }

  /** Begins to look after the others, and to be looked after. */
  void start(Partitions partitions) {
    metadata.addListener(controllerElsewhere);
    metadata.addListener(crashWatch);
    heartbeats.start();
    checkLag(partitions);
  }

  private void checkLag(Partitions partitions) {
    lagChecks =
        Repetition.every(
            "The check for lagging followers",
            world.timers(),
            world.chores(),
            Math.max(1, mostLagMs / 2),
            () -> partitions.all().forEach(Partition::checkLag));
  }

  void stopWatching() {
    crashWatch.close();
  }

  void stop() {
    Repetition started = lagChecks;
    if (started != null) {
      started.cancel();
    }
    heartbeats.close();
    stopWatching();
    fetchers.stop();
    peers.close();
  }

  @Override
  public ReplicationThrottle leaderThrottle() {
    return leaderThrottle;
  }

  @Override
  public ReplicationThrottle followerThrottle() {
    return followerThrottle;
  }

  @Override
  public int self() {
    return brokerId;
  }

  @Override
  public long selfEpoch() {
    BrokerImage broker = metadata.image().broker(brokerId);
    return broker == null ? -1 : broker.epoch();
  }

  @Override
  public boolean mayBeInSync(int broker, long brokerEpoch) {
    BrokerImage registered = metadata.image().broker(broker);
    return registered != null
        && registered.isActive()
        && (brokerEpoch == -1 || registered.epoch() == brokerEpoch);
  }

  @Override
  public long mostLagNs() {
    return mostLagMs * 1_000_000;
  }

  @Override
  public IsrProposal.Port controller() {
    IsrProposal.Port port = proposals;
    if (port == null) {
      throw new IllegalStateException("partitions lead before the broker has started");
    }
    return port;
  }
}
