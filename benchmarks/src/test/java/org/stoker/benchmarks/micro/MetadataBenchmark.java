package org.stoker.benchmarks.micro;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.stoker.base.SystemClock;
import org.stoker.base.SystemSeed;
import org.stoker.base.ThreadLane;
import org.stoker.base.Timers;
import org.stoker.base.Uuid;
import org.stoker.broker.EmbeddedZooKeeper;
import org.stoker.metadata.BrokerCommand;
import org.stoker.metadata.BrokerIdentity;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterDefaults;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.metadata.Command;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.ConfigRules;
import org.stoker.metadata.Controller;
import org.stoker.metadata.Endpoint;
import org.stoker.metadata.Heartbeat;
import org.stoker.metadata.MetadataConfig;
import org.stoker.metadata.MetadataWorld;
import org.stoker.metadata.Result;
import org.stoker.metadata.ZooKeeperAddress;
import org.stoker.metadata.ZooKeeperSession;

/**
 * Three brokers' parts in a cluster, on a real ZooKeeper that syncs what it is given: how long it
 * takes until all of them know who leads what a dead broker led, and until another is controller.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
public class MetadataBenchmark {
  private static final int BROKERS = 3;
  private static final int PARTITIONS_OF_A_TOPIC = 2_000;
  private static final int SESSION_TIMEOUT_MS = 60_000;
  private static final long TIMEOUT_MS = 60_000;
  // Nobody is silent for so long, and nobody is led home but when it is asked for.
  private static final MetadataConfig CONFIG =
      MetadataConfig.forSessionTimeout(SESSION_TIMEOUT_MS)
          .with(new MetadataConfig.Liveness(3_600_000, 500, 0, 10));

  @Param({"10000", "200000"})
  int partitions;

  private final SystemSeed seed = new SystemSeed();
  private final Map<Integer, Member> members = new TreeMap<>();
  private Path directory = Path.of("");
  private @Nullable EmbeddedZooKeeper zooKeeper;
  private boolean lettingIn = true;

  /** One broker's part. */
  private final class Member {
    private final int id;
    private final Uuid incarnation = Uuid.random(seed);
    private final ScheduledThreadPoolExecutor thread;
    private final ClusterMetadata metadata;

    Member(int id, String connect) {
      this.id = id;
      this.thread =
          new ScheduledThreadPoolExecutor(
              1, Thread.ofPlatform().daemon().name("metadata-" + id).factory());
      var lane = new ThreadLane("metadata-" + id, thread);
      Timers timers =
          (delayMs, task) -> {
            ScheduledFuture<?> timer = thread.schedule(task, delayMs, TimeUnit.MILLISECONDS);
            return () -> timer.cancel(false);
          };
      this.metadata =
          new ClusterMetadata(
              CONFIG,
              new BrokerIdentity(
                  id,
                  incarnation,
                  List.of(new Endpoint("PLAINTEXT", "localhost", 9092 + id, (short) 0)),
                  null,
                  List.of(Uuid.random(seed)),
                  Map.of()),
              ZooKeeperSession.opener(ZooKeeperAddress.parse(connect), SESSION_TIMEOUT_MS, lane),
              new MetadataWorld(lane, timers, new SystemClock(), seed),
              new Controller(new NoRules(), new ClusterDefaults(1, BROKERS), Map.of(), seed));
    }

    CompletableFuture<ClusterImage> start() {
      metadata.addListener((_, image) -> askToBeLetIn(image));
      return metadata.start(cause -> {
        throw new IllegalStateException(cause);
      });
    }

    private void askToBeLetIn(ClusterImage image) {
      BrokerImage self = image.broker(id);
      Member controller = members.get(image.controllerId());
      if (lettingIn && controller != null && self != null && self.fenced()) {
        var _ =
            controller.metadata.heard(
                new Heartbeat(id, self.epoch(), image.offset(), false, false, List.of()));
      }
    }

    long epoch() {
      return requireNonNull(metadata.image().broker(id)).epoch();
    }

    void close() {
      metadata.close();
      thread.shutdown();
    }
  }

  /** Nothing is configured here. */
  private static final class NoRules implements ConfigRules {
    @Override
    public boolean isList(ConfigResource.Type type, String key) {
      return false;
    }

    @Override
    public @Nullable String defaultValue(ConfigResource.Type type, String key) {
      return null;
    }

    @Override
    public @Nullable Result problemWith(ConfigResource resource, Map<String, String> values) {
      return null;
    }
  }

  @Setup
  public void start() throws IOException {
    directory = Files.createTempDirectory("metadata");
    EmbeddedZooKeeper started = EmbeddedZooKeeper.start(directory, 0, new SystemClock());
    zooKeeper = started;
    for (int id = 1; id <= BROKERS; id++) {
      members.put(id, new Member(id, started.connectString()));
    }
    members.values().stream().map(Member::start).toList().forEach(CompletableFuture::join);
    awaitOnAll(image ->
        image.brokers().size() == BROKERS
            && image.brokers().values().stream().allMatch(BrokerImage::isActive));
    lettingIn = false;
  }

  /** Each partition is led by the one that will be fenced, and copied by the third. */
  @Setup(Level.Iteration)
  public void createTopics() {
    Member controller = controller();
    Member victim = next(controller);
    controller
        .metadata
        .submit(new BrokerCommand.Unfence(victim.id, victim.epoch()), TIMEOUT_MS)
        .join();
    var assignments = new ArrayList<Command.ReplicaAssignment>();
    for (int i = 0; i < PARTITIONS_OF_A_TOPIC; i++) {
      assignments.add(new Command.ReplicaAssignment(i, List.of(victim.id, next(victim).id)));
    }
    for (int made = 0; made < partitions; made += PARTITIONS_OF_A_TOPIC) {
      var topic = new Command.NewTopic("topic-" + made, -1, -1, assignments, Map.of());
      var created =
          controller
              .metadata
              .submit(new Command.CreateTopics(List.of(topic), false), TIMEOUT_MS)
              .join();
      if (!created.getFirst().result().isOk()) {
        throw new IllegalStateException(created.toString());
      }
    }
  }

  @TearDown(Level.Iteration)
  public void deleteTopics() {
    ClusterMetadata metadata = controller().metadata;
    for (String name : metadata.image().topicsByName().keySet()) {
      metadata
          .submit(new Command.DeleteTopics(List.of(Command.TopicReference.named(name))), TIMEOUT_MS)
          .join();
    }
  }

  private Member controller() {
    // Some may not have heard of the latest one.
    ClusterImage newest =
        members.values().stream()
            .map(member -> member.metadata.image())
            .max(Comparator.comparingInt(ClusterImage::controllerEpoch))
            .orElseThrow();
    return requireNonNull(members.get(newest.controllerId()));
  }

  private void awaitOnAll(Predicate<ClusterImage> condition) {
    members.values().stream()
        .map(member -> member.metadata.whenImage(condition))
        .toList()
        .forEach(CompletableFuture::join);
  }

  private Member next(Member member) {
    return requireNonNull(members.get(member.id % BROKERS + 1));
  }

  /** All partitions get another leader, and every broker knows. */
  @Benchmark
  public long moveLeaders() {
    Member controller = controller();
    Member victim = next(controller);
    controller
        .metadata
        .submit(new BrokerCommand.Fence(victim.id, victim.epoch()), TIMEOUT_MS)
        .join();
    long offset = controller.metadata.image().offset();
    awaitOnAll(image -> image.offset() >= offset);
    return offset;
  }

  /** Another broker is elected, and decides something. */
  @Benchmark
  public Command.ProducerIds takeOver() {
    Member before = controller();
    Member next = next(before);
    next.metadata.foundDead(before.incarnation);
    next.metadata.whenImage(image -> image.controllerId() == next.id).join();
    Command.ProducerIds ids =
        next.metadata
            .submit(new Command.AllocateProducerIds(next.id, next.epoch()), TIMEOUT_MS)
            .join();
    if (!ids.result().isOk()) {
      throw new IllegalStateException(ids.toString());
    }
    return ids;
  }

  @TearDown
  public void stop() throws IOException {
    members.values().forEach(Member::close);
    if (zooKeeper != null) {
      zooKeeper.close();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
