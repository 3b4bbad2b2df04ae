package org.stoker.broker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import org.stoker.network.ConnectionLimits;
import org.stoker.network.NetworkConfig;
import org.stoker.network.RequestLimits;
import org.stoker.network.SocketConfig;
import org.stoker.settings.ConfigException;
import org.stoker.settings.ConfigValues;

/** Reads the keys about sockets and requests. */
final class NetworkSettings {
  private static final int MOST_PIPELINED_REQUESTS = 100;
  private static final int MOST_QUEUED_RESPONSE_BYTES = 1 << 20;
  private static final long SLOW_PEER_TIMEOUT_MS = 30_000;

  private NetworkSettings() {}

  static NetworkConfig read(ConfigValues values, long directMemoryBytes) {
    long queued = values.longInteger("queued.max.request.bytes");
    return new NetworkConfig(
        values.integer("num.network.threads"),
        new SocketConfig(
            values.integer("socket.listen.backlog.size"),
            values.integer("socket.send.buffer.bytes"),
            values.integer("socket.receive.buffer.bytes")),
        new RequestLimits(
            values.integer("socket.request.max.bytes"),
            queued > 0 ? queued : directMemoryBytes / 4,
            MOST_PIPELINED_REQUESTS,
            MOST_QUEUED_RESPONSE_BYTES,
            SLOW_PEER_TIMEOUT_MS,
            SLOW_PEER_TIMEOUT_MS),
        connectionLimits(values));
  }

  /** Reads the keys about connections, which change while the broker runs. */
  static ConnectionLimits connectionLimits(ConfigValues values) {
    return new ConnectionLimits(
        values.integer("max.connections"),
        values.integer("max.connections.per.ip"),
        overrides(values.text("max.connections.per.ip.overrides")),
        values.integer("max.connection.creation.rate"),
        values.longInteger("connections.max.idle.ms"));
  }

  private static Map<InetAddress, Integer> overrides(String text) {
    Map<InetAddress, Integer> overrides = new HashMap<>();
    for (String item : text.split(",", -1)) {
      if (item.isBlank()) {
        continue;
      }
      int colon = item.lastIndexOf(':');
      try {
        overrides.put(
            InetAddress.getByName(item.substring(0, colon).strip()),
            Integer.parseInt(item.substring(colon + 1).strip()));
      } catch (UnknownHostException | RuntimeException e) {
        throw new ConfigException(
            "Invalid value "
                + item.strip()
                + " for configuration max.connections.per.ip.overrides: must be like host:count");
      }
    }
    return overrides;
  }
}
