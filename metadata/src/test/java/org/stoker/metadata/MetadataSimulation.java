package org.stoker.metadata;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.stoker.base.Lane;
import org.stoker.base.Uuid;
import org.stoker.metadata.Command.CreateTopics;
import org.stoker.metadata.Command.CreatedTopic;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.simulated.SimulatedEnsemble;
import org.stoker.metadata.simulated.SimulatedEnsemble.Weather;
import org.stoker.metadata.simulated.SimulatedSession;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.AbortTransactionRecord;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedLane;
import org.stoker.testkit.SplitMixSeed;

/**
 * Three brokers on a simulated ensemble that does its worst, judged: images are equal at equal
 * offset, what was acknowledged is there once, and everything works again when the faults stop.
 */
final class MetadataSimulation {
  private static final int BROKERS = 3;
  private static final int SESSION_TIMEOUT_MS = 2_000;
  private static final long COMMAND_TIMEOUT_MS = 1_500;
  private static final long RECOVERY_MS = 60_000;
  private static final long HEARTBEAT_MS = 300;
  private static final MetadataConfig CONFIG =
      new MetadataConfig(3_000, 500, 100, 8, 1 << 20, 200, MetadataConfig.Liveness.DEFAULT);

  private final SimulatedClock clock = new SimulatedClock();
  private final SplitMixSeed seed;
  private final SimulatedEnsemble ensemble;
  private final Map<Integer, Broker> brokers = new TreeMap<>();
  private final Map<Long, ClusterImage> imagesByOffset = new HashMap<>();
  private final Map<String, Uuid> acknowledged = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();
  private int topics;
  private int elections;
  private int snapshots;

  MetadataSimulation(long seed, boolean checksVersions) {
    this.seed = new SplitMixSeed(seed);
    this.ensemble =
        checksVersions
            ? new SimulatedEnsemble(clock, this.seed.fork(), SESSION_TIMEOUT_MS)
            : SimulatedEnsemble.thatIgnoresVersions(clock, this.seed.fork(), SESSION_TIMEOUT_MS);
  }

  /** What was found wrong; empty if nothing. */
  List<String> violations() {
    return violations;
  }

  int acknowledged() {
    return acknowledged.size();
  }

  int elections() {
    return elections;
  }

  int snapshots() {
    return snapshots;
  }

  /** Transactions that a controller found open and aborted, of those still in the log. */
  int abortions() {
    int abortions = 0;
    for (String name : ensemble.committedChildren(MetadataPaths.LOG)) {
      long offset = Long.parseLong(name);
      if (ensemble.committed(MetadataPaths.entry(offset)) instanceof Outcome.Ok<Node>(Node node)) {
        for (Message record : LogEntry.decode(node.data(), offset).records()) {
          abortions += record instanceof AbortTransactionRecord ? 1 : 0;
        }
      }
    }
    return abortions;
  }

  /** A lane that a crash empties for good. */
  private static final class MortalLane implements Lane {
    private final Lane lane;
    private boolean dead;

    MortalLane(Lane lane) {
      this.lane = lane;
    }

    @Override
    public void submit(Runnable task) {
      if (!dead) {
        lane.submit(() -> {
          if (!dead) {
            task.run();
          }
        });
      }
    }

    @Override
    public void continueOn(Executor executor, Runnable work) {
      lane.continueOn(executor, work);
    }

    @Override
    public void assertCurrent() {
      lane.assertCurrent();
    }
  }

  private final class Broker {
    final Uuid incarnation = Uuid.random(seed);
    final MortalLane lane =
        new MortalLane(new SimulatedLane(seed.fork(), task -> clock.after(1, task)));
    final List<SimulatedSession> sessions = new ArrayList<>();
    final ClusterMetadata metadata;

    Broker(int id) {
      metadata =
          new ClusterMetadata(
              CONFIG,
              new BrokerIdentity(
                  id,
                  incarnation,
                  List.of(new Endpoint("PLAINTEXT", "host" + id, 9092, (short) 0)),
                  null,
                  List.of(new Uuid(7, id)),
                  Map.of()),
              this::open,
              new MetadataWorld(lane, clock, clock, seed.fork()),
              new Controller(
                  new PlainRules(),
                  new ClusterDefaults(1, 1),
                  Map.of("metadata.version", (short) 30),
                  seed.fork()));
      metadata.addListener(this::imageChanged);
      clock.after(HEARTBEAT_MS, () -> beat(id));
      CompletableFuture<ClusterImage> started =
          metadata.start(cause -> violations.add("broker " + id + " gave up: " + cause));
      var _ =
          started.whenComplete((_, failure) -> {
            if (failure != null) {
              violations.add("broker " + id + " did not start: " + failure);
            }
          });
    }

    /** Straight to whoever is the controller as far as it knows; over a perfect network. */
    private void beat(int id) {
      if (lane.dead) {
        return;
      }
      ClusterImage image = metadata.image();
      BrokerImage self = image.broker(id);
      Broker controller = brokers.get(image.controllerId());
      if (self != null && controller != null && self.incarnation().equals(incarnation)) {
        var _ =
            controller.metadata.heard(
                new Heartbeat(id, self.epoch(), image.offset(), false, false, List.of()));
      }
      clock.after(HEARTBEAT_MS, () -> beat(id));
    }

    private CoordinationSession open(Consumer<SessionEvent> events) {
      var session = (SimulatedSession) ensemble.opener(lane).open(events);
      sessions.add(session);
      return session;
    }

