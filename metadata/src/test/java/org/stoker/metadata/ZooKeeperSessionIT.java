package org.stoker.metadata;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** ZooKeeper's own client and server keep the seam's promises. */
final class ZooKeeperSessionIT extends CoordinationSessionContractTest {
  private final List<CoordinationSession> sessions = new ArrayList<>();
  private final MetadataThread lane = new MetadataThread("test-session");
  private RealZooKeeper zooKeeper;

  @BeforeEach
  void startZooKeeper(@TempDir Path directory) throws Exception {
    zooKeeper = new RealZooKeeper(directory);
  }

  @AfterEach
  void stopZooKeeper() {
    sessions.forEach(CoordinationSession::close);
    lane.close();
    zooKeeper.close();
  }

  @Override
  CoordinationSession open(Consumer<SessionEvent> events) {
    CoordinationSession session = zooKeeper.opener(SESSION_TIMEOUT_MS, lane).open(events);
    sessions.add(session);
    return session;
  }

  @Override
  void expire(CoordinationSession session) {
    zooKeeper.expire(session.id());
  }

  @Override
  void breakConnections() {
    zooKeeper.dropConnections();
  }

  @Override
  void runUntil(CompletableFuture<?> future) {
    // Time passes by itself.
  }
}
