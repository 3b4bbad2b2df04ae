package org.stoker.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.TopicPartition;
import org.stoker.broker.BrokerCore;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.replication.Partition;
import org.stoker.testkit.SimulatedDisk;

/** Brokers on their machines: each dies and comes back, and its disk is what it finds. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class SimulatedCluster {
  private static final int LONGEST_RESTART_MS = 1_500;
  private static final int LONGEST_LOOK_MS = 4_000;

  private final World world;
  private final Seams seams;
  private final int size;
  private final Map<Integer, SimulatedDisk> disks = new TreeMap<>();
  private final Map<Integer, SimulatedBroker> brokers = new TreeMap<>();

  SimulatedCluster(World world, Seams seams, int size) {
    this.world = world;
    this.seams = seams;
    this.size = size;
  }

  int size() {
    return size;
  }

  World world() {
    return world;
  }

  Seams seams() {
    return seams;
  }

  void start() {
    for (int id = 1; id <= size; id++) {
      var disk = new SimulatedDisk(world.seed().nextLong(), world.clock());
      try {
        disk.createDurableDirectories(Path.of("/"));
      } catch (IOException e) {
        throw new IllegalStateException("a new disk", e);
      }
      disks.put(id, disk);
      start(id);
    }
  }

  private static Map<String, String> properties(int id) {
    Map<String, String> properties = new TreeMap<>();
    properties.put("broker.id", String.valueOf(id));
    properties.put("auto.create.topics.enable", "false");
    properties.put("default.replication.factor", "3");
    properties.put("min.insync.replicas", "2");
    properties.put("offsets.topic.num.partitions", "2");
    properties.put("offsets.topic.replication.factor", "3");
    properties.put("group.initial.rebalance.delay.ms", "100");
    properties.put("group.min.session.timeout.ms", "500");
    properties.put("replica.lag.time.max.ms", "1500");
    properties.put("replica.fetch.wait.max.ms", "200");
    properties.put("replica.fetch.backoff.ms", "100");
    properties.put("replica.high.watermark.checkpoint.interval.ms", "600");
    properties.put("broker.heartbeat.interval.ms", "500");
    return properties;
  }

  /** The disk of a machine, which may be without a process at the moment. */
  SimulatedDisk disk(int id) {
    SimulatedDisk disk = disks.get(id);
    if (disk == null) {
      throw new IllegalStateException("broker " + id + " has no disk");
    }
    return disk;
  }

  private void start(int id) {
    var broker =
        new SimulatedBroker(id, world, seams, disk(id), properties(id), this::serves, this::exited);
    brokers.put(id, broker);
    broker.start();
  }

  /** An operator finds that it refuses partitions, and lets it copy them anew. */
  private void serves(SimulatedBroker broker) {
    if (!broker.refused().isEmpty()) {
      world.clock().after(1 + world.seed().nextInt(LONGEST_LOOK_MS), () -> takeAwayRefused(broker));
    }
  }

  /** Not while the cluster counts on what is there. */
  private void takeAwayRefused(SimulatedBroker broker) {
    int id = broker.id();
    if (broker(id) != broker) {
      return;
    }
    if (isCountedOn(id, broker.refused())) {
      serves(broker);
    } else {
      crash(id, false);
      broker.refused().forEach(path -> DiskDamage.takeAway(disk(id), path));
      startLater(id);
    }
  }

  private boolean isCountedOn(int id, List<Path> refused) {
    ClusterImage image = image();
    List<String> names = refused.stream().map(path -> String.valueOf(path.getFileName())).toList();
    return image == null
        || image.topicsByName().values().stream()
            .anyMatch(topic ->
                IntStream.range(0, topic.partitions().size())
                    .anyMatch(index ->
                        names.contains(topic.name() + "-" + index)
                            && isCountedOn(id, topic.partitions().get(index))));
  }

  private static boolean isCountedOn(int id, PartitionImage state) {
    return state.isr().contains(id)
        || state.eligibleLeaderReplicas().contains(id)
        || state.lastKnownEligibleLeaderReplicas().contains(id);
  }

  /** What ends by itself is started again, as a supervisor does. */
  private void exited(SimulatedBroker broker) {
    if (brokers.get(broker.id()) == broker && !broker.process().isDead()) {
      world.counters().count("processes that ended by themselves");
      die(broker, false);
      world.network().processDied(broker.id(), broker.process());
      startLater(broker.id());
    }
  }

  private void die(SimulatedBroker broker, boolean powerFails) {
    broker.die();
    broker.disk().disarm();
    disks.put(broker.id(), powerFails ? broker.disk().powerFailure() : broker.disk().processKill());
    judgeEpochs(broker.id());
  }

  private void judgeEpochs(int id) {
    try {
      for (Path partition : DiskDamage.partitions(disk(id))) {
        String contradiction = new VouchedEpochs(disk(id)).contradiction(partition);
        if (contradiction != null
            && !world.history().isDamaged(id, DiskDamage.partitionOf(partition))) {
          world.history().violation("broker " + id + ": " + contradiction);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("a disk of which no process is left", e);
    }
  }

  SimulatedBroker broker(int id) {
    SimulatedBroker broker = brokers.get(id);
    if (broker == null) {
      throw new IllegalStateException("no broker " + id);
    }
    return broker;
  }

  List<SimulatedBroker> brokers() {
    return new ArrayList<>(brokers.values());
  }

  boolean isUp(int id) {
    return !broker(id).process().isDead();
  }

  /** The process dies; with the power goes what was not synced. */
  void crash(int id, boolean powerFails) {
    SimulatedBroker broker = broker(id);
    if (broker.process().isDead()) {
      return;
    }
    world.trace().note(powerFails ? "power fails at broker " + id : "broker " + id + " is killed");
    die(broker, powerFails);
    if (powerFails) {
      world.network().machineDied(id);
    } else {
      world.network().processDied(id, broker.process());
    }
  }

  /** Stops a broker as an operator does; the task runs when its process has ended. */
  void stopCleanly(int id, Runnable onStopped) {
    SimulatedBroker broker = broker(id);
    broker.stopCleanly(() -> {
      if (brokers.get(id) == broker && !broker.process().isDead()) {
        world.counters().count("clean stops");
        crash(id, false);
        onStopped.run();
      }
    });
  }

  void startLater(int id) {
    world.clock().after(50 + world.seed().nextInt(LONGEST_RESTART_MS), () -> startIfDown(id));
  }

  void startIfDown(int id) {
    if (broker(id).process().isDead()) {
      start(id);
    }
  }

  // ---- How it is.

  /** The image of a broker that serves and has the newest; null if none does. */
  @Nullable ClusterImage image() {
    ClusterImage newest = null;
    for (SimulatedBroker broker : brokers.values()) {
      ClusterMetadata metadata = broker.metadata();
      if (broker.isServing()
          && metadata != null
          && (newest == null || metadata.image().offset() > newest.offset())) {
        newest = metadata.image();
      }
    }
    return newest;
  }

  /**
   * Whether at least two others are in sync in each partition of which this broker has a replica.
   */
  boolean hasTwoOthersInSync(int id) {
    return image() != null
        && partitionsOn(id).stream()
            .allMatch(state -> state.isr().stream().filter(other -> other != id).count() >= 2);
  }

  /** Whether the cluster has fenced it, and counts on it in no partition. */
  boolean isOutOfSync(int id) {
    ClusterImage image = image();
    BrokerImage broker = image == null ? null : image.broker(id);
    return broker != null
        && broker.fenced()
        && partitionsOn(id).stream().noneMatch(state -> isCountedOn(id, state));
  }

  private List<PartitionImage> partitionsOn(int id) {
    ClusterImage image = image();
    List<PartitionImage> states = new ArrayList<>();
    if (image != null) {
      image.topicsByName().values().stream()
          .flatMap(topic -> topic.partitions().stream())
          .filter(state -> state.replicas().contains(id))
          .forEach(states::add);
    }
    return states;
  }

  /** A replica on a broker that is up; null if there is none. */
  @Nullable Partition partitionOn(int broker, TopicImage topic, int index) {
    BrokerCore core = broker < 1 ? null : broker(broker).core();
    return core == null || !isUp(broker) ? null : core.partitions().find(topic.id(), index);
  }

  /** Brokers that have lost a directory get another disk under it, and are started again. */
  void repairDirectories() {
    for (SimulatedBroker broker : brokers()) {
      if (broker.hasLostADirectory()) {
        repairDirectories(broker.id());
      }
    }
  }

  void repairDirectories(int id) {
    if (isUp(id) && broker(id).hasLostADirectory()) {
      crash(id, false);
      startLater(id);
    }
  }

  boolean hasLostDirectories() {
    return brokers.values().stream().anyMatch(SimulatedBroker::hasLostADirectory);
  }

  /**
   * Null if every partition has a leader and all its replicas in sync, but for those whose
   * directory has failed; else what is missing.
   */
  @Nullable String ailment() {
    ClusterImage image = image();
    if (image == null) {
      return "no broker serves";
    }
    for (SimulatedBroker broker : brokers.values()) {
      ClusterMetadata metadata = broker.metadata();
      if (!broker.isServing() || metadata == null) {
        return broker.process() + " does not serve";
      }
      if (metadata.image().offset() != image.offset()) {
        return "%s is at offset %d of %d"
            .formatted(broker.process(), metadata.image().offset(), image.offset());
      }
    }
    for (TopicImage topic : new TreeMap<>(image.topicsByName()).values()) {
      for (int index = 0; index < topic.partitions().size(); index++) {
        PartitionImage state = topic.partitions().get(index);
        if (!isWell(topic, index, state)) {
          return topic.name() + "-" + index + " is " + state;
        }
      }
    }
    return null;
  }

  /** A directory that fails takes its replicas with it, and nothing else. */
  private boolean isWell(TopicImage topic, int index, PartitionImage state) {
    TopicPartition name = new TopicPartition(topic.name(), index);
    Predicate<Integer> hasLost = replica -> broker(replica).hasLost(topic.id(), name);
    if (state.leader() == PartitionImage.NO_LEADER) {
      // Those that are left may not have everything.
      return state.replicas().stream().anyMatch(hasLost);
    }
    return !hasLost.test(state.leader())
        && state.replicas().stream()
            .allMatch(replica -> state.isr().contains(replica) || hasLost.test(replica));
  }
}
