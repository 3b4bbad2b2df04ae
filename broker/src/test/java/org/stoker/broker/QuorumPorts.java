package org.stoker.broker;

import java.util.ArrayList;
import java.util.List;

/** Ports of this machine for a quorum, whose servers must know each other's beforehand. */
final class QuorumPorts {
  private QuorumPorts() {}

  /** A value of {@code zookeeper.embedded.quorum} with so many servers on this machine. */
  static String free(int servers) {
    List<String> entries = new ArrayList<>();
    for (int server = 0; server < servers; server++) {
      entries.add(
          "localhost:%d:%d:%d".formatted(UnusedPort.any(), UnusedPort.any(), UnusedPort.any()));
    }
    return String.join(",", entries);
  }
}
