package org.stoker.network;

/**
 * What the operating system is told about every socket.
 *
 * @param listenBacklogSize {@code socket.listen.backlog.size}: connections that wait to be accepted
 * @param sendBufferBytes {@code socket.send.buffer.bytes}; -1 leaves it to the system
 * @param receiveBufferBytes {@code socket.receive.buffer.bytes}; -1 leaves it to the system
 */
public record SocketConfig(int listenBacklogSize, int sendBufferBytes, int receiveBufferBytes) {
  public SocketConfig {
    Require.atLeast("socket.listen.backlog.size", listenBacklogSize, 1);
    Require.atLeast("socket.send.buffer.bytes", sendBufferBytes, -1);
    Require.atLeast("socket.receive.buffer.bytes", receiveBufferBytes, -1);
  }

  public static SocketConfig defaults() {
    return new SocketConfig(50, 102_400, 102_400);
  }
}
