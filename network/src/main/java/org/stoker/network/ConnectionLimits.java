package org.stoker.network;

import java.net.InetAddress;
import java.util.Map;

/**
 * How many connections there may be, and how long one may do nothing.
 *
 * @param maxConnections {@code max.connections}: at the bound new ones wait in the backlog
 * @param maxConnectionsPerIp {@code max.connections.per.ip}: one more is closed at once
 * @param maxConnectionsOfIp {@code max.connections.per.ip.overrides}
 * @param maxCreationRate {@code max.connection.creation.rate}: accepted per second; faster ones
 *     wait in the backlog, and all of them at 0
 * @param maxIdleMs {@code connections.max.idle.ms}; negative never closes an idle connection
 */
public record ConnectionLimits(
    int maxConnections,
    int maxConnectionsPerIp,
    Map<InetAddress, Integer> maxConnectionsOfIp,
    int maxCreationRate,
    long maxIdleMs) {
  public ConnectionLimits {
    Require.atLeast("max.connections", maxConnections, 0);
    Require.atLeast("max.connections.per.ip", maxConnectionsPerIp, 0);
    Require.atLeast("max.connection.creation.rate", maxCreationRate, 0);
    maxConnectionsOfIp = Map.copyOf(maxConnectionsOfIp);
    if (maxConnectionsPerIp == 0 && maxConnectionsOfIp.isEmpty()) {
      throw new IllegalArgumentException(
          "max.connections.per.ip can be 0 only together with max.connections.per.ip.overrides");
    }
  }

  public static ConnectionLimits defaults() {
    return new ConnectionLimits(
        Integer.MAX_VALUE, Integer.MAX_VALUE, Map.of(), Integer.MAX_VALUE, 600_000);
  }

  int maxConnectionsOf(InetAddress address) {
    Integer override = maxConnectionsOfIp.get(address);
    return override == null ? maxConnectionsPerIp : override;
  }
}
