package org.stoker.broker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;

/** A ZooKeeper that is the whole ensemble, reachable from this machine alone. */
final class LoneServer extends ZooKeeperServerMain implements EmbeddedServer {
  private final ServerConfig config;
  private final Listener listener;

  /**
   * A server that does not run yet.
   *
   * @param clientPort 0 for a free one
   */
  LoneServer(Path directory, int clientPort, Listener listener) {
    this.config = new OneNodeConfig(directory, clientPort);
    this.listener = listener;
  }

  @Override
  public void run() throws Exception {
    runFromConfig(config);
  }

  @Override
  protected void serverStarted() {
    listener.serving(true);
    listener.started(getClientPort());
  }

  /** Its close waits for the thread that runs it, so that thread cannot call it. */
  @Override
  public void end() {
    Thread.ofPlatform().daemon().name("stoker-zookeeper-close").start(this::close);
  }

  @Override
  public void release() {
    listener.serving(false);
    shutdown();
  }

  /** Loopback, everything else as ZooKeeper has it. */
  private static final class OneNodeConfig extends ServerConfig {
    OneNodeConfig(Path directory, int port) {
      clientPortAddress = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      dataDir = directory.toFile();
      dataLogDir = directory.toFile();
      tickTime = EmbeddedZooKeeper.TICK_MS;
      minSessionTimeout = EmbeddedZooKeeper.SHORTEST_SESSION_MS;
      maxSessionTimeout = EmbeddedZooKeeper.LONGEST_SESSION_MS;
      maxClientCnxns = 0;
    }
  }
}
