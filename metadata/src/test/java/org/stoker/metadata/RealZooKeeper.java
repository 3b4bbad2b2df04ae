package org.stoker.metadata;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxn.DisconnectReason;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.stoker.base.Lane;

/** A ZooKeeper server in this process, on a free port, that can be stopped and can end sessions. */
final class RealZooKeeper implements AutoCloseable {
  private static final int TICK_MS = 500;

  private final Path directory;
  private ZooKeeperServer server;
  private NIOServerCnxnFactory connections;
  private final int port;

  RealZooKeeper(Path directory) throws IOException, InterruptedException {
    System.setProperty("zookeeper.admin.enableServer", "false");
    System.setProperty("zookeeper.preAllocSize", "256");
    this.directory = directory;
    this.server = newServer();
    this.connections = listen(server, 0);
    this.port = connections.getLocalPort();
  }

  private ZooKeeperServer newServer() throws IOException {
    return new ZooKeeperServer(directory.toFile(), directory.toFile(), TICK_MS);
  }

  private static NIOServerCnxnFactory listen(ZooKeeperServer server, int port)
      throws IOException, InterruptedException {
    var factory = new NIOServerCnxnFactory();
    factory.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
    factory.startup(server);
    return factory;
  }

  ZooKeeperAddress address() {
    return ZooKeeperAddress.parse("127.0.0.1:" + port + "/a/chroot");
  }

  CoordinationSession.Opener opener(int sessionTimeoutMs, Lane lane) {
    return ZooKeeperSession.opener(address(), sessionTimeoutMs, lane);
  }

  void expire(long sessionId) {
    server.closeSession(sessionId);
  }

  void dropConnections() {
    connections.closeAll(DisconnectReason.CLOSE_ALL_CONNECTIONS_FORCED);
  }

  Collection<Long> sessions() {
    return List.copyOf(server.getSessionTracker().globalSessions());
  }

  void stop() {
    connections.shutdown();
    server.shutdown(true);
  }

  void startAgain() throws IOException, InterruptedException {
    server = newServer();
    connections = listen(server, port);
  }

  @Override
  public void close() {
    stop();
  }
}
