package org.stoker.tools;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A cluster on this machine: a directory with one for each broker, in it the broker's properties
 * file, data and log. The files are written once, and then belong to whoever changes them.
 */
final class LocalCluster {
  private static final String PREFIX = "broker-";
  private static final int QUORUM_FROM = 3;
  // Of broker 1 at 9092 the ZooKeeper has 10092, 11092 and 12092.
  private static final int CLIENT_PORTS = 1_000;
  private static final int PEER_PORTS = 2_000;
  private static final int ELECTION_PORTS = 3_000;
  static final int MOST_BROKERS = 100;

  private final Path directory;

  LocalCluster(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  Path directory() {
    return directory;
  }

  /** Those that there are, by id. */
  List<LocalBroker> brokers() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(path -> path.getFileName().toString().matches(PREFIX + "\\d{1,3}"))
          .map(path ->
              new LocalBroker(
                  Integer.parseInt(path.getFileName().toString().substring(PREFIX.length())), path))
          .filter(LocalBroker::exists)
          .sorted(Comparator.comparingInt(LocalBroker::id))
          .toList();
    }
  }

  /** Writes the properties files of a new cluster. */
  void lay(int count, int firstPort) throws IOException {
    for (int id = 1; id <= count; id++) {
      Path home = directory.resolve(PREFIX + id);
      Files.createDirectories(home);
      Files.writeString(home.resolve("server.properties"), properties(id, count, firstPort, home));
    }
  }

  private static String properties(int id, int count, int firstPort, Path home) {
    int copies = Math.min(count, QUORUM_FROM);
    var lines = new ArrayList<String>();
    lines.add("# Broker %d of %d of a cluster on one machine.".formatted(id, count));
    lines.add("broker.id=" + id);
    lines.add("listeners=PLAINTEXT://localhost:" + (firstPort + id - 1));
    lines.add("log.dirs=" + home.resolve("logs"));
    lines.add("zookeeper.embedded.dir=" + home.resolve("zookeeper"));
    lines.addAll(coordination(id, count, firstPort));
    lines.add("default.replication.factor=" + copies);
    lines.add("offsets.topic.replication.factor=" + copies);
    lines.add("min.insync.replicas=" + (copies < QUORUM_FROM ? 1 : 2));
    lines.add("group.initial.rebalance.delay.ms=0");
    return String.join("\n", lines) + "\n";
  }

  /** Three and more vote; of one or two the first has the only ZooKeeper. */
  private static List<String> coordination(int id, int count, int firstPort) {
    if (count < QUORUM_FROM) {
      int port = firstPort + CLIENT_PORTS;
      return List.of(
          id == 1 ? "zookeeper.embedded.port=" + port : "zookeeper.connect=127.0.0.1:" + port);
    }
    int voters = count < 5 ? QUORUM_FROM : 5;
    var entries = new ArrayList<String>();
    for (int voter = 0; voter < voters; voter++) {
      int port = firstPort + voter;
      entries.add(
          "localhost:%d:%d:%d"
              .formatted(port + PEER_PORTS, port + ELECTION_PORTS, port + CLIENT_PORTS));
    }
    return List.of(
        "zookeeper.embedded.quorum=" + String.join(",", entries),
        "zookeeper.embedded.id=" + (id <= voters ? id : 0));
  }

  /** The ports that a new cluster would need and that are taken. */
  static List<Integer> takenPorts(int count, int firstPort) throws IOException {
    var taken = new ArrayList<Integer>();
    for (int id = 0; id < count; id++) {
      int port = firstPort + id;
      for (int step : ports(id, count)) {
        if (isTaken(port + step)) {
          taken.add(port + step);
        }
      }
    }
    return taken;
  }

  private static List<Integer> ports(int place, int count) {
    if (count < QUORUM_FROM) {
      return place == 0 ? List.of(0, CLIENT_PORTS) : List.of(0);
    }
    return place < 5 ? List.of(0, CLIENT_PORTS, PEER_PORTS, ELECTION_PORTS) : List.of(0);
  }

  static boolean isTaken(int port) throws IOException {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return false;
    } catch (BindException e) {
      return true;
    }
  }
}
