package org.stoker.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A port that nobody listens on, for who must be named one beforehand. Not one of those that the
 * system gives to connections: it might do so before the port is bound.
 */
final class UnusedPort {
  private static final int LOWEST = 20_000;
  private static final int COUNT = 12_000;
  // Another place for each process: several may look at a time.
  private static final AtomicInteger LAST =
      new AtomicInteger(Math.floorMod(ProcessHandle.current().pid() * 101, COUNT));

  private UnusedPort() {}

  /** Another one each time. */
  static int any() {
    for (int i = 0; i < COUNT; i++) {
      int port = LOWEST + Math.floorMod(LAST.incrementAndGet(), COUNT);
      try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (IOException _) {
        // It is taken: the next one.
      }
    }
    throw new IllegalStateException("no port is free");
  }
}
