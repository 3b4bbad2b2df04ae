package org.stoker.broker;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Looks whether a server could listen, before one is asked to that would not say why not. */
final class FreePort {
  private FreePort() {}

  /**
   * Binds the port and lets it go.
   *
   * @throws IOException with a sentence, if it cannot be had
   */
  static void check(String host, int port) throws IOException {
    var address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IOException("the host " + host + " is not known here");
    }
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
    } catch (BindException e) {
      String message = String.valueOf(e.getMessage());
      throw new IOException(
          message.contains("in use")
              ? "port " + port + " of " + host + " is taken by another process"
              : host + ":" + port + " cannot be bound: " + message,
          e);
    }
  }
}
