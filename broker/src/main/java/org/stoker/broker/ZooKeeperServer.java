package org.stoker.broker;

import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig.ConfigException;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program behind {@code zookeeper-server-start.sh}: ZooKeeper from a properties file. */
public final class ZooKeeperServer {
  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperServer.class);
  private static final int FAILED = 1;

  private ZooKeeperServer() {}

  public static void main(String[] args) {
    int status = run(args, System.err);
    if (status != 0) {
      System.exit(status);
    }
  }

  /** Runs until the server is told to stop; the exit status, after one sentence if it is not 0. */
  static int run(String[] args, PrintStream errors) {
    if (args.length != 1) {
      errors.println("usage: zookeeper-server-start.sh PROPERTIES_FILE");
      return FAILED;
    }
    Path file = Path.of(args[0]);
    if (!Files.isRegularFile(file)) {
      errors.println("ZooKeeper cannot start: there is no file " + file.toAbsolutePath());
      return FAILED;
    }
    var config = new QuorumPeerConfig();
    try {
      config.parse(args[0]);
    } catch (ConfigException e) {
      errors.println("ZooKeeper cannot start with " + file + ": " + messageOf(e));
      return FAILED;
    }
    return serve(config, errors);
  }

  private static int serve(QuorumPeerConfig config, PrintStream errors) {
    int port = config.getClientPortAddress() == null ? 0 : config.getClientPortAddress().getPort();
    try {
      if (config.isDistributed()) {
        new QuorumPeerMain().runFromConfig(config);
      } else {
        serveAlone(config);
      }
      return 0;
    } catch (Exception e) {
      // ZooKeeper declares too many kinds to name, and an operator needs the same of each.
      LOG.debug("ZooKeeper did not start", e);
      errors.println(sentence(e, port, config.getDataDir().toPath()));
      return FAILED;
    }
  }

  private static void serveAlone(QuorumPeerConfig config) throws Exception {
    var purge =
        new DatadirCleanupManager(
            config.getDataDir(),
            config.getDataLogDir(),
            config.getSnapRetainCount(),
            config.getPurgeInterval());
    purge.start();
    var alone = new ServerConfig();
    alone.readFrom(config);
    var server = new Server();
    Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "stoker-zookeeper-stop"));
    try {
      server.runFromConfig(alone);
    } finally {
      server.ended.countDown();
      purge.shutdown();
    }
  }

  /** What keeps ZooKeeper from serving, for an operator. */
  static String sentence(@Nullable Throwable cause, int port, Path directory) {
    if (cause instanceof BindException) {
      return "ZooKeeper cannot start: port " + port + " is taken by another process";
    }
    if (cause instanceof IOException) {
      return "ZooKeeper cannot start in " + directory + ": " + messageOf(cause);
    }
    return "ZooKeeper cannot start: " + cause;
  }

  private static String messageOf(Throwable failure) {
    Throwable root = failure;
    for (Throwable next = root.getCause(); next != null; next = root.getCause()) {
      root = next;
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  /** A server that says when it is ready, and that a signal stops. */
  private static final class Server extends ZooKeeperServerMain {
    final CountDownLatch ended = new CountDownLatch(1);

    @Override
    protected void serverStarted() {
      LOG.info("ZooKeeper serves on port {}", getClientPort());
    }

    void stop() {
      close();
      try {
        ended.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted while ZooKeeper stopped", e);
      }
    }
  }
}
