package org.stoker.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.util.ServiceUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ThreadSafe;

/**
 * A ZooKeeper of one node inside the broker, reachable from this machine alone.
 *
 * <p>Its server ends at the first write that fails, above all on a full disk. The thread that runs
 * it sees that end and starts it again on the same port and directory, at first soon and then less
 * often, until there is room; clients keep their sessions as over any short outage.
 */
@ThreadSafe
public final class EmbeddedZooKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedZooKeeper.class);
  private static final long SHORTEST_PAUSE_MS = 250;
  private static final long LONGEST_PAUSE_MS = 5_000;
  private static final long LONGEST_CLOSE_MS = 5_000;
  private static final int SNAPSHOTS_KEPT = 3;
  private static final int PURGE_INTERVAL_HOURS = 1;

  private final Path directory;
  private final Clock clock;
  private final CompletableFuture<Integer> firstStart = new CompletableFuture<>();
  private final CompletableFuture<Void> firstEnd = new CompletableFuture<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private final DatadirCleanupManager purge;
  private volatile @Nullable Server server;
  private volatile int clientPort;
  private final AtomicInteger starts = new AtomicInteger();

  private EmbeddedZooKeeper(Path directory, int clientPort, Clock clock) {
    this.directory = directory;
    this.clientPort = clientPort;
    this.clock = clock;
    this.purge =
        new DatadirCleanupManager(
            directory.toFile(), directory.toFile(), SNAPSHOTS_KEPT, PURGE_INTERVAL_HOURS);
    this.thread = Thread.ofPlatform().daemon().name("stoker-zookeeper").unstarted(this::run);
  }

  /**
   * Starts it, and returns when clients can connect.
   *
   * @param clientPort 0 for a free one
   * @throws IOException with a sentence, if the port is taken or the directory cannot be used
   */
  public static EmbeddedZooKeeper start(Path directory, int clientPort, Clock clock)
      throws IOException {
    Files.createDirectories(directory);
    configureProcess();
    var embedded = new EmbeddedZooKeeper(directory, clientPort, clock);
    embedded.thread.start();
    try {
      embedded.firstStart.join();
    } catch (CompletionException e) {
      throw new IOException(ZooKeeperServer.sentence(e.getCause(), clientPort, directory), e);
    }
    embedded.purge.start();
    return embedded;
  }

  /** What ZooKeeper reads from system properties, once per process. */
  private static void configureProcess() {
    setIfAbsent("zookeeper.admin.enableServer", "false");
    // Kilobytes; the default of 64 MB is as much as a small machine keeps for everything else.
    setIfAbsent("zookeeper.preAllocSize", "1024");
    // It would end the broker with itself.
    ServiceUtils.setSystemExitProcedure(ServiceUtils.LOG_ONLY);
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  public int clientPort() {
    return clientPort;
  }

  /** What {@code zookeeper.connect} would say. */
  public String connectString() {
    return "127.0.0.1:" + clientPort;
  }

  /** How often it was started; more than once means that it had ended in between. */
  public int starts() {
    return starts.get();
  }

  /** Completes when it has ended for the first time, asked to or not. */
  CompletableFuture<Void> ended() {
    return firstEnd;
  }

  private void run() {
    long pauseMs = SHORTEST_PAUSE_MS;
    while (closing.getCount() > 0) {
      long startedMs = clock.monotonicMs();
      runOnce();
      firstEnd.complete(null);
      if (firstStart.isCompletedExceptionally()) {
        return;
      }
      if (clock.monotonicMs() - startedMs > LONGEST_PAUSE_MS) {
        pauseMs = SHORTEST_PAUSE_MS;
      }
      if (closing.getCount() > 0) {
        LOG.warn("The embedded ZooKeeper has stopped; starting it again in {} ms", pauseMs);
      }
      if (isClosingWithin(pauseMs)) {
        return;
      }
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** Returns when the server has ended, for whatever reason. */
  private void runOnce() {
    var next = new Server();
    server = next;
    try {
      next.runFromConfig(new OneNodeConfig(directory, clientPort));
      firstStart.completeExceptionally(new IOException("it stopped while it was starting"));
    } catch (Exception e) {
      // The server declares too many kinds to name; at first they go to whoever started us.
      if (!firstStart.completeExceptionally(e)) {
        LOG.warn("The embedded ZooKeeper does not start: {}", e.toString());
      }
    } finally {
      next.release();
    }
  }

  private boolean isClosingWithin(long pauseMs) {
    try {
      return closing.await(pauseMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted, which nobody may do", e);
    }
  }

  /** Stops it; what was acknowledged is on disk. */
  @Override
  public void close() {
    closing.countDown();
    purge.shutdown();
    Server running = server;
    if (running != null) {
      running.closeElsewhere();
    }
    try {
      if (!thread.join(Duration.ofMillis(LONGEST_CLOSE_MS))) {
        LOG.warn("The embedded ZooKeeper has not stopped after {} ms", LONGEST_CLOSE_MS);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while ZooKeeper stopped", e);
    }
  }

  /** One life of the server. */
  private final class Server extends ZooKeeperServerMain {
    @Override
    protected void serverStarted() {
      clientPort = getClientPort();
      starts.incrementAndGet();
      LOG.info("ZooKeeper serves on {}, data in {}", connectString(), directory);
      firstStart.complete(clientPort);
      if (closing.getCount() == 0) {
        // Closed while it was starting, before there was something to close.
        closeElsewhere();
      }
    }

    /** Its close waits for the thread that runs it, so that thread cannot call it. */
    void closeElsewhere() {
      Thread.ofPlatform().daemon().name("stoker-zookeeper-close").start(this::close);
    }

    /** After a start that failed half way threads and the port would stay behind. */
    void release() {
      shutdown();
    }
  }

  /** Loopback, short ticks so that sessions may be short, everything else as ZooKeeper has it. */
  private static final class OneNodeConfig extends ServerConfig {
    private static final int TICK_MS = 500;
    private static final int SHORTEST_SESSION_MS = 1_000;
    private static final int LONGEST_SESSION_MS = 60_000;

    OneNodeConfig(Path directory, int port) {
      clientPortAddress = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      dataDir = directory.toFile();
      dataLogDir = directory.toFile();
      tickTime = TICK_MS;
      minSessionTimeout = SHORTEST_SESSION_MS;
      maxSessionTimeout = LONGEST_SESSION_MS;
      maxClientCnxns = 0;
    }
  }
}
