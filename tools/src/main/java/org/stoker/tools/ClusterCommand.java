package org.stoker.tools;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import joptsimple.OptionException;
import joptsimple.OptionParser;
import joptsimple.OptionSet;
import joptsimple.OptionSpec;

/**
 * {@code stoker cluster}: a cluster of several brokers on this machine, to try and to test with.
 */
public final class ClusterCommand {
  private static final String USAGE =
      """
      Usage: stoker cluster start [--brokers N] [--port PORT] [--dir DIR]
             stoker cluster start ID      starts one broker again
             stoker cluster status        who runs, leads, and is in sync
             stoker cluster kill ID       kill -9, as a crash would
             stoker cluster stop [ID]     a controlled shutdown, of all brokers or of one

        --brokers N   how many there are, when the cluster is new (3)
        --port PORT   of the first broker, the others follow (9092); ZooKeeper has PORT+1000 to PORT+3000
        --dir DIR     where their property files, data and logs are (./cluster)
      """;
  private static final int LAST_PORT = 65_535 - 4_000;
  private static final long READY_MS = 60_000;
  private static final long STOP_MS = 60_000;
  private static final int LAST_WORDS = 8;

  private final List<String> launcher;
  private final OptionParser parser = new OptionParser(false);
  private final OptionSpec<Integer> brokersOption =
      parser.accepts("brokers").withRequiredArg().ofType(Integer.class).defaultsTo(3);
  private final OptionSpec<Integer> portOption =
      parser.accepts("port").withRequiredArg().ofType(Integer.class).defaultsTo(9092);
  private final OptionSpec<String> dirOption =
      parser.accepts("dir").withRequiredArg().defaultsTo("cluster");

  /**
   * A command that starts brokers in its own way.
   *
   * @param launcher runs a broker with the properties file that follows
   */
  ClusterCommand(List<String> launcher) {
    this.launcher = launcher;
  }

  /** Exits with the code of the command. */
  public static void main(String[] args) {
    System.exit(ofThisHome().run(args, System.out, System.err));
  }

  /** Starts brokers as {@code stoker start} does, so that a closed terminal does not end them. */
  private static ClusterCommand ofThisHome() {
    Path stoker = Path.of(System.getProperty("stoker.home", "."), "bin", "stoker");
    var launcher = new ArrayList<String>();
    if (Path.of("/usr/bin/setsid").toFile().canExecute()) {
      launcher.add("/usr/bin/setsid");
    }
    launcher.addAll(List.of(stoker.toString(), "start", "--verbose"));
    return new ClusterCommand(launcher);
  }

  /** Returns the exit code; what went wrong is one sentence on standard error. */
  int run(String[] args, PrintStream out, PrintStream err) {
    List<String> words = Arrays.asList(args);
    if (words.isEmpty() || words.contains("--help") || words.contains("-h")) {
      (words.isEmpty() ? err : out).print(USAGE);
      return words.isEmpty() ? 1 : 0;
    }
    try {
      return act(parser.parse(args), out);
    } catch (OptionException | ToolFailure e) {
      err.println(e.getMessage());
      return 1;
    } catch (IOException | InterruptedException e) {
      err.println(e);
      return 1;
    }
  }

  private int act(OptionSet options, PrintStream out) throws IOException, InterruptedException {
    List<String> words = options.nonOptionArguments().stream().map(String::valueOf).toList();
    if (words.isEmpty()) {
      throw new ToolFailure("start, status, kill or stop?\n" + USAGE);
    }
    List<String> names = words.subList(1, words.size());
    if (names.size() > 1) {
      throw new ToolFailure("One broker at a time, not " + String.join(" ", names) + ".\n" + USAGE);
    }
    Optional<String> named = names.stream().findFirst();
    var cluster = new LocalCluster(Path.of(options.valueOf(dirOption)));
    return switch (words.getFirst()) {
      case "start" ->
          named.isPresent()
              ? startOne(existing(cluster, named.get()), out)
              : start(cluster, options, out);
      case "status" -> status(cluster, out);
      case "kill" -> kill(cluster, named.orElseThrow(ClusterCommand::needsId), out);
      case "stop" ->
          named.isPresent() ? stopOne(existing(cluster, named.get()), out) : stop(cluster, out);
      default ->
          throw new ToolFailure(
              "Unknown command %s: start, status, kill or stop.\n%s"
                  .formatted(words.getFirst(), USAGE));
    };
  }

  private static ToolFailure needsId() {
    return new ToolFailure("kill needs the ID of a broker, as in: stoker cluster kill 2");
  }

  private static List<LocalBroker> brokers(LocalCluster cluster) throws IOException {
    List<LocalBroker> brokers = cluster.brokers();
    if (brokers.isEmpty()) {
      throw new ToolFailure(
          "There is no cluster in %s. To start one: stoker cluster start --dir %s"
              .formatted(cluster.directory(), cluster.directory()));
    }
    return brokers;
  }

