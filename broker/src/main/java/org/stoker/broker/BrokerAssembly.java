package org.stoker.broker;

import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.access.Authorizer;
import org.stoker.base.StorageException;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerIdentity;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.Features;
import org.stoker.metadata.ZooKeeperAddress;
import org.stoker.network.Listener;
import org.stoker.network.ListenerConfig;

/**
 * The only one that knows everybody: makes the rooms, joins them, starts them in order and stops
 * them in the reverse of it.
 *
 * <pre>
 * lock directories → bind listeners → ZooKeeper → register → open logs → lead partitions → let clients in
 * </pre>
 */
final class BrokerAssembly {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerAssembly.class);
  private static final long NETWORK_STOP_MS = 5_000;
  private static final long HANDOVER_MS = 10_000;

  private final BrokerConfig config;
  private final Consumer<String> onFatal;
  private final Machine machine;
  private final Coordination coordination;
  private final LateDispatcher dispatcher = new LateDispatcher();
  private final List<Bound> listeners = new ArrayList<>();
  private @Nullable LogDirectories directories;
  private volatile @Nullable BrokerCore core;
  private int brokerId;
  private volatile boolean isStopping;

  /** A listener that has its port. */
  private record Bound(ListenerConfig config, Listener listener) {
    boolean isWildcard() {
      return new Endpoint(config.name(), config.host(), config.port()).isWildcard();
    }
  }

  /**
   * A broker that has not started yet.
   *
   * @param onFatal is told, with a sentence, when the broker cannot go on; it ends the process
   */
  BrokerAssembly(BrokerConfig config, Consumer<String> onFatal) {
    this(config, Machine.of(config.values()), onFatal);
  }

  /** The same on a given machine. */
  BrokerAssembly(BrokerConfig config, Machine machine, Consumer<String> onFatal) {
    this.config = config;
    this.onFatal = onFatal;
    this.machine = machine;
    this.coordination = new Coordination(config, machine);
  }

  int brokerId() {
    return brokerId;
  }

  /** Where clients connect: host:port, with commas between them. */
  String bootstrapServers() {
    List<String> addresses = new ArrayList<>();
    for (Bound bound : listeners) {
      String host = bound.isWildcard() ? "localhost" : bound.config().host();
      addresses.add(host + ":" + bound.listener().port());
    }
    return String.join(",", addresses);
  }

  // ---- Starting.

  /** Starts everything; when it returns, clients are served. */
  void start() throws StartException, InterruptedException {
    LogDirectories locked = LogDirectories.lock(config, machine, this::directoryFailed);
    directories = locked;
    brokerId = decideBrokerId(locked);
    bindListeners();
    locked.identify(brokerId);
    goOnUnlessStopping();
    ZooKeeperAddress zooKeeper = coordination.startZooKeeper();
    goOnUnlessStopping();
    BrokerIdentity identity =
        new BrokerIdentity(
            brokerId,
            Uuid.random(machine.seed()),
            endpoints(),
            config.rack(),
            locked.directoryIds(),
            Features.SUPPORTED);
    ClusterMetadata joined = coordination.join(zooKeeper, identity, onFatal);
    locked.identify(brokerId, joined.image().clusterId());
    LiveSettings settings = new LiveSettings(brokerId, config.settings());
    joined.addListener(settings);
    machine.adaptTo(settings);
    settings.whenChanged(locked::adaptTo);
    goOnUnlessStopping();
    locked.load(
        topic -> settings.topicRules(joined.image().configs(ConfigResource.topic(topic))).log());
    goOnUnlessStopping();
    serve(joined, locked, settings);
  }

  private void goOnUnlessStopping() throws StartException {
    if (isStopping) {
      throw new StartException("The broker was told to stop before it had started");
    }
  }

  /** Lets a start that is under way fail at its next step. Any thread. */
  void giveUpStart() {
    isStopping = true;
    coordination.giveUpJoining();
  }

  private int decideBrokerId(LogDirectories locked) throws StartException {
    int kept = locked.keptBrokerId();
    if (config.brokerId() != BrokerConfig.UNKNOWN_ID) {
      return config.brokerId();
    }
    return kept == BrokerConfig.UNKNOWN_ID ? 0 : kept;
  }

  private void bindListeners() throws StartException {
    for (ListenerConfig listener : config.listeners().listeners()) {
      try {
        listeners.add(
            new Bound(
                listener,
                machine
                    .network()
                    .listen(
                        listener,
                        dispatcher.served(listener.isInterBroker()),
                        dispatcher,
                        Authorizer.ALLOWS_ALL)));
      } catch (IOException e) {
        throw new StartException(String.valueOf(e.getMessage()), e);
      }
    }
  }

  private List<org.stoker.metadata.Endpoint> endpoints() throws StartException {
    List<org.stoker.metadata.Endpoint> endpoints = new ArrayList<>();
    for (Bound bound : listeners) {
      endpoints.add(endpoint(bound));
    }
    return endpoints;
  }

  private org.stoker.metadata.Endpoint endpoint(Bound bound) throws StartException {
    String name = bound.config().name();
    short protocol = ProtocolNumber.of(bound.config().securityProtocol());
    for (Endpoint advertised : config.listeners().advertised()) {
      if (advertised.listenerName().equals(name)) {
        int port = advertised.port() == 0 ? bound.listener().port() : advertised.port();
        return new org.stoker.metadata.Endpoint(name, advertised.host(), port, protocol);
      }
    }
    String host = bound.isWildcard() ? nameOfThisMachine() : bound.config().host();
    return new org.stoker.metadata.Endpoint(name, host, bound.listener().port(), protocol);
  }

  private static String nameOfThisMachine() throws StartException {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      throw new StartException(
          "This machine does not know its own name ("
              + e.getMessage()
              + "): set advertised.listeners",
          e);
    }
  }

  /** Listeners of which every client is told the address that it has reached. */
  private Set<String> wildcardListeners() {
    Set<String> names = new HashSet<>();
    for (Bound bound : listeners) {
      String name = bound.config().name();
      boolean isAdvertised =
          config.listeners().advertised().stream()
              .anyMatch(endpoint -> endpoint.listenerName().equals(name));
      if (bound.isWildcard() && !isAdvertised) {
        names.add(name);
      }
    }
    if (!names.isEmpty()) {
      LOG.info(
          "advertised.listeners is not set: clients of {} are told the address that they reached;"
              + " behind NAT or a container's port mapping it must be set",
          names);
    }
    return names;
  }

  private void serve(ClusterMetadata joined, LogDirectories opened, LiveSettings settings) {
    BrokerCore made =
        new BrokerCore(
            machine.world(config.values()),
            new BrokerCore.Setting(
                brokerId,
                config.listeners().interBrokerListener(),
                wildcardListeners(),
                config.values(),
                settings,
                new LogbackLoggers((LoggerContext) LoggerFactory.getILoggerFactory())),
            joined,
            opened.found());
    core = made;
    dispatcher.open(made.start().join());
    listeners.forEach(bound -> bound.listener().start());
  }

  // ---- Failing.

  private void directoryFailed(StorageException failure) {
    LOG.error("A log directory is offline from here on: {}", failure.getMessage(), failure);
    // The thread that met the failure may hold a partition's lane.
    machine.chores().execute(this::failPartitions);
  }

  private void failPartitions() {
    LogDirectories taken = directories;
    if (taken == null || isStopping) {
      return;
    }
    BrokerCore running = core;
    if (running != null) {
      running.failPartitions();
    }
    if (!taken.isAnyOnline()) {
      onFatal.accept("No log directory is left: the broker stops");
    }
  }

  // ---- Stopping.

  /** A controlled shutdown: clients go to the next leaders while this one still answers. */
  private void letOthersLead() throws InterruptedException {
    BrokerCore running = core;
    if (running == null) {
      return;
    }
    try {
      running.letOthersLead().get(HANDOVER_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("The controller did not hand over in time: {}", e.toString());
    }
  }

  /** Stops serving, and leaves everything so that the next start need not check anything. */
  void stop() throws InterruptedException {
    isStopping = true;
    BrokerCore running = core;
    long epoch = running == null ? -1 : running.brokerEpoch();
    letOthersLead();
    if (running != null) {
      running.stopWatching();
      running.stopGroups();
    }
    machine.network().stop(NETWORK_STOP_MS);
    coordination.leave();
    if (running != null) {
      running.stop();
    }
    if (directories != null) {
      directories.stop(epoch);
    }
    coordination.stopZooKeeper();
    machine.threads().stop();
  }
}
