package org.stoker.network;

/**
 * Everything the network room is configured with, except its listeners.
 *
 * @param networkThreads {@code num.network.threads}: event loops, which also run the requests
 */
public record NetworkConfig(
<<<<<<< HEAD
    int networkThreads,
    SocketConfig sockets,
    RequestLimits requests,
    ConnectionLimits connections) {
=======
    int networkThreads, SocketConfig sockets, RequestLimits requests, ConnectionLimits connections) {
>>>>>>> f8ad82a (Draft the network room)
  public NetworkConfig {
    Require.atLeast("num.network.threads", networkThreads, 1);
  }

  public static NetworkConfig defaults() {
    return new NetworkConfig(
        3, SocketConfig.defaults(), RequestLimits.defaults(), ConnectionLimits.defaults());
  }
}