  private static LocalBroker existing(LocalCluster cluster, String id) throws IOException {
    List<LocalBroker> brokers = brokers(cluster);
    return brokers.stream()
        .filter(broker -> Integer.toString(broker.id()).equals(id))
        .findFirst()
        .orElseThrow(() ->
            new ToolFailure(
                "There is no broker %s in %s: its brokers are %s"
                    .formatted(
                        id,
                        cluster.directory(),
                        brokers.stream()
                            .map(broker -> Integer.toString(broker.id()))
                            .collect(Collectors.joining(", ")))));
  }

  private static boolean runs(LocalBroker broker) throws IOException {
    return broker.process().isPresent();
  }

  private static List<LocalBroker> running(List<LocalBroker> brokers) throws IOException {
    var running = new ArrayList<LocalBroker>();
    for (LocalBroker broker : brokers) {
      if (runs(broker)) {
        running.add(broker);
      }
    }
    return running;
  }

  // ---- start

  private int start(LocalCluster cluster, OptionSet options, PrintStream out)
      throws IOException, InterruptedException {
    if (cluster.brokers().isEmpty()) {
      layNew(cluster, options);
    } else {
      refuseOtherShape(cluster, options);
    }
    List<LocalBroker> brokers = cluster.brokers();
    List<LocalBroker> idle = new ArrayList<>(brokers);
    idle.removeAll(running(brokers));
    if (idle.isEmpty()) {
      throw new ToolFailure(
          "The %d brokers in %s run already; see stoker cluster status"
              .formatted(brokers.size(), cluster.directory()));
    }
    if (!startAll(idle, out)) {
      return 1;
    }
    sayWhatIsNext(cluster, out);
    return 0;
  }

  private void layNew(LocalCluster cluster, OptionSet options) throws IOException {
    int count = options.valueOf(brokersOption);
    int port = options.valueOf(portOption);
    if (count < 1 || count > LocalCluster.MOST_BROKERS) {
      throw new ToolFailure("--brokers must be from 1 to " + LocalCluster.MOST_BROKERS + ".");
    }
    if (port < 1 || port > LAST_PORT) {
      throw new ToolFailure("--port must be from 1 to " + LAST_PORT + ".");
    }
    List<Integer> taken = LocalCluster.takenPorts(count, port);
    if (!taken.isEmpty()) {
      throw new ToolFailure(
          "Taken by another process: port "
              + taken.stream().map(String::valueOf).collect(Collectors.joining(", "))
              + ". Choose others with --port.");
    }
    cluster.lay(count, port);
  }

  private void refuseOtherShape(LocalCluster cluster, OptionSet options) throws IOException {
    List<LocalBroker> brokers = cluster.brokers();
    boolean isOther =
        (options.has(brokersOption) && options.valueOf(brokersOption) != brokers.size())
            || (options.has(portOption)
                && options.valueOf(portOption) != brokers.getFirst().port());
    if (isOther) {
      throw new ToolFailure(
          ("The cluster in %s has %d brokers from port %d on, and keeps them: start it without"
                  + " --brokers and --port, or another one with --dir.")
              .formatted(cluster.directory(), brokers.size(), brokers.getFirst().port()));
    }
  }

  /** Side by side: of a quorum none serves before most are there. */
  private boolean startAll(List<LocalBroker> brokers, PrintStream out)
      throws IOException, InterruptedException {
    Map<LocalBroker, Long> logged = new HashMap<>();
    for (LocalBroker broker : brokers) {
      if (LocalCluster.isTaken(broker.port())) {
        throw new ToolFailure(
            "Port %d of broker %d is taken by another process."
                .formatted(broker.port(), broker.id()));
      }
    }
    for (LocalBroker broker : brokers) {
      logged.put(broker, broker.start(launcher));
    }
    boolean isGood = true;
    for (LocalBroker broker : brokers) {
      long from = logged.getOrDefault(broker, 0L);
      if (broker.isReadyWithin(READY_MS, from)) {
        out.println("Broker %d is ready at %s".formatted(broker.id(), broker.address()));
      } else {
        isGood = false;
        sayWhyNot(broker, from, out);
      }
    }
    return isGood;
  }

  private static void sayWhyNot(LocalBroker broker, long from, PrintStream out) throws IOException {
    String what = runs(broker) ? "is not ready after " + READY_MS / 1_000 + " s" : "has ended";
    out.println("Broker %d %s; its log ends with:".formatted(broker.id(), what));
    List<String> said = broker.saidSince(from);
    said.subList(Math.max(0, said.size() - LAST_WORDS), said.size())
        .forEach(line -> out.println("  " + line));
    out.println("All of it: " + broker.log());
  }

  private static void sayWhatIsNext(LocalCluster cluster, PrintStream out) throws IOException {
    var addresses = new ArrayList<String>();
    for (LocalBroker broker : cluster.brokers()) {
      addresses.add(broker.address());
    }
    out.println();
    out.println("Bootstrap servers: " + String.join(",", addresses));
    out.println("Data, logs and property files: " + cluster.directory());
    out.println();
    out.println("What to try:");
    String first = addresses.getFirst();
    String bootstrap = " --bootstrap-server " + first;
    out.println("  bin/stoker topics --create --topic test --partitions 6" + bootstrap);
    out.println("  bin/stoker console-producer --topic test" + bootstrap);
    out.println("  bin/stoker topics --describe --topic test" + bootstrap);
    String dir = dirWords(cluster);
    out.println("  bin/stoker cluster status" + dir);
    out.println("  bin/stoker cluster kill 2" + dir + "; bin/stoker cluster start 2" + dir);
    out.println("  bin/stoker cluster stop" + dir);
  }

