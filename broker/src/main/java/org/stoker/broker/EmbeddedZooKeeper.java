package org.stoker.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.util.ServiceUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Clock;
import org.stoker.base.ThreadSafe;

/**
 * A ZooKeeper inside the broker: of one node, reachable from this machine alone, or one of a
 * quorum.
 *
 * <p>Its server ends at the first write that fails, above all on a full disk. The thread that runs
 * it sees that end and starts it again on the same port and directory, at first soon and then less
 * often, until there is room; clients keep their sessions as over any short outage.
 */
@ThreadSafe
public final class EmbeddedZooKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedZooKeeper.class);

  /** Short, so that sessions may be; the leader of a quorum pings twice in it. */
  static final int TICK_MS = 500;

  static final int SHORTEST_SESSION_MS = 1_000;
  static final int LONGEST_SESSION_MS = 60_000;
  private static final long SHORTEST_PAUSE_MS = 250;
  private static final long LONGEST_PAUSE_MS = 5_000;
  private static final long LONGEST_CLOSE_MS = 5_000;
  private static final int SNAPSHOTS_KEPT = 3;
  private static final int PURGE_INTERVAL_HOURS = 1;

  private final Path directory;
  private final String connectString;
  private final Maker maker;
  private final Clock clock;
  private final CompletableFuture<Integer> firstStart = new CompletableFuture<>();
  private final CompletableFuture<Void> firstEnd = new CompletableFuture<>();
  private final AtomicReference<CompletableFuture<Void>> serving =
      new AtomicReference<>(new CompletableFuture<>());
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private final DatadirCleanupManager purge;
  private final AtomicInteger starts = new AtomicInteger();
  private volatile @Nullable EmbeddedServer server;
  private volatile int clientPort;

  /** Makes the server's next life. */
  private interface Maker {
    EmbeddedServer next(int clientPort, EmbeddedServer.Listener listener);
  }

  private EmbeddedZooKeeper(
      Path directory, int clientPort, String connectString, Maker maker, Clock clock) {
    this.directory = directory;
    this.clientPort = clientPort;
    this.connectString = connectString;
    this.maker = maker;
    this.clock = clock;
    this.purge =
        new DatadirCleanupManager(
            directory.toFile(), directory.toFile(), SNAPSHOTS_KEPT, PURGE_INTERVAL_HOURS);
    this.thread = Thread.ofPlatform().daemon().name("stoker-zookeeper").unstarted(this::run);
  }

  /**
   * Starts one that is alone, and returns when clients can connect.
   *
   * @param clientPort 0 for a free one
   * @throws IOException with a sentence, if the port is taken or the directory cannot be used
   */
  public static EmbeddedZooKeeper start(Path directory, int clientPort, Clock clock)
      throws IOException {
    configureProcess();
    // It would end the broker with itself; a server that is alone is ended by then.
    ServiceUtils.setSystemExitProcedure(ServiceUtils.LOG_ONLY);
    var embedded =
        new EmbeddedZooKeeper(
            directory,
            clientPort,
            "",
            (port, listener) -> new LoneServer(directory, port, listener),
            clock);
    return embedded.begin();
  }

  /**
   * Starts one of a quorum, and returns when it listens; {@link #serving} says when it has found a
   * majority.
   *
   * @throws IOException with a sentence, if a port is taken or the directory cannot be used
   */
  static EmbeddedZooKeeper join(Path directory, ZooKeeperQuorum quorum, int id, Clock clock)
      throws IOException {
    configureProcess();
    QuorumServer.configureProcess();
    quorum.checkPorts(id);
    var embedded =
        new EmbeddedZooKeeper(
            directory,
            quorum.member(id).clientPort(),
            quorum.connectString(),
            (_, listener) -> new QuorumServer(quorum, id, directory, listener),
            clock);
    ServiceUtils.setSystemExitProcedure(embedded::endedByItself);
    return embedded.begin();
  }

  private EmbeddedZooKeeper begin() throws IOException {
    Files.createDirectories(directory);
    thread.start();
    try {
      firstStart.join();
    } catch (CompletionException e) {
      throw new IOException(ZooKeeperServer.sentence(e.getCause(), clientPort, directory), e);
    }
    purge.start();
    return this;
  }

  /** What ZooKeeper reads from system properties, once per process. */
  private static void configureProcess() {
    setIfAbsent("zookeeper.admin.enableServer", "false");
    // Kilobytes; the default of 64 MB is as much as a small machine keeps for everything else.
    setIfAbsent("zookeeper.preAllocSize", "1024");
  }

  static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * The server found that it must not go on as it is. Where it asks for the end of the process, the
   * next life starts from what is on disk; what it was about to do must not happen.
   */
  private void endedByItself(int code) {
    LOG.error("ZooKeeper gives up with code {}: it is started again from its disk", code);
    EmbeddedServer running = server;
    if (running != null) {
      running.end();
    }
    throw new IllegalStateException("ZooKeeper ended with code " + code);
  }

  public int clientPort() {
    return clientPort;
  }

  /** What {@code zookeeper.connect} would say. */
  public String connectString() {
    return connectString.isEmpty() ? "127.0.0.1:" + clientPort : connectString;
  }

  /** How often it was started; more than once means that it had ended in between. */
  public int starts() {
    return starts.get();
  }

  /** Completes when it has ended for the first time, asked to or not. */
  CompletableFuture<Void> ended() {
    return firstEnd;
  }

  /** Complete as long as it answers clients; else it completes when it does. */
  CompletableFuture<Void> serving() {
    return serving.get();
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
    EmbeddedServer next = maker.next(clientPort, new Life());
    server = next;
    try {
      next.run();
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

  /** What one life of the server says. */
  private final class Life implements EmbeddedServer.Listener {
    @Override
    public void started(int boundPort) {
      clientPort = boundPort;
      starts.incrementAndGet();
      LOG.info("ZooKeeper listens on port {}, data in {}", clientPort, directory);
      firstStart.complete(boundPort);
      EmbeddedServer started = server;
      if (closing.getCount() == 0 && started != null) {
        // Closed while it was starting, before there was something to close.
        started.end();
      }
    }

    @Override
    public void serving(boolean isServing) {
      if (isServing) {
        serving.get().complete(null);
      } else {
        serving.updateAndGet(last -> last.isDone() ? new CompletableFuture<>() : last);
      }
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
    EmbeddedServer running = server;
    if (running != null) {
      running.end();
    }
    try {
      if (!thread.join(Duration.ofMillis(LONGEST_CLOSE_MS))) {
        LOG.warn("The embedded ZooKeeper has not stopped after {} ms", LONGEST_CLOSE_MS);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while ZooKeeper stopped", e);
    }
  }
}
