package org.stoker.network;

/**
 * Everything the network room is configured with, except its listeners.
 *
 * @param networkThreads {@code num.network.threads}: event loops, which also run the requests
 */
public record NetworkConfig(
    int networkThreads,
    SocketConfig sockets,
    RequestLimits requests,
    ConnectionLimits connections) {
  public NetworkConfig {
    Require.atLeast("num.network.threads", networkThreads, 1);
  }

  public static NetworkConfig defaults() {
    return new NetworkConfig(
        3, SocketConfig.defaults(), RequestLimits.defaults(), ConnectionLimits.defaults());
  }
}
