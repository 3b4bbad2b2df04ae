package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.stoker.base.Clock;
import org.stoker.base.ConfinedTo;
import org.stoker.benchmarks.compare.BrokerUnderComparison.Installation;

/** One broker's turn in a row: a fresh directory, a fresh process, a fresh client. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Round implements AutoCloseable {
  private final Bench bench;
  private final BrokerUnderComparison broker;
  private final Path directory;
  private boolean hasManyFiles;
  private final Deque<Runnable> open = new ArrayDeque<>();
  private final Map<Metric, Double> values = new LinkedHashMap<>();

  /**
   * Makes the round's directory.
   *
   * @param name of the directory in the work directory
   */
  Round(Bench bench, BrokerUnderComparison broker, String name) throws IOException {
    this.bench = bench;
    this.broker = broker;
    this.directory = bench.leftovers().keep(bench.workDirectory().resolve(name));
  }

  BrokerUnderComparison broker() {
    return broker;
  }

  Clock clock() {
    return bench.clock();
  }

  Path directory() {
    return directory;
  }

  Bench bench() {
    return bench;
  }

  int scaled(int full) {
    return bench.scaled(full);
  }

  /** Makes what the broker needs before its first start. */
  Installation install(Map<String, String> overrides)
      throws IOException, InterruptedException, RoundFailed {
    var at = new Installation(directory, FreePort.any(), overrides);
    broker.prepare(at);
    return at;
  }

  /** Starts the broker's process, which then has everything before it. */
  RunningBroker launch(Installation at) throws IOException {
    return launch(broker, at);
  }

  private RunningBroker launch(BrokerUnderComparison variant, Installation at) throws IOException {
    RunningBroker running = RunningBroker.start(variant, at, bench.leftovers());
    open.push(running::close);
    return running;
  }

  /** Starts a broker, as itself or in another mode, for a client that already waits for it. */
  Wake wake(BrokerUnderComparison variant, Installation at, LoadDriver client, JobRequest job)
      throws IOException, InterruptedException, RoundFailed {
    client.begin(job.json());
    client.await("trying");
    long startNs = clock().monotonicNs();
    RunningBroker running = launch(variant, at);
    client.await("first");
    double firstS = (clock().monotonicNs() - startNs) / 1e9;
    double cpuS = running.cpuSeconds();
    client.await("all");
    double allS = (clock().monotonicNs() - startNs) / 1e9;
    client.await("done");
    return new Wake(running, firstS, allS, cpuS);
  }

  /** Installs, starts, and waits until the broker takes connections. */
  RunningBroker start() throws IOException, InterruptedException, RoundFailed {
    RunningBroker running = launch(install(Map.of()));
    running.awaitListening(bench.clock());
    return running;
  }

  /** Installs and starts three brokers, and what they need beside them. */
  RunningCluster startCluster() throws IOException, InterruptedException, RoundFailed {
    return startCluster(Map.of());
  }

  /** The same, with these settings of all brokers beside the usual ones. */
  RunningCluster startCluster(Map<String, String> settings)
      throws IOException, InterruptedException, RoundFailed {
    Map<String, String> all = new LinkedHashMap<>(ClusterPlan.SETTINGS);
    all.putAll(settings);
    ClusterPlan plan = broker.cluster(directory, all);
    List<Process> others = new ArrayList<>();
    if (plan.zooKeeper().isNeeded()) {
      Process zooKeeper =
          bench
              .leftovers()
              .keep(
                  new ProcessBuilder(plan.zooKeeper().command())
                      .redirectErrorStream(true)
                      .redirectOutput(directory.resolve("zookeeper.log").toFile()));
      open.push(() -> bench.leftovers().end(zooKeeper));
      others.add(zooKeeper);
    }
    List<RunningBroker> brokers = new ArrayList<>();
    for (Installation member : plan.members()) {
      Files.createDirectories(member.directory());
      broker.prepare(member);
      brokers.add(launch(member));
    }
    for (RunningBroker running : brokers) {
      running.awaitListening(bench.clock());
    }
    return new RunningCluster(brokers, others);
  }

  /** Returns when every broker of the cluster serves. */
  void awaitCluster(RunningCluster cluster, LoadDriver client)
      throws IOException, InterruptedException, RoundFailed {
    have(
        client,
        JobRequest.of("await-brokers", cluster.bootstrap()).with("brokers", ClusterPlan.BROKERS));
  }

  /** Puts everything away that runs and was written, for another start in the same round. */
  void startAfresh() throws IOException {
    while (!open.isEmpty()) {
      open.pop().run();
    }
    bench.leftovers().remove(directory);
    bench.leftovers().keep(directory);
    settleDisk();
  }

  LoadDriver client() throws IOException, InterruptedException, RoundFailed {
    LoadDriver driver =
        LoadDriver.start(bench.java(), directory.resolve("client.log"), bench.leftovers());
    open.push(driver::close);
    return driver;
  }

  /** Has a job done that has a measured part. */
  static Stretch measure(LoadDriver client, JobRequest job, Brokers broker)
      throws IOException, InterruptedException, RoundFailed {
    client.begin(job.json());
    client.await("measuring");
    double before = broker.cpuSeconds();
    JsonNode seen = client.await("measured");
    double after = broker.cpuSeconds();
    client.await("done");
    return new Stretch(seen, after - before);
  }

  static void have(LoadDriver client, JobRequest job)
      throws IOException, InterruptedException, RoundFailed {
    client.begin(job.json());
    client.await("done");
  }

  /** How often this file system makes a small appended record durable, before the broker starts. */
  void measureRawDisk() throws IOException {
    put(RawDisk.SYNCS, RawDisk.syncsPerSecond(directory, bench.clock()));
  }

  /** Keeps what broker and client wrote, for whoever looks into a failed round. */
  void keepLogs(Path into) throws IOException {
    Files.createDirectories(into);
    try (Stream<Path> logs = Files.list(directory)) {
      for (Path log : logs.filter(file -> file.toString().endsWith(".log")).toList()) {
        Files.copy(log, into.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** What the round leaves is not deleted before all rounds are over. */
  void hasManyFiles() {
    hasManyFiles = true;
  }

  void put(Metric metric, double value) {
    values.put(metric, value);
  }

  Map<Metric, Double> values() {
    return Collections.unmodifiableMap(values);
  }

  @Override
  public void close() throws IOException {
    while (!open.isEmpty()) {
      open.pop().run();
    }
    if (hasManyFiles) {
      bench.leftovers().setAside(directory);
    } else {
      bench.leftovers().remove(directory);
    }
    settleDisk();
  }

  /** What one round left dirty must not be written in the next one's time. */
  void settleDisk() throws IOException {
    Process sync =
        bench.leftovers().keep(new ProcessBuilder("sync", "-f", bench.workDirectory().toString()));
    var _ = sync.onExit().join();
    bench.leftovers().end(sync);
  }
}
