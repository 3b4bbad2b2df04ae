package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.SystemClock;
import org.stoker.base.ThreadLane;
import org.stoker.metadata.Change;
import org.stoker.metadata.CoordinationSession;
import org.stoker.metadata.Outcome;
import org.stoker.metadata.ZooKeeperAddress;
import org.stoker.metadata.ZooKeeperSession;

/**
 * A quorum of embedded ZooKeepers, here in one process: each is ended and started as it must be.
 */
final class QuorumServerTest {
  private static final long TIMEOUT_MS = 30_000;

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final ThreadLane lane = new ThreadLane("test-quorum", thread);
  private final List<EmbeddedZooKeeper> servers = new ArrayList<>();
  private final ZooKeeperQuorum quorum =
      ZooKeeperQuorum.parse(List.of(QuorumPorts.free(3).split(",")), null);

  @TempDir private Path root;

  @BeforeEach
  void startTwo() throws IOException {
    servers.add(join(1));
    servers.add(join(2));
  }

  @AfterEach
  void stop() {
    servers.forEach(EmbeddedZooKeeper::close);
    thread.shutdown();
  }

  private Path directory(int id) {
    return root.resolve("zookeeper-" + id);
  }

  private EmbeddedZooKeeper join(int id) throws IOException {
    return EmbeddedZooKeeper.join(directory(id), quorum, id, new SystemClock());
  }

  private static void awaitServing(EmbeddedZooKeeper server) {
    server.serving().copy().orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS).join();
  }

  private CoordinationSession connect(int id) {
    var address = ZooKeeperAddress.parse(quorum.member(id).clientAddress());
    return ZooKeeperSession.opener(address, 20_000, lane).open(_ -> {});
  }

  /** Creates the node, again for as long as nobody answers. */
  private static void create(CoordinationSession session, String path) {
    var created = new CompletableFuture<Void>();
    tryToCreate(session, path, created);
    created.orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS).join();
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

  @Test
  void twoOfThreeServe() {
    servers.forEach(QuorumServerTest::awaitServing);

    try (var session = connect(1)) {
      create(session, "/kept");
    }
  }

  @Test
  void oneOfThreeWaitsForTheOthers() {
    servers.forEach(QuorumServerTest::awaitServing);

    servers.get(1).close();

    awaitNotServing(servers.get(0));
  }

  private static void awaitNotServing(EmbeddedZooKeeper server) {
    var clock = new SystemClock();
    long untilMs = clock.monotonicMs() + TIMEOUT_MS;
    while (server.serving().isDone()) {
      assertThat(clock.monotonicMs()).isLessThan(untilMs);
      Thread.onSpinWait();
    }
  }

  /** A directory that turns into a file fails the next write as a full disk does. */
  @Test
  void aServerThatCannotWriteIsStartedAgainUntilItCan() throws IOException {
    servers.forEach(QuorumServerTest::awaitServing);
    // The leader logs each of its terms in a new file; so does a follower that has come back.
    servers.add(join(3));
    awaitServing(servers.get(2));
    Path data = directory(3).resolve("version-2");
    Path aside = directory(3).resolve("aside");
    Files.move(data, aside);
    Files.writeString(data, "in the way");
    try (var session = connect(1)) {
      create(session, "/while-it-is-broken");
    }

    servers.get(2).ended().orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS).join();
    Files.delete(data);
    Files.move(aside, data);

    awaitServing(servers.get(2));
    try (var session = connect(3)) {
      create(session, "/whole-again");
    }
    assertThat(servers.get(2).starts()).isGreaterThan(1);
  }

  @Test
  void theDataOfAnotherServerIsRefused() throws IOException {
    Files.createDirectories(directory(3));
    Files.writeString(directory(3).resolve("myid"), "2\n");

    assertThatThrownBy(() -> join(3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it holds the data of server 2, and this is server 3");
  }

  @Test
  void aTakenPortIsSaidInOneSentence() throws IOException {
    int port = quorum.member(3).electionPort();
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> join(3))
          .isInstanceOf(IOException.class)
          .hasMessage("port " + port + " of localhost is taken by another process");
    }
  }
}
