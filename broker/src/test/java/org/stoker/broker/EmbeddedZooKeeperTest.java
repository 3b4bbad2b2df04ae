package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.stoker.base.SystemClock;
import org.stoker.base.ThreadLane;
import org.stoker.metadata.Change;
import org.stoker.metadata.CoordinationSession;
import org.stoker.metadata.Node;
import org.stoker.metadata.Outcome;
import org.stoker.metadata.ZooKeeperAddress;
import org.stoker.metadata.ZooKeeperSession;

/** The embedded ZooKeeper: what was written stays, and a failed write does not end it for good. */
final class EmbeddedZooKeeperTest {
  private static final long TIMEOUT_MS = 30_000;

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final ThreadLane lane = new ThreadLane("test-zookeeper", thread);
  private Path directory;

  @BeforeEach
  void chooseDirectory(@TempDir Path temporary) {
    directory = temporary.resolve("zookeeper");
  }

  @AfterEach
  void endLane() {
    thread.shutdown();
  }

  private EmbeddedZooKeeper start(int port) throws IOException {
    return EmbeddedZooKeeper.start(directory, port, new SystemClock());
  }

  /** Returns when its first look for old files is over too, which makes a missing directory. */
  private EmbeddedZooKeeper startAndPurge() throws IOException {
    var purged = new CompletableFuture<Void>();
    var listener =
        new AppenderBase<ILoggingEvent>() {
          @Override
          protected void append(ILoggingEvent event) {
            if (event.getMessage().contains("Purge task completed")) {
              purged.complete(null);
            }
          }
        };
    Logger purger = (Logger) LoggerFactory.getLogger(DatadirCleanupManager.class);
    purger.setLevel(Level.INFO);
    purger.addAppender(listener);
    listener.start();
    try {
      EmbeddedZooKeeper started = start(0);
      purged.orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS).join();
      return started;
    } finally {
      purger.detachAppender(listener);
      purger.setLevel(null);
    }
  }

  private CoordinationSession connect(EmbeddedZooKeeper zooKeeper) {
    ZooKeeperAddress address = ZooKeeperAddress.parse(zooKeeper.connectString());
    return ZooKeeperSession.opener(address, 20_000, lane).open(_ -> {});
  }

  /** Creates the node, again for as long as nobody answers. */
  private static CompletableFuture<Void> create(CoordinationSession session, String path) {
    var created = new CompletableFuture<Void>();
    tryToCreate(session, path, created);
    return created.orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS);
  }

  private static void tryToCreate(
      CoordinationSession session, String path, CompletableFuture<Void> created) {
    session.write(
        Change.create(path, path.getBytes(StandardCharsets.UTF_8)),
        outcome -> {
          switch (outcome) {
            case Outcome.Ok<?> _, Outcome.NodeExists<?> _ -> created.complete(null);
            case Outcome.Unknown<?> _ -> tryToCreate(session, path, created);
            default -> created.completeExceptionally(new AssertionError(outcome));
          }
        });
  }

  private static String read(CoordinationSession session, String path) {
    var read = new CompletableFuture<Outcome<Node>>();
    session.get(path, null, read::complete);
    return read.orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS).join()
            instanceof Outcome.Ok<Node>(Node node)
        ? new String(node.data(), StandardCharsets.UTF_8)
        : "nothing";
  }

  @Test
  void whatWasWrittenIsThereAfterARestart() throws IOException {
    try (var zooKeeper = start(0);
        var session = connect(zooKeeper)) {
      create(session, "/kept").join();
    }

    try (var zooKeeper = start(0);
        var session = connect(zooKeeper)) {
      assertThat(read(session, "/kept")).isEqualTo("/kept");
    }
  }

  @Test
  void itListensOnLoopbackAtTheChosenPort() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    try (var zooKeeper = start(port)) {
      assertThat(zooKeeper.connectString()).isEqualTo("127.0.0.1:" + port);
    }
  }

  @Test
  void aTakenPortIsSaidInOneSentence() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> start(socket.getLocalPort()))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "ZooKeeper cannot start: port %d is taken by another process", socket.getLocalPort());
    }
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsSaidInOneSentence() throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("version-2"), "in the way");

    assertThatThrownBy(() -> start(0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory.toString());
  }

  /** A directory that turns into a file fails the next write as a full disk does. */
  @Test
  void itComesBackByItselfAfterAFailedWrite() throws IOException {
    try (var zooKeeper = startAndPurge();
        var session = connect(zooKeeper)) {
      create(session, "/before").join();
    }
    try (var zooKeeper = startAndPurge()) {
      Path data = directory.resolve("version-2");
      Path aside = directory.resolve("aside");
      Files.move(data, aside);
      Files.writeString(data, "in the way");
      try (var session = connect(zooKeeper)) {
        CompletableFuture<Void> created = create(session, "/after");
        zooKeeper.ended().orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS).join();
        Files.delete(data);
        Files.move(aside, data);

        created.join();

        assertThat(read(session, "/before")).isEqualTo("/before");
        assertThat(zooKeeper.starts()).isGreaterThan(1);
      }
    }
  }

  @Test
  void nothingIsLeftBehindBesideTheData() throws IOException {
    start(0).close();
    start(0).close();

    try (var entries = Files.list(directory)) {
      assertThat(entries.map(path -> path.getFileName().toString()).toList())
          .isEqualTo(List.of("version-2"));
    }
  }
}
