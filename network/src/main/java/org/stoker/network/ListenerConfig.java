package org.stoker.network;

import static java.util.Objects.requireNonNull;

/**
 * One endpoint that clients connect to.
 *
 * @param name as in {@code listeners}, for instance {@code PLAINTEXT} or {@code INTERNAL}
 * @param host the address to bind; empty binds all of them
 * @param port 0 takes a free one
 * @param isInterBroker brokers' own listener: it may connect although {@code max.connections} is
 *     reached, at the cost of the connection elsewhere that was used least recently
 * @param maxConnections the most connections of this listener, {@code
 *     listener.name.NAME.max.connections}
 */
public record ListenerConfig(
    String name,
    String host,
    int port,
    SecurityProtocol securityProtocol,
    boolean isInterBroker,
    int maxConnections) {
  public ListenerConfig {
    requireNonNull(name, "name");
    if (securityProtocol != SecurityProtocol.PLAINTEXT) {
      throw new IllegalArgumentException(
          "listener.security.protocol.map: listener "
              + name
              + " is mapped to "
              + securityProtocol
              + ", but only PLAINTEXT is available in this version");
    }
    Require.within("port of listener " + name, port, 0, 65_535);
    Require.atLeast("listener.name." + name + ".max.connections", maxConnections, 0);
  }

  /** A listener without a limit of its own. */
  public static ListenerConfig plaintext(String name, String host, int port) {
    return new ListenerConfig(
        name, host, port, SecurityProtocol.PLAINTEXT, false, Integer.MAX_VALUE);
  }
}
