package org.stoker.broker;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.Clock;
import org.stoker.base.CpuLoad;
import org.stoker.base.Disk;
import org.stoker.base.FileDisk;
import org.stoker.base.HeapBudget;
import org.stoker.base.LinuxCpuLoad;
import org.stoker.base.Seed;
import org.stoker.base.SystemClock;
import org.stoker.base.SystemSeed;
import org.stoker.log.LinuxPageCache;
import org.stoker.network.Network;
import org.stoker.network.NetworkMetrics;
import org.stoker.settings.ConfigException;
import org.stoker.settings.ConfigValues;

/**
 * What the rooms run on: threads, time, randomness, the disk and the event loops.
 *
 * @param storage runs what waits for the disk: opening, rolling, deleting, chores
 * @param workers run what would hold an event loop up: checks of big batches, reads of cold data
 * @param heapBytes bounds what clients can make the broker keep
 * @param inFlight bounds what requests take of the heap while they are decoded and answered
 */
record Machine(
    BrokerThreads threads,
    Clock clock,
    CpuLoad cpu,
    Seed seed,
    Disk disk,
    ExecutorService storage,
    ExecutorService workers,
    Network network,
    long heapBytes,
    HeapBudget inFlight) {
  private static final Logger LOG = LoggerFactory.getLogger(Machine.class);

  // What is kept takes up to thirteen sixteenths by count, of which some two thirds are real.
  private static final int IN_FLIGHT_DIVISOR = 4;

  static Machine of(ConfigValues values) {
    BrokerThreads threads = new BrokerThreads();
    Clock clock = new SystemClock();
    ExecutorService workers = threads.pool("worker", values.integer("num.io.threads"));
    long heapBytes = Runtime.getRuntime().maxMemory();
    var inFlight = new HeapBudget(heapBytes / IN_FLIGHT_DIVISOR);
    return new Machine(
        threads,
        clock,
        new LinuxCpuLoad(clock),
        new SystemSeed(),
        new FileDisk(LinuxPageCache::drop),
        threads.pool("storage", values.integer("background.threads")),
        workers,
        new Network(
            NetworkSettings.read(values, DirectMemory.limitBytes()),
            clock,
            new NetworkMetrics(),
            workers,
            inFlight),
        heapBytes,
        inFlight);
  }

  /** Takes values that were changed while the broker runs, in order; names may be looked up. */
  void adaptTo(LiveSettings settings) {
    Executor inOrder = threads.single("settings");
    settings.whenChanged(values -> inOrder.execute(() -> adapt(values)));
  }

  private void adapt(ConfigValues values) {
    BrokerThreads.resize(storage, values.integer("background.threads"));
    BrokerThreads.resize(workers, values.integer("num.io.threads"));
    int threads = values.integer("num.network.threads");
    int serving = network.serveOn(threads);
    if (serving < threads) {
      LOG.warn("num.network.threads={} needs a restart: until then {} serve", threads, serving);
    }
    try {
      network.limitConnections(NetworkSettings.connectionLimits(values));
    } catch (ConfigException | IllegalArgumentException e) {
      LOG.warn("The limits of connections stay as they are: {}", e.getMessage());
    }
  }

  /** The same as a broker's core sees it. */
  BrokerWorld world(ConfigValues values) {
    return new BrokerWorld(
        clock,
        seed,
        network.timers(),
        storage,
        workers,
        threads.single("replica-keeper"),
        name -> new CallerRunsLane(name, storage),
        heapBytes,
        inFlight,
        new SocketPeers(network, values));
  }
}
