package org.stoker.network;

import java.net.InetSocketAddress;

/**
 * Both ends of one connection.
 *
 * @param connectionId as Kafka writes it: {@code
 *     localHost:localPort-clientHost:clientPort-loop-number}
 */
record Peer(
    String connectionId,
    ListenerConfig listener,
    InetSocketAddress localAddress,
    InetSocketAddress clientAddress) {
  static Peer of(
      ListenerConfig listener,
      InetSocketAddress local,
      InetSocketAddress client,
      int loop,
      long number) {
    String id = endpoint(local) + "-" + endpoint(client) + "-" + loop + "-" + number;
    return new Peer(id, listener, local, client);
  }

  private static String endpoint(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  @Override
  public String toString() {
    return endpoint(clientAddress) + " (listener " + listener.name() + ")";
  }
}
