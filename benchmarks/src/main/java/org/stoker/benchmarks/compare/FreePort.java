package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A port that nobody listens on at the moment. Not one of those that the system gives to
 * connections: it might do so before the broker that is to get it has started.
 */
final class FreePort {
  private static final int LOWEST = 20_000;
  private static final int COUNT = 12_000;
  private static final AtomicInteger LAST = new AtomicInteger();

  private FreePort() {}

  static int any() throws IOException {
    IOException last = new IOException("no port was tried");
    for (int i = 0; i < COUNT; i++) {
      int port = LOWEST + Math.floorMod(LAST.incrementAndGet(), COUNT);
      try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (IOException taken) {
        last = taken;
      }
    }
    throw last;
  }
}