  /** What a command must say besides, to mean this cluster. */
  private static String dirWords(LocalCluster cluster) {
    return cluster.directory().equals(Path.of("cluster").toAbsolutePath().normalize())
        ? ""
        : " --dir " + cluster.directory();
  }

  private int startOne(LocalBroker broker, PrintStream out)
      throws IOException, InterruptedException {
    Optional<ProcessHandle> process = broker.process();
    if (process.isPresent()) {
      throw new ToolFailure(
          "Broker %d runs already, as process %d.".formatted(broker.id(), process.get().pid()));
    }
    return startAll(List.of(broker), out) ? 0 : 1;
  }

  // ---- status

  private static int status(LocalCluster cluster, PrintStream out)
      throws IOException, InterruptedException {
    List<LocalBroker> brokers = brokers(cluster);
    ClusterStatus status = ClusterStatus.ask(running(brokers));
    var rows = new ArrayList<List<String>>();
    for (LocalBroker broker : brokers) {
      Optional<ProcessHandle> process = broker.process();
      ClusterStatus.Counts counts =
          status == null ? new ClusterStatus.Counts() : status.of(broker.id());
      boolean isController = status != null && status.controller() == broker.id();
      rows.add(
          List.of(
              Integer.toString(broker.id()),
              process.isPresent() ? "running" : "stopped",
              process.map(running -> Long.toString(running.pid())).orElse("-"),
              Integer.toString(broker.port()),
              status == null ? "?" : Integer.toString(counts.leads),
              status == null ? "?" : counts.inSync + " of " + counts.keeps,
              isController ? "controller" : ""));
    }
    Table.lines(
            List.of(
                Table.Column.fixed("BROKER", 6),
                Table.Column.fixed("STATE", 7),
                Table.Column.growing("PID", 7),
                Table.Column.growing("PORT", 5),
                Table.Column.growing("LEADS", 5),
                Table.Column.growing("IN SYNC", 10),
                Table.Column.last("ROLE")),
            rows)
        .forEach(line -> out.println(line.stripTrailing()));
    if (status == null) {
      out.println(
          running(brokers).isEmpty()
              ? "No broker runs. To start them: stoker cluster start" + dirWords(cluster)
              : "No broker answers: their logs are below " + cluster.directory());
      return 1;
    }
    out.println(status.summary());
    return 0;
  }

  // ---- kill and stop

  private static int kill(LocalCluster cluster, String id, PrintStream out)
      throws IOException, InterruptedException {
    LocalBroker broker = existing(cluster, id);
    ProcessHandle process = processOf(broker);
    process.destroyForcibly();
    if (!LocalBroker.hasEndedWithin(process, STOP_MS)) {
      throw new ToolFailure("Process %d does not end.".formatted(process.pid()));
    }
    out.println(
        "Broker %d (process %d) is killed. To start it again: stoker cluster start %d%s"
            .formatted(broker.id(), process.pid(), broker.id(), dirWords(cluster)));
    return 0;
  }

  private static ProcessHandle processOf(LocalBroker broker) throws IOException {
    return broker
        .process()
        .orElseThrow(() -> new ToolFailure("Broker " + broker.id() + " does not run."));
  }

  private static int stopOne(LocalBroker broker, PrintStream out)
      throws IOException, InterruptedException {
    ProcessHandle process = processOf(broker);
    process.destroy();
    if (!LocalBroker.hasEndedWithin(process, STOP_MS)) {
      throw new ToolFailure(
          ("Broker %d still stops after %d s. Its log says what it does: %s. To end it as a crash"
                  + " would: stoker cluster kill %d")
              .formatted(broker.id(), STOP_MS / 1_000, broker.log(), broker.id()));
    }
    out.println("Broker " + broker.id() + " has stopped");
    return 0;
  }

  /**
   * One after the other, so that each hands its partitions to those that go on; the controller,
   * which decides who leads, and the broker with the only ZooKeeper go last.
   */
  private static int stop(LocalCluster cluster, PrintStream out)
      throws IOException, InterruptedException {
    List<LocalBroker> running = running(brokers(cluster));
    if (running.isEmpty()) {
      out.println("No broker of the cluster in " + cluster.directory() + " runs.");
      return 0;
    }
    ClusterStatus status = ClusterStatus.ask(running);
    int controller = status == null ? ClusterStatus.NOBODY : status.controller();
    var order = new ArrayList<>(running);
    order.sort(Comparator.comparingInt(LocalBroker::id).reversed());
    order.sort(Comparator.comparing(broker -> broker.id() == controller));
    for (LocalBroker broker : running) {
      if (!broker.property("zookeeper.embedded.port").isEmpty()) {
        order.remove(broker);
        order.add(broker);
      }
    }
    for (LocalBroker broker : order) {
      stopOne(broker, out);
    }
    return 0;
  }
}
