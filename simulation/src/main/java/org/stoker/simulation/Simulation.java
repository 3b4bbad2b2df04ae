package org.stoker.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.simulated.SimulatedEnsemble;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SplitMixSeed;

/**
 * One run: a cluster, its clients, and everything that goes wrong, all from one seed and on one
 * thread; then the faults stop, and it is judged.
 */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Simulation {
  static final int SESSION_TIMEOUT_MS = 2_000;
  static final int FEWEST_RECORDS = 200;
  private static final int FAULTS_MS = 12_000;
  private static final int FAULTS = 10;
  private static final int RECOVERY_MS = 60_000;
  private static final int STEP_MS = 250;
  private static final int FEWEST_BROKERS = 3;
  private static final int MOST_BROKERS = 5;
  private static final List<String> TOPICS = List.of("events", "orders");

  private final World world;
  private final SimulatedCluster cluster;
  private final FaultSchedule faults;
  private final List<Producer> producers = new ArrayList<>();
  private final List<PlainProducer> plainProducers = new ArrayList<>();
  private final List<Reader> readers = new ArrayList<>();
  private final List<GroupMember> members = new ArrayList<>();
  private final GroupHistory group;
  private final Administrator administrator;

  /**
   * What came of a run.
   *
   * @param hash of everything that happened, in order
   */
  record Result(
      long seed, List<String> violations, Map<String, Long> counters, long hash, long simulatedMs) {
    Result {
      violations = List.copyOf(violations);
    }
  }

  private Simulation(long number, Seams seams, @Nullable Consumer<String> reader) {
    var clock = new SimulatedClock();
    var seed = new SplitMixSeed(number);
    Trace trace = reader == null ? Trace.unread(clock) : Trace.readBy(clock, reader);
    var counters = new Counters();
    SplitMixSeed ofEnsemble = seed.fork();
    this.world =
        new World(
            clock,
            seed,
            new Scheduler(clock, seed.fork()),
            new SimulatedNetwork(clock, seed.fork(), trace, counters),
            seams.checksVersions()
                ? new SimulatedEnsemble(clock, ofEnsemble, SESSION_TIMEOUT_MS)
                : SimulatedEnsemble.thatIgnoresVersions(clock, ofEnsemble, SESSION_TIMEOUT_MS),
            trace,
            counters,
            new History(trace, counters));
    int size = FEWEST_BROKERS + seed.nextInt(MOST_BROKERS - FEWEST_BROKERS + 1);
    this.cluster = new SimulatedCluster(world, seams, size);
    int node = Machines.FIRST_CLIENT;
    this.administrator = new Administrator(new Client("admin", node++, size, world), cluster);
    this.faults = new FaultSchedule(cluster, administrator);
    for (int i = 0; i < 2; i++) {
      producers.add(new Producer(new Client("producer" + i, node++, size, world), TOPICS));
    }
    for (boolean asks : new boolean[] {false, true}) {
      Client client = new Client(asks ? "leader-only" : "nobody", node++, size, world);
      plainProducers.add(new PlainProducer(client, TOPICS, asks));
    }
    for (int i = 0; i < 2; i++) {
      readers.add(new Reader(new Client("reader" + i, node++, size, world), TOPICS));
    }
    this.group = new GroupHistory(world.history());
    for (int i = 0; i < 2; i++) {
      members.add(
          new GroupMember(
              new Client("member" + i, node++, size, world),
              TOPICS.getFirst(),
              2,
              readers.getFirst(),
              group));
    }
  }

  /** Runs a seed. */
  static Result run(long seed) {
    return run(seed, Seams.SOUND, null);
  }

  /** What a run of a seed finds wrong, in words that any class loader knows. */
  static List<String> violationsOf(long seed) {
    return run(seed).violations();
  }

  /** Runs a seed and tells the reader every line of what happens. */
  static Result run(long seed, Seams seams, @Nullable Consumer<String> reader) {
    var simulation = new Simulation(seed, seams, reader);
    Trace trace = simulation.world.trace();
    try (LogLines _ = trace.isRead() ? LogLines.into(trace) : null) {
      simulation.run();
    } catch (RuntimeException | AssertionError e) {
      simulation.world.history().violation("a bug came to light: " + described(e));
    }
    return new Result(
        seed,
        simulation.world.history().violations(),
        simulation.world.counters().all(),
        simulation.world.trace().hash(),
        simulation.world.clock().monotonicMs());
  }

  private static String described(Throwable thrown) {
    var text = new StringBuilder(thrown.toString());
    StackTraceElement[] stack = thrown.getStackTrace();
    for (int i = 0; i < Math.min(12, stack.length); i++) {
      text.append("\n    at ").append(stack[i]);
    }
    return text.toString();
  }

  private void run() {
    start();
    if (cluster.seams().faults()) {
      faults.start(FAULTS_MS / FAULTS);
    }
    int starvationMs = cluster.seams().starvationMs();
    cluster.brokers().forEach(broker -> broker.process().starve(starvationMs));
    world.scheduler().advanceMs(FAULTS_MS);
    if (starvationMs > 0) {
      world.counters().add(Counters.STARVED_FENCES, world.counters().of(Counters.FENCES));
    }
    faults.stop();
    recover();
    judge();
    world.counters().add("steps", world.scheduler().steps());
  }

  private void start() {
    cluster.start();
    advanceUntil(() -> cluster.ailment() == null, "the cluster did not start");
    TOPICS.forEach(topic -> administrator.create(topic, 2));
    advanceUntil(administrator::isDone, "topics were not created");
    producers.forEach(Producer::start);
    plainProducers.forEach(PlainProducer::start);
    readers.forEach(Reader::start);
    members.forEach(GroupMember::start);
    world.scheduler().advanceMs(1_000);
    administrator.flushAcks();
    var watch = new InSyncWatch(cluster, world.history());
    var _ =
        advanceUntil(
            () -> administrator.isDone() && watch.isAllOnDisk(), "acks are not of flushed records");
    world.history().watchedBy(watch::look);
  }

  private interface Condition {
    boolean holds();
  }

  private boolean advanceUntil(Condition condition, String otherwise) {
    for (int passedMs = 0; passedMs < RECOVERY_MS; passedMs += STEP_MS) {
      world.scheduler().advanceMs(STEP_MS);
      if (condition.holds()) {
        return true;
      }
    }
    world.history().violation(otherwise + " within " + RECOVERY_MS + " ms");
    return false;
  }

  /** Everything works again within a bound. */
  private void recover() {
    if (cluster.hasLostDirectories()) {
      if (!advanceUntil(() -> cluster.ailment() == null, "a lost directory took more with it")) {
        world.history().violation("it ails: " + cluster.ailment());
      }
      cluster.repairDirectories();
    }
    if (!advanceUntil(() -> cluster.ailment() == null, "the cluster did not recover")) {
      world.history().violation("it ails: " + cluster.ailment());
    }
    changeALeader();
    // Each run is to be worth its time, however its faults have fallen.
    var _ =
        advanceUntil(
            () -> world.counters().of(Counters.ACKNOWLEDGED) >= FEWEST_RECORDS,
            "not even " + FEWEST_RECORDS + " records were acknowledged");
    producers.forEach(Producer::stop);
    plainProducers.forEach(PlainProducer::stop);
    if (!advanceUntil(
        () -> producers.stream().allMatch(Producer::isDone), "not everything was produced")) {
      producers.forEach(producer -> world.history().violation(producer.described()));
    }
    // Whoever took over meanwhile may have to be waited for again.
    var _ = advanceUntil(() -> cluster.ailment() == null, "the cluster did not stay well");
    var ends = new Ends(cluster, world.history());
    if (!advanceUntil(() -> ends.areReadBy(readers), "not everything was read")) {
      world.history().violation(ends.described(readers));
    }
    if (world.counters().of(Counters.BITS_ROTTED) > 0) {
      var _ = advanceUntil(ends::areIntact, "what had rotted was not repaired");
      faults.countRepairs();
    }
    if (!advanceUntil(this::isGroupDone, "the group did not get to the end")) {
      world.history().violation(group.toString());
    }
  }

  /** If no fault has done so, a leader's death does: it stays away until another one leads. */
  private void changeALeader() {
    if (world.counters().of(Counters.LEADER_CHANGES) > 0) {
      return;
    }
    int leader = faults.aLeader();
    cluster.crash(leader, false);
    var _ =
        advanceUntil(
            () -> world.counters().of(Counters.LEADER_CHANGES) > 0,
            "nobody took over from broker " + leader);
    cluster.startIfDown(leader);
    var _ = advanceUntil(() -> cluster.ailment() == null, "broker " + leader + " did not return");
  }

  private boolean isGroupDone() {
    Reader reader = readers.getFirst();
    return group.hasReached(0, reader.nextOffset(TOPICS.getFirst(), 0))
        && group.hasReached(1, reader.nextOffset(TOPICS.getFirst(), 1));
  }

  private void judge() {
    new Ends(cluster, world.history()).judge();
    ClusterImage image = cluster.image();
    if (image != null) {
      administrator.judge(image);
    }
  }
}
