package org.stoker.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Lane;
import org.stoker.base.ThreadLane;
import org.stoker.metadata.BrokerIdentity;
import org.stoker.metadata.ClusterDefaults;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.metadata.Controller;
import org.stoker.metadata.CoordinationSession.Opener;
import org.stoker.metadata.Features;
import org.stoker.metadata.MetadataConfig;
import org.stoker.metadata.MetadataWorld;
import org.stoker.metadata.RegistrationRefusedException;
import org.stoker.metadata.TopicLimits;
import org.stoker.metadata.ZooKeeperAddress;
import org.stoker.metadata.ZooKeeperSession;
import org.stoker.settings.ConfigValues;

/**
 * The broker's way to ZooKeeper, inside the process or outside, and to the cluster that it
 * describes.
 */
final class Coordination {
  private static final Logger LOG = LoggerFactory.getLogger(Coordination.class);
  private static final long MAJORITY_LOOK_MS = 100;
  private static final long MAJORITY_WORD_MS = 5_000;

  private final BrokerConfig config;
  private final Machine machine;
  private final Lane lane;
  // Written by the start; a stop may come from another thread.
  private volatile @Nullable EmbeddedZooKeeper inside;
  private volatile ZooKeeperQuorum.@Nullable Member ownServer;
  private volatile @Nullable ClusterMetadata metadata;
  private volatile boolean isJoined;
  private volatile boolean isGivenUp;

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
    ZooKeeperQuorum quorum = place.quorum();
    try {
      if (quorum != null) {
        startMember(quorum, place.directory());
        return ZooKeeperAddress.parse(quorum.connectString());
      }
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

  private void startMember(ZooKeeperQuorum quorum, Path directory)
      throws IOException, StartException {
    int id = quorum.ownId();
    if (id == 0) {
      LOG.info("No ZooKeeper runs inside this broker: those of {} vote", quorum);
      return;
    }
    EmbeddedZooKeeper started = EmbeddedZooKeeper.join(directory, quorum, id, machine.clock());
    inside = started;
    ownServer = quorum.member(id);
    awaitMajority(started, quorum, id);
  }

  /** However long it takes: if this broker gave up, it would take its vote with it. */
  private void awaitMajority(EmbeddedZooKeeper started, ZooKeeperQuorum quorum, int id)
      throws StartException {
    long waitedMs = 0;
    while (!isGivenUp) {
      try {
        started.serving().get(MAJORITY_LOOK_MS, TimeUnit.MILLISECONDS);
        LOG.info("ZooKeeper {} of {} serves", id, quorum);
        return;
      } catch (TimeoutException e) {
        waitedMs += MAJORITY_LOOK_MS;
        if (waitedMs % MAJORITY_WORD_MS == 0) {
          LOG.warn(
              "Waiting for ZooKeeper: this broker's is number {} of {}, and {} of the {} must run;"
                  + " are the other brokers started, and can they reach each other?",
              id,
              quorum,
              quorum.voters().size() / 2 + 1,
              quorum.voters().size());
        }
      } catch (InterruptedException | ExecutionException e) {
        throw new StartException("The wait for ZooKeeper was cut short", e);
      }
    }
    throw new StartException("The broker was told to stop while it waited for ZooKeeper");
  }

  /** A broker of a quorum prefers its own server; others take any. */
  private Opener sessions(ZooKeeperAddress address) {
    EmbeddedZooKeeper running = inside;
    ZooKeeperQuorum.Member own = ownServer;
    ZooKeeperQuorum quorum = config.inside().quorum();
    int timeoutMs = config.sessionTimeoutMs();
    if (running == null || own == null || quorum == null) {
      return ZooKeeperSession.opener(address, timeoutMs, lane);
    }
    return ZooKeeperSession.opener(
        address, () -> new OwnServerFirst(quorum, own, running::serving), timeoutMs, lane);
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
            MetadataConfig.forSessionTimeout(config.sessionTimeoutMs()).with(liveness(values)),
            identity,
            sessions(address),
            new MetadataWorld(lane, machine.network().timers(), machine.clock(), machine.seed()),
            new Controller(
                new SettingsRules(),
                new ClusterDefaults(
                    values.integer("num.partitions"),
                    values.integer("default.replication.factor"),
                    values.integer("min.insync.replicas"),
                    values.bool("unclean.leader.election.enable")),
                Features.OF_NEW_CLUSTERS,
                TopicLimits.of(machine.heapBytes(), FileLimit.max()),
                machine.seed()));
    metadata = joining;
    CompletableFuture<ClusterImage> started =
        joining.start(cause -> onFatal.accept(String.valueOf(cause.getMessage())));
    if (isGivenUp) {
      joining.close();
    }
    try {
      await(started, joining, address);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String message =
          cause instanceof RegistrationRefusedException
              ? String.valueOf(cause.getMessage())
              : "The broker could not register: " + cause;
      throw new StartException(message, cause);
    }
    isJoined = true;
    return joining;
  }

