package org.stoker.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The brokers whose ZooKeepers vote, as {@code zookeeper.embedded.quorum} lists them: {@code
 * host[:peerPort[:electionPort[:clientPort]]]} with commas in between. A server's id is its place
 * in the list, from 1.
 *
 * @param voters three or five; whoever is listed behind them does not vote
 * @param chosenId {@code zookeeper.embedded.id}: 0 for none of them, null if the addresses decide
 */
record ZooKeeperQuorum(List<Member> voters, @Nullable Integer chosenId) {
  private static final int LEAST = 3;
  private static final int MOST = 5;
  private static final int PARTS = 4;
  private static final int PEER_PORT = 2888;
  private static final int ELECTION_PORT = 3888;
  private static final int CLIENT_PORT = 2181;
  private static final int LARGEST_PORT = 65_535;

  /** A server, with the ports of zoo.cfg. */
  record Member(String host, int peerPort, int electionPort, int clientPort) {
    String clientAddress() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + clientPort;
    }

    @Override
    public String toString() {
      return host + ":" + peerPort + ":" + electionPort + ":" + clientPort;
    }
  }

  ZooKeeperQuorum {
    if (voters.size() != LEAST && voters.size() != MOST) {
      throw new IllegalArgumentException("there are three voters or five, not " + voters.size());
    }
    if (chosenId != null && (chosenId < 0 || chosenId > voters.size())) {
      throw new IllegalArgumentException(
          "zookeeper.embedded.id=%d is no place among the %d voters, and not 0 for none of them"
              .formatted(chosenId, voters.size()));
    }
  }

  /**
   * Reads the two properties.
   *
   * @throws IllegalArgumentException saying what is wrong with them
   */
  static ZooKeeperQuorum parse(List<String> entries, @Nullable Integer chosenId) {
    if (entries.size() < LEAST) {
      throw new IllegalArgumentException(
          "a quorum needs at least three servers; fewer do not survive the loss of one");
    }
    List<Member> members = entries.stream().map(ZooKeeperQuorum::member).toList();
    Set<String> addresses = new HashSet<>();
    for (Member member : members) {
      for (int port : List.of(member.peerPort(), member.electionPort(), member.clientPort())) {
        if (!addresses.add(member.host() + ":" + port)) {
          throw new IllegalArgumentException(member.host() + ":" + port + " is named twice");
        }
      }
    }
    int voting = members.size() < MOST ? LEAST : MOST;
    return new ZooKeeperQuorum(members.subList(0, voting), chosenId);
  }

  private static Member member(String entry) {
    int bracket = entry.startsWith("[") ? entry.indexOf(']') : -1;
    String host =
        bracket > 0
            ? entry.substring(1, bracket)
            : entry.substring(0, entry.contains(":") ? entry.indexOf(':') : entry.length());
    String rest = entry.substring(bracket > 0 ? bracket + 1 : host.length());
    String[] ports = rest.isEmpty() ? new String[] {""} : rest.split(":", -1);
    if (host.isBlank() || !ports[0].isEmpty() || ports.length > PARTS) {
      throw new IllegalArgumentException(
          entry + " is not host[:peerPort[:electionPort[:clientPort]]]");
    }
    return new Member(
        host,
        port(entry, ports, 1, PEER_PORT),
        port(entry, ports, 2, ELECTION_PORT),
        port(entry, ports, 3, CLIENT_PORT));
  }

  private static int port(String entry, String[] ports, int place, int normal) {
    if (ports.length <= place) {
      return normal;
    }
    try {
      int port = Integer.parseInt(ports[place]);
      if (port > 0 && port <= LARGEST_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below, as of a number that is no port.
    }
    throw new IllegalArgumentException(entry + " has a port that is none: " + ports[place]);
  }

  /** The id of the server that this broker runs; 0 if it runs none. */
  int ownId() throws StartException {
    return ownId(ZooKeeperQuorum::isOfThisMachine);
  }

  /** The same on a machine with other addresses. */
  int ownId(Predicate<String> isHere) throws StartException {
    if (chosenId != null) {
      return chosenId;
    }
    List<Integer> here = new ArrayList<>();
    for (int id = 1; id <= voters.size(); id++) {
      if (isHere.test(member(id).host())) {
        here.add(id);
      }
    }
    if (here.size() > 1) {
      throw new StartException(
          ("zookeeper.embedded.quorum lists %d servers of this machine (%s): say with"
                  + " zookeeper.embedded.id which of them this broker runs, or 0 for none")
              .formatted(
                  here.size(),
                  here.stream()
                      .map(id -> id + " is " + member(id))
                      .collect(Collectors.joining(", "))));
    }
    return here.isEmpty() ? 0 : here.getFirst();
  }

  private static boolean isOfThisMachine(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null) {
          return true;
        }
      }
      return false;
    } catch (UnknownHostException | SocketException e) {
      // A name that cannot be looked up here is not ours; the others say when they miss it.
      return false;
    }
  }

  Member member(int id) {
    return voters.get(id - 1);
  }

  /** What {@code zookeeper.connect} would say. */
  String connectString() {
    return voters.stream().map(Member::clientAddress).collect(Collectors.joining(","));
  }

  /** Says which port cannot be had; ZooKeeper itself would try on without a word. */
  void checkPorts(int id) throws IOException {
    Member own = member(id);
    for (int port : List.of(own.clientPort(), own.peerPort(), own.electionPort())) {
      FreePort.check(own.host(), port);
    }
  }

  @Override
  public String toString() {
    return voters.stream().map(Member::toString).collect(Collectors.joining(","));
  }
}
