package org.stoker.broker;

import java.util.List;
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
 * @param appends runs what an append waits for: rolled segments, and lanes whose caller must go on
 * @param reads runs reads that may wait for the disk
 * @param checks runs what takes a processor for long: compressed batches, large requests
 * @param chores runs what nobody's request waits for: opening, deleting, checkpoints, retention
 * @param heapBytes bounds what clients can make the broker keep
 * @param inFlight bounds what requests take of the heap while they are decoded and answered
 */
record Machine(
    BrokerThreads threads,
    Clock clock,
    CpuLoad cpu,
    Seed seed,
    Disk disk,
    ExecutorService appends,
    ExecutorService reads,
    ExecutorService checks,
    ExecutorService chores,
    Network network,
    long heapBytes,
    HeapBudget inFlight) {
  private static final Logger LOG = LoggerFactory.getLogger(Machine.class);

  // What is kept takes up to thirteen sixteenths by count, of which some two thirds are real.
  private static final int IN_FLIGHT_DIVISOR = 4;

  static Machine of(ConfigValues values) {
    BrokerThreads threads = new BrokerThreads();
    Clock clock = new SystemClock();
    int requestThreads = values.integer("num.io.threads");
    ExecutorService checks = threads.pool("check", requestThreads);
    long heapBytes = Runtime.getRuntime().maxMemory();
    var inFlight = new HeapBudget(heapBytes / IN_FLIGHT_DIVISOR);
    return new Machine(
        threads,
        clock,
        new LinuxCpuLoad(clock),
        new SystemSeed(),
        new FileDisk(LinuxPageCache::drop),
        threads.pool("append", requestThreads),
        threads.pool("read", requestThreads),
        checks,
        threads.pool("chore", values.integer("background.threads")),
        new Network(
            NetworkSettings.read(values, DirectMemory.limitBytes()),
            clock,
            new NetworkMetrics(),
            checks,
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
    for (ExecutorService pool : List.of(appends, reads, checks)) {
      BrokerThreads.resize(pool, values.integer("num.io.threads"));
    }
    BrokerThreads.resize(chores, values.integer("background.threads"));
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
        appends,
        reads,
        checks,
        chores,
        threads.single("replica-keeper"),
        name -> new CallerRunsLane(name, appends),
        heapBytes,
        inFlight,
        new SocketPeers(network, values));
  }
}