    private void imageChanged(MetadataDelta delta, ClusterImage image) {
      if (image.offset() < delta.before().offset()) {
        violations.add("the image went back from " + delta.before().offset());
      }
      ClusterImage other = imagesByOffset.putIfAbsent(image.offset(), image);
      if (other != null && !other.equals(image)) {
        violations.add("images differ at offset " + image.offset());
      }
      elections = Math.max(elections, image.controllerEpoch());
    }

    void crash() {
      lane.dead = true;
      sessions.forEach(SimulatedSession::kill);
    }
  }

  void run(int steps) {
    for (int id = 1; id <= BROKERS; id++) {
      brokers.put(id, new Broker(id));
    }
    try {
      for (int step = 0; step < steps; step++) {
        fault();
        var _ = createTopic();
        advance(seed.nextInt(400));
      }
      recover();
      judge();
    } catch (IllegalStateException | IllegalArgumentException e) {
      violations.add("a bug came to light: " + e);
    }
  }

  private void advance(long passedMs) {
    clock.advanceMs(passedMs);
  }

  private Broker anyBroker() {
    return requireNonNull(brokers.get(1 + seed.nextInt(BROKERS)));
  }

  private void fault() {
    switch (seed.nextInt(14)) {
      case 0 -> ensemble.weather(new Weather(30, 60, 60));
      case 1 -> ensemble.weather(new Weather(5, 20, 5));
      case 2 -> ensemble.dropConnections();
      case 3 -> expireSome();
      case 4, 5 -> restart(1 + seed.nextInt(BROKERS));
      case 6, 7, 8 -> depose();
      case 9 -> {
        ensemble.goAway();
        advance(seed.nextInt(3_000));
        ensemble.comeBack();
      }
      default -> advance(seed.nextInt(200));
    }
  }

  private void expireSome() {
    List<SimulatedSession> sessions = ensemble.sessions();
    if (!sessions.isEmpty()) {
      ensemble.expire(sessions.get(seed.nextInt(sessions.size())));
    }
  }

  private void restart(int id) {
    requireNonNull(brokers.get(id)).crash();
    brokers.put(id, new Broker(id));
  }

  /** The others believe that the controller is dead, and it is not. */
  private void depose() {
    for (Broker suspect : brokers.values()) {
      if (seed.oneIn(2)) {
        brokers.values().stream()
            .filter(broker -> broker != suspect)
            .forEach(broker -> broker.metadata.foundDead(suspect.incarnation));
      }
    }
  }

  private CompletableFuture<List<CreatedTopic>> createTopic() {
    String name = "topic-" + topics++;
    CompletableFuture<List<CreatedTopic>> created =
        anyBroker()
            .metadata
            .submit(
                new CreateTopics(
                    List.of(
                        new NewTopic(
                            name,
                            1 + seed.nextInt(5),
                            1,
                            List.of(),
                            Map.of("retention.ms", "1000"))),
                    false),
                COMMAND_TIMEOUT_MS);
    return created.whenComplete((replies, _) -> {
      if (replies.getFirst().result().isOk()) {
        acknowledged.put(name, replies.getFirst().topicId());
      }
    });
  }

  /** The faults are over: within a bound a change goes through and everybody sees it. */
  private void recover() {
    ensemble.weather(Weather.CALM);
    long untilMs = clock.monotonicMs() + RECOVERY_MS;
    boolean done = false;
    while (!done && clock.monotonicMs() < untilMs) {
      CompletableFuture<List<CreatedTopic>> created = createTopic();
      advance(2_000);
      done = created.isDone() && created.join().getFirst().result().isOk() && isSettled();
    }
    if (!done) {
      violations.add(
          "nothing works again " + RECOVERY_MS + " ms after the last fault: " + describedState());
    }
  }

  private String describedState() {
    var state = new StringBuilder(committedTail().toString());
    brokers.forEach((id, broker) -> {
      ClusterImage image = broker.metadata.image();
      state.append("; broker ").append(id).append(" at offset ").append(image.offset());
      state.append(" of epoch ").append(image.controllerEpoch());
      state.append(" sees active brokers ");
      image.brokers().values().stream()
          .filter(BrokerImage::isActive)
          .forEach(active -> state.append(active.id()).append(' '));
    });
    return state.toString();
  }

  private boolean isSettled() {
    long offset = committedTail().endOffset();
    return brokers.values().stream()
        .map(broker -> broker.metadata.image())
        .allMatch(image ->
            image.offset() == offset
                && image.brokers().size() == BROKERS
                && image.brokers().values().stream().allMatch(BrokerImage::isActive));
  }

  private LogTail committedTail() {
    return ensemble.committed(MetadataPaths.TAIL) instanceof Outcome.Ok<Node>(Node node)
        ? LogTail.parse(node.data())
        : LogTail.EMPTY;
  }

  private void judge() {
    ClusterImage image = anyBroker().metadata.image();
    for (Broker broker : brokers.values()) {
      if (!broker.metadata.image().equals(image)) {
        violations.add("the images at the end differ");
      }
    }
    acknowledged.forEach((name, id) -> {
      TopicImage topic = image.topic(name);
      if (topic == null || !topic.id().equals(id)) {
        violations.add("acknowledged " + name + " with id " + id + " is not there");
      }
    });
    if (ensemble.committed(MetadataPaths.SNAPSHOT) instanceof Outcome.Ok<Node>(Node node)) {
      SnapshotPointer pointer = SnapshotPointer.parse(node.data());
      snapshots = pointer.snapshots().size();
      if (ensemble.committedChildren(MetadataPaths.LOG).isEmpty()) {
        violations.add("the log is empty");
      }
    }
  }
}
