package org.stoker.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Free ports of this machine, for a quorum whose servers must know each other's beforehand. */
final class QuorumPorts {
  private static final int PORTS = 3;

  private QuorumPorts() {}

  /** A value of {@code zookeeper.embedded.quorum} with so many servers on this machine. */
  static String free(int servers) {
    List<ServerSocket> open = new ArrayList<>();
    try {
      List<String> entries = new ArrayList<>();
      for (int server = 0; server < servers; server++) {
        StringBuilder entry = new StringBuilder("localhost");
        for (int port = 0; port < PORTS; port++) {
          // All are held until all are known, so that none is named twice.
          var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          open.add(socket);
          entry.append(':').append(socket.getLocalPort());
        }
        entries.add(entry.toString());
      }
      return String.join(",", entries);
    } catch (IOException e) {
      throw new UncheckedIOException("no free port", e);
    } finally {
      open.forEach(QuorumPorts::close);
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a port stays taken", e);
    }
  }
}