  private static MetadataConfig.Liveness liveness(ConfigValues values) {
    long balanceEverySeconds =
        values.bool("auto.leader.rebalance.enable")
            ? values.longInteger("leader.imbalance.check.interval.seconds")
            : 0;
    return new MetadataConfig.Liveness(
        values.integer("broker.session.timeout.ms"),
        values.integer("broker.heartbeat.interval.ms"),
        balanceEverySeconds * 1_000,
        values.integer("leader.imbalance.per.broker.percentage"));
  }

  /**
   * A silent ZooKeeper is given up after a while without any progress, but for the quorum of which
   * this broker's is a part: if it gave up, it would take its vote with it.
   */
  private void await(
      CompletableFuture<ClusterImage> started, ClusterMetadata joining, ZooKeeperAddress address)
      throws StartException, InterruptedException, ExecutionException {
    int connectionMs = config.connectionTimeoutMs();
    var patience = new StartPatience(connectionMs, joining.progress());
    for (int slice = 1; joining.image().clusterId().isEmpty(); slice++) {
      if (isDoneWithinASlice(started)) {
        return;
      }
      if (ownServer == null && patience.isOver(joining.progress())) {
        throw new StartException(
            "ZooKeeper at " + address + " did not answer within " + connectionMs + " ms");
      }
      if (slice * StartPatience.SLICE_MS % MAJORITY_WORD_MS == 0) {
        LOG.warn("Waiting for an answer of ZooKeeper at {}", address);
      }
    }
    awaitRegistration(started, joining, address);
  }

  /** A ZooKeeper that answers may have us wait for a stranger's session. */
  private void awaitRegistration(
      CompletableFuture<ClusterImage> started, ClusterMetadata joining, ZooKeeperAddress address)
      throws StartException, InterruptedException, ExecutionException {
    long limitMs =
        config.connectionTimeoutMs()
            + MetadataConfig.forSessionTimeout(config.sessionTimeoutMs()).registrationPatienceMs();
    var patience = new StartPatience(limitMs, joining.progress());
    while (!isDoneWithinASlice(started)) {
      if (patience.isOver(joining.progress())) {
        throw new StartException(
            "ZooKeeper at %s answers, but the broker was not registered within %d ms"
                .formatted(address, limitMs));
      }
    }
  }

  private static boolean isDoneWithinASlice(CompletableFuture<ClusterImage> started)
      throws InterruptedException, ExecutionException {
    try {
      started.get(StartPatience.SLICE_MS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  /** Ends {@link #join}, now or when it comes to it. Any thread. */
  void giveUpJoining() {
    isGivenUp = true;
    ClusterMetadata joining = metadata;
    if (joining != null && !isJoined) {
      joining.close();
    }
  }

  /** Leaves the cluster. */
  void leave() {
    ClusterMetadata joined = metadata;
    if (joined != null) {
      joined.close();
    }
  }

  /** Stops ZooKeeper if it runs inside. */
  void stopZooKeeper() {
    EmbeddedZooKeeper running = inside;
    if (running != null) {
      running.close();
    }
  }
}
