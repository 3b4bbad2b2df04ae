package org.stoker.metadata;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoker.base.SystemClock;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.metadata.Command.CreateTopics;
import org.stoker.metadata.Command.CreatedTopic;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.protocol.ErrorCode;
import org.stoker.testkit.SplitMixSeed;

/** One broker on a real ZooKeeper, through restarts, lost sessions and a ZooKeeper that is away. */
final class ClusterMetadataIT {
  private static final long TIMEOUT_MS = 20_000;
  private static final int SESSION_TIMEOUT_MS = 8_000;

  private final SplitMixSeed seed = new SplitMixSeed(7);
  private final Uuid logDir = Uuid.random(seed);
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final List<CoordinationSession> sessions = new CopyOnWriteArrayList<>();
  private final SystemClock clock = new SystemClock();
  private RealZooKeeper zooKeeper;

  @BeforeEach
  void startZooKeeper(@TempDir Path directory) throws Exception {
    zooKeeper = new RealZooKeeper(directory);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : toClose.reversed()) {
      closeable.close();
    }
    sessions.forEach(CoordinationSession::close);
    zooKeeper.close();
  }

  /** A broker whose process can be ended without a word, as kill -9 does. */
  private final class Broker implements AutoCloseable {
    final Uuid incarnation = Uuid.random(seed);
    final MetadataThread lane = new MetadataThread("test-metadata");
    final ClusterMetadata metadata;
    final CompletableFuture<RuntimeException> fatal = new CompletableFuture<>();

    Broker(Uuid directory, int port) {
      toClose.add(this);
      metadata =
          new ClusterMetadata(
              new MetadataConfig(
                  300,
                  5_000,
                  100,
                  20,
                  1 << 20,
                  256 * 1024,
                  new MetadataConfig.Liveness(60_000, 500, 0, 10)),
              new BrokerIdentity(
                  1,
                  incarnation,
                  List.of(new Endpoint("PLAINTEXT", "127.0.0.1", port, (short) 0)),
                  null,
                  List.of(directory),
                  Map.of()),
              this::open,
              new MetadataWorld(lane, lane, clock, seed),
              new Controller(
                  new PlainRules(),
                  new ClusterDefaults(1, 1),
                  Map.of("metadata.version", (short) 30),
                  seed));
    }

    private CoordinationSession open(Consumer<SessionEvent> events) {
      CoordinationSession session = zooKeeper.opener(SESSION_TIMEOUT_MS, lane).open(events);
      sessions.add(session);
      return session;
    }

    /** Registers, and says at once that it serves. */
    ClusterImage start() {
      metadata.addListener((_, image) -> beatIfFenced(image));
      return metadata
          .start(fatal::complete)
          .thenCompose(_ -> metadata.whenImage(image -> isAdmitted(image.broker(1))))
          .orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS)
          .join();
    }

    private boolean isAdmitted(@Nullable BrokerImage self) {
      return self != null && self.incarnation().equals(incarnation) && !self.fenced();
    }

    private void beatIfFenced(ClusterImage image) {
      BrokerImage self = image.broker(1);
      if (self != null && self.incarnation().equals(incarnation) && self.fenced()) {
        var _ =
            metadata.heard(new Heartbeat(1, self.epoch(), image.offset(), false, false, List.of()));
      }
    }

    List<CreatedTopic> create(NewTopic... topics) {
      return metadata
          .submit(new CreateTopics(List.of(topics), false), TIMEOUT_MS)
          .orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS)
          .join();
    }

    /** From here on nothing of it runs, and its session stays behind. */
    void kill() {
      lane.close();
    }

    @Override
    public void close() {
      kill();
    }
  }

  @Test
  void topicsAreThereAfterARestartThatWaitsForNoSession() {
    var first = new Broker(logDir, 9092);
    String clusterId = first.start().clusterId();
    first.create(NewTopic.of("orders", 3, 1));
    first.kill();

    var second = new Broker(logDir, 9093);
    long before = clock.monotonicMs();
    ClusterImage image = second.start();
    long tookMs = clock.monotonicMs() - before;

    assertThat(clusterId).hasSize(22);
    assertThat(image.clusterId()).isEqualTo(clusterId);
    assertThat(tookMs).isLessThan(SESSION_TIMEOUT_MS / 2);
    assertThat(requireNonNull(image.broker(1)).incarnation()).isEqualTo(second.incarnation);
    PartitionImage partition = requireNonNull(image.partition(new TopicPartition("orders", 2)));
    assertThat(partition.leader()).isEqualTo(1);
    assertThat(partition.leaderEpoch()).isEqualTo(1);
    assertThat(image.controllerId()).isEqualTo(1);
    assertThat(image.controllerEpoch()).isEqualTo(2);
  }

  @Test
  void aSecondProcessWithTheSameIdIsRefused() {
    var first = new Broker(logDir, 9092);
    first.start();

    var stranger = new Broker(Uuid.random(seed), 9094);

    assertThatThrownBy(stranger::start)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(RegistrationRefusedException.class)
        .hasMessageContaining("Broker id 1")
        .hasMessageContaining("PLAINTEXT://127.0.0.1:9092");
    assertThat(first.create(NewTopic.of("still-serves", 1, 1)).getFirst().result().isOk()).isTrue();
  }

  @Test
  void anExpiredSessionIsReplacedAndTheLeadersStay() throws Exception {
    var broker = new Broker(logDir, 9092);
    broker.start();
    broker.create(NewTopic.of("orders", 1, 1));
    long epoch = requireNonNull(broker.metadata.image().broker(1)).epoch();
    var reregistered = new CompletableFuture<ClusterImage>();
    broker.metadata.addListener((_, image) -> {
      BrokerImage now = image.broker(1);
      if (now != null && now.epoch() != epoch && !now.fenced()) {
        reregistered.complete(image);
      }
    });

    zooKeeper.sessions().forEach(zooKeeper::expire);

    ClusterImage image = reregistered.get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    assertThat(requireNonNull(image.partition(new TopicPartition("orders", 0))).leader())
        .isEqualTo(1);
    assertThat(broker.create(NewTopic.of("more", 1, 1)).getFirst().result().isOk()).isTrue();
  }

  @Test
  void commandsTimeOutWhileZooKeeperIsAwayAndSucceedWhenItIsBack() throws Exception {
    var broker = new Broker(logDir, 9092);
    broker.start();
    broker.create(NewTopic.of("before", 1, 1));
    zooKeeper.stop();

    List<CreatedTopic> lost =
        broker
            .metadata
            .submit(new CreateTopics(List.of(NewTopic.of("lost", 1, 1)), false), 300)
            .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    boolean imageStayed = broker.metadata.image().topic("before") != null;
    zooKeeper.startAgain();

    assertThat(lost.getFirst().result().error()).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
    assertThat(imageStayed).isTrue();
    assertThat(broker.create(NewTopic.of("after", 1, 1)).getFirst().result().isOk()).isTrue();
  }

  @Test
  void snapshotsAreTakenAndTheLogIsCut() {
    var first = new Broker(logDir, 9092);
    first.start();
    for (int topic = 0; topic < 100; topic++) {
      first.create(NewTopic.of("topic-" + topic, 2, 1));
    }
    ClusterImage before = first.metadata.image();
    first.kill();

    ClusterImage after = new Broker(logDir, 9092).start();

    assertThat(after.topicsByName().keySet()).isEqualTo(before.topicsByName().keySet());
    assertThat(after.topicsById().get(requireNonNull(before.topic("topic-7")).id()))
        .extracting(topic -> requireNonNull(topic).name())
        .isEqualTo("topic-7");
  }

  @Test
  void fiveThousandPartitionsInOneRequest() {
    var first = new Broker(logDir, 9092);
    first.start();

    List<CreatedTopic> created = first.create(NewTopic.of("wide", 5_000, 1));
    ClusterImage image = first.metadata.image();
    first.kill();
    ClusterImage replayed = new Broker(logDir, 9092).start();

    assertThat(created.getFirst().partitions()).isEqualTo(5_000);
    assertThat(requireNonNull(image.topic("wide")).partitions()).hasSize(5_000);
    assertThat(requireNonNull(replayed.topic("wide")).partitions())
        .allMatch(partition -> partition.leaderEpoch() == 1);
  }
}
