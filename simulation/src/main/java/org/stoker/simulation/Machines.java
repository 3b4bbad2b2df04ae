package org.stoker.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.stoker.metadata.Endpoint;

/** The numbers, names and addresses of machines: brokers below 100, clients from there on. */
final class Machines {
  static final String LISTENER = "PLAINTEXT";
  static final int FIRST_CLIENT = 100;
  private static final int PORT = 9092;

  private Machines() {}

  static Endpoint endpointOf(int node) {
    return new Endpoint(LISTENER, "m" + node, PORT, (short) 0);
  }

  static int nodeOf(Endpoint endpoint) {
    return nodeOf(endpoint.host());
  }

  static int nodeOf(String host) {
    return Integer.parseInt(host.substring(1));
  }

  /** Without asking any name server. */
  static InetSocketAddress addressOf(int node) {
    try {
      byte[] bytes = {10, 0, 0, (byte) node};
      return new InetSocketAddress(InetAddress.getByAddress("m" + node, bytes), PORT);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
