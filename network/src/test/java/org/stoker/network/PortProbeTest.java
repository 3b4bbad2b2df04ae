package org.stoker.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a broker that lives may look like must not be taken for a dead one. */
@ParameterizedClass
@EnumSource(Transport.class)
final class PortProbeTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  // So often that it would go on for minutes.
  private static final int VERY_OFTEN = 10_000;
  private static final long PATIENCE_S = 60;

  private final MultiThreadIoEventLoopGroup loops;
  private final PortProbe probe;

  PortProbeTest(Transport transport) {
    loops = new MultiThreadIoEventLoopGroup(1, transport.newHandlerFactory());
    probe = new PortProbe(loops, transport);
  }

  @AfterEach
  void stop() throws InterruptedException {
    loops.shutdownGracefully(0, PATIENCE_S, TimeUnit.SECONDS).sync();
  }

  @Test
  void aBrokerAtWhosePortsNobodyListensIsGone() throws Exception {
    assertThat(allRefuse(List.of(closedPort(), closedPort()), 2)).isTrue();
  }

  /** As behind a firewall that refuses the one, and lets the other through. */
  @Test
  void aBrokerThatRefusesAtOneOfTwoAddressesLives() throws Exception {
    try (var open = new ServerSocket(0, 50, LOOPBACK)) {
      assertThat(allRefuse(List.of(closedPort(), addressOf(open)), 2)).isFalse();
      assertThat(allRefuse(List.of(addressOf(open), closedPort()), 2)).isFalse();
    }
  }

  @Test
  void aBrokerThatBindsItsListenerAnewLives() throws Exception {
    InetSocketAddress address = closedPort();
    CompletableFuture<Boolean> isGone = probe.allRefuse(List.of(address), VERY_OFTEN);

    try (var _ = new ServerSocket(address.getPort(), 50, LOOPBACK)) {
      assertThat(isGone.get(PATIENCE_S, TimeUnit.SECONDS)).isFalse();
    }
  }

  /** As a process that is paused, and whose kernel takes no more connections for it. */
  @Test
  void aBrokerThatDoesNotAnswerMayLive() throws Exception {
    List<Socket> waiting = new ArrayList<>();
    try (var full = new ServerSocket(0, 1, LOOPBACK)) {
      assertThat(isFilledBy(waiting, addressOf(full))).isTrue();

      assertThat(allRefuse(List.of(addressOf(full)), 1)).isFalse();
    } finally {
      for (Socket one : waiting) {
        one.close();
      }
    }
  }

  @Test
  void aBrokerWithoutAddressesIsNotKnownToBeGone() throws Exception {
    assertThat(allRefuse(List.of(), 2)).isFalse();
  }

  private boolean allRefuse(List<InetSocketAddress> addresses, int times) throws Exception {
    return probe.allRefuse(addresses, times).get(PATIENCE_S, TimeUnit.SECONDS);
  }

  /** Connects until nobody answers any more. */
  private static boolean isFilledBy(List<Socket> waiting, InetSocketAddress address)
      throws IOException {
    int most = 100;
    for (int i = 0; i < most; i++) {
      var socket = new Socket();
      waiting.add(socket);
      try {
        socket.connect(address, 500);
      } catch (SocketTimeoutException full) {
        return true;
      }
    }
    return false;
  }

  private static InetSocketAddress addressOf(ServerSocket socket) {
    return new InetSocketAddress(LOOPBACK, socket.getLocalPort());
  }

  private static InetSocketAddress closedPort() throws IOException {
    try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
      return addressOf(socket);
    }
  }
}
