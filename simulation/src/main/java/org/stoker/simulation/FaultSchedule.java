package org.stoker.simulation;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.stoker.base.ConfinedTo;
import org.stoker.base.TopicPartition;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.metadata.simulated.SimulatedEnsemble.Weather;
import org.stoker.metadata.simulated.SimulatedSession;
import org.stoker.testkit.DiskFault;
import org.stoker.testkit.SplitMixSeed;

/** What goes wrong and when, drawn from the seed. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class FaultSchedule {
  private static final List<Kind> KINDS = List.of(Kind.values());
  private static final int LONGEST_PAUSE_MS = 4_000;
  private static final int LONGEST_STARVATION_MS = 4_000;
  private static final int PATIENCE_MS = 3_000;
  private static final int LOOK_MS = 100;
  private static final int SLOW_BEFORE_POWER_FAILURE_MS = 400;
  private static final int LONGEST_CUT_MS = 4_000;
  private static final int LONGEST_AWAY_MS = 3_000;
  private static final int LONGEST_WEATHER_MS = 2_000;
  private static final int LONGEST_REPAIR_MS = 8_000;
  private static final long MAX_CLOCK_OFFSET_MS = 1_750_000;

  private final SimulatedCluster cluster;
  private final Administrator administrator;
  private final World world;
  private final SplitMixSeed seed;
  private final DiskDamage damage;
  private boolean isOver = true;
  private long clockOffsetMs;

  /** The kinds, each as likely as the others. */
  enum Kind {
    CRASH,
    POWER_FAILURE,
    POWER_FAILURE_EVERYWHERE,
    PAUSE,
    PARTITION,
    ONE_WAY_PARTITION,
    PARTITION_FROM_ZOOKEEPER,
    MESSAGE_LOSS,
    DELAY,
    STARVED_BROKER,
    STARVED_MACHINE,
    SLOW_DISK,
    DISK_FULL,
    IO_ERROR,
    DIRECTORY_FAILURE,
    UNREADABLE_DIRECTORY,
    REPLACED_DISK,
    DAMAGED_INDEX,
    DAMAGED_TAIL,
    BIT_FLIP,
    BIT_ROT,
    CLOCK_JUMP,
    SESSION_EXPIRY,
    ZOOKEEPER_LEADER_CHANGE,
    ZOOKEEPER_AWAY,
    ZOMBIE_CONTROLLER,
    ROLLING_RESTART,
    REASSIGNMENT,
    TOPIC_DELETION,
    RECORD_DELETION,
    LOWERED_SETTINGS,
    ADMINISTRATION
  }

  FaultSchedule(SimulatedCluster cluster, Administrator administrator) {
    this.cluster = cluster;
    this.administrator = administrator;
    this.world = cluster.world();
    this.seed = world.seed().fork();
    this.damage = new DiskDamage(seed, world.counters());
  }

  void start(int aboutEveryMs) {
    isOver = false;
    // Whatever else is drawn, a leader dies.
    later(aboutEveryMs, () -> crash(aLeader(), seed.oneIn(2)));
    next(aboutEveryMs);
  }

  private void next(int aboutEveryMs) {
    later(
        2 * aboutEveryMs,
        () -> {
          happen(KINDS.get(seed.nextInt(KINDS.size())));
          next(aboutEveryMs);
        });
  }

  /** Some time later, unless all is over by then. */
  private void later(int longestMs, Runnable task) {
    world
        .clock()
        .after(
            1 + seed.nextInt(longestMs),
            () -> {
              if (!isOver) {
                task.run();
              }
            });
  }

  /** Nothing goes wrong any more, and what was down comes back. */
  void stop() {
    isOver = true;
    world.trace().note("the faults are over");
    world.network().heal();
    goodWeather();
    world.ensemble().comeBack();
    for (SimulatedBroker broker : cluster.brokers()) {
      broker.process().goOn();
      broker.process().starve(0);
      broker.process().slowDiskMs(0);
      cluster.disk(broker.id()).disarm();
      cluster.disk(broker.id()).limitCapacity(Long.MAX_VALUE);
      broker.sessions().forEach(SimulatedSession::joinAgain);
      cluster.startIfDown(broker.id());
    }
  }

  private void goodWeather() {
    world.network().lossesPerMillion(0);
    world.network().longestDelayMs(2);
    world.ensemble().weather(Weather.CALM);
  }

  private void happen(Kind kind) {
    world.counters().count(Counters.FAULTS);
    world.counters().count("fault " + kind);
    world.trace().note("fault " + kind);
    int id = 1 + seed.nextInt(cluster.size());
    SimulatedBroker broker = cluster.broker(id);
    switch (kind) {
      case CRASH -> crash(id, false);
      case POWER_FAILURE -> losePower(List.of(broker));
      case POWER_FAILURE_EVERYWHERE -> losePower(cluster.brokers());
      case PAUSE -> pause(broker);
      case PARTITION -> partition(id, true);
      case ONE_WAY_PARTITION -> partition(id, false);
      case PARTITION_FROM_ZOOKEEPER -> {
        broker.sessions().forEach(SimulatedSession::cutOff);
        later(LONGEST_CUT_MS, () -> broker.sessions().forEach(SimulatedSession::joinAgain));
      }
      case MESSAGE_LOSS -> {
        world.network().lossesPerMillion(20_000);
        world.ensemble().weather(new Weather(5, 20, 50));
        later(LONGEST_WEATHER_MS, this::goodWeather);
      }
      case DELAY -> {
        world.network().longestDelayMs(100 + seed.nextInt(300));
        world.ensemble().weather(new Weather(60, 100, 0));
        later(LONGEST_WEATHER_MS, this::goodWeather);
      }
      case STARVED_BROKER -> starve(List.of(broker), 100 + seed.nextInt(1_500));
      case STARVED_MACHINE -> starve(cluster.brokers(), 20 + seed.nextInt(300));
      case SLOW_DISK -> {
        broker.process().slowDiskMs(50 + seed.nextInt(500));
        later(LONGEST_WEATHER_MS, () -> broker.process().slowDiskMs(0));
      }
      case DISK_FULL -> {
        broker.disk().limitCapacity(broker.disk().usedBytes() + seed.nextInt(20_000));
        later(LONGEST_WEATHER_MS, () -> cluster.disk(id).limitCapacity(Long.MAX_VALUE));
      }
      case IO_ERROR -> SimulatedBroker.DIRECTORIES.forEach(path -> breakDisk(broker, path));
      case DIRECTORY_FAILURE -> {
        breakDisk(broker, SimulatedBroker.DIRECTORIES.get(seed.nextInt(2)));
        later(LONGEST_REPAIR_MS, () -> cluster.repairDirectories(id));
      }
      case UNREADABLE_DIRECTORY -> {
        crash(id, seed.oneIn(4));
        makeUnreadable(id, SimulatedBroker.DIRECTORIES.get(seed.nextInt(2)));
        later(LONGEST_REPAIR_MS, () -> cluster.repairDirectories(id));
      }
      case REPLACED_DISK -> replaceDisk(id, PATIENCE_MS);
      case DAMAGED_INDEX -> stop(id, () -> damageIndex(id));
      case DAMAGED_TAIL -> stop(id, () -> damageTailWhenOutOfSync(cluster.broker(id), PATIENCE_MS));
      case BIT_FLIP -> flipBit(broker);
      case BIT_ROT -> rot(id, PATIENCE_MS);
      case CLOCK_JUMP -> jump(seed.nextInt(7_200_000) - 3_600_000L);
      default -> happenToTheCluster(kind, id);
    }
  }

  /** Never an hour apart: records stamped before would be refused for good when sent again. */
  private void jump(long byMs) {
    long before = clockOffsetMs;
    clockOffsetMs = Math.clamp(before + byMs, -MAX_CLOCK_OFFSET_MS, MAX_CLOCK_OFFSET_MS);
    world.clock().setWallMs(world.clock().wallMs() + clockOffsetMs - before);
  }

  private void happenToTheCluster(Kind kind, int id) {
    switch (kind) {
      case SESSION_EXPIRY -> expireOne();
      case ZOOKEEPER_LEADER_CHANGE -> world.ensemble().dropConnections();
      case ZOOKEEPER_AWAY -> {
        world.ensemble().goAway();
        later(LONGEST_AWAY_MS, world.ensemble()::comeBack);
      }
      case ZOMBIE_CONTROLLER -> believeTheControllerDead();
      case ROLLING_RESTART -> roll(1);
      case REASSIGNMENT -> administrator.reassign();
      case TOPIC_DELETION -> administrator.deleteOne();
      case RECORD_DELETION -> administrator.deleteRecords();
      case LOWERED_SETTINGS -> {
        crash(aLeader(), seed.oneIn(2));
        administrator.lowerLargestMessage(LONGEST_AWAY_MS);
      }
      case ADMINISTRATION -> administrator.changeSomething();
      default -> throw new IllegalStateException(kind + " of " + id + " is not known");
    }
  }

  /** A broker that leads something; 1 if nobody knows of any. */
  int aLeader() {
    ClusterImage image = cluster.image();
    if (image != null) {
      for (TopicImage topic : new TreeMap<>(image.topicsByName()).values()) {
        for (PartitionImage partition : topic.partitions()) {
          if (partition.leader() > 0 && cluster.isUp(partition.leader())) {
            return partition.leader();
          }
        }
      }
    }
    return 1;
  }

  private void crash(int id, boolean powerFails) {
    cluster.crash(id, powerFails);
    cluster.startLater(id);
  }

  /** Half of the times the disks have fallen behind, so that there is much to lose. */
  private void losePower(List<SimulatedBroker> brokers) {
    if (seed.oneIn(2)) {
      brokers.forEach(broker -> broker.process().slowDiskMs(SLOW_BEFORE_POWER_FAILURE_MS));
      later(
          SLOW_BEFORE_POWER_FAILURE_MS, () -> brokers.forEach(broker -> crash(broker.id(), true)));
    } else {
      brokers.forEach(broker -> crash(broker.id(), true));
    }
  }

  /** The process stops running; after a long while its session is gone. */
  private void pause(SimulatedBroker broker) {
    if (broker.process().isDead() || broker.process().isPaused()) {
      return;
    }
    broker.process().pause();
    int pauseMs = 50 + seed.nextInt(LONGEST_PAUSE_MS);
    if (pauseMs > Simulation.SESSION_TIMEOUT_MS) {
      world
          .clock()
          .after(
              Simulation.SESSION_TIMEOUT_MS,
              () -> broker.sessions().forEach(world.ensemble()::expire));
    }
    world
        .clock()
        .after(
            pauseMs,
            () -> {
              world.trace().note(broker.process() + " goes on");
              broker.process().goOn();
            });
  }

  /** Each task is late by up to this long, and the clock goes on. */
  private void starve(List<SimulatedBroker> brokers, int longestMs) {
    brokers.forEach(broker -> broker.process().starve(longestMs));
    later(LONGEST_STARVATION_MS, () -> brokers.forEach(broker -> broker.process().starve(0)));
  }

  /**
   * A broker dies, and comes back with one or both of its disks empty: all at once, and only while
   * two others are in sync wherever it has a replica, so that what was acknowledged is on theirs.
   */
  private void replaceDisk(int id, int patienceMs) {
    if (!cluster.isUp(id) || !cluster.hasTwoOthersInSync(id)) {
      if (patienceMs > 0) {
        later(LOOK_MS, () -> replaceDisk(id, patienceMs - LOOK_MS));
      }
      return;
    }
    cluster.crash(id, seed.oneIn(2));
    int first = seed.nextInt(2);
    damage.replace(cluster.disk(id), SimulatedBroker.DIRECTORIES.get(first));
    if (seed.oneIn(2)) {
      damage.replace(cluster.disk(id), SimulatedBroker.DIRECTORIES.get(1 - first));
    }
    cluster.startLater(id);
  }

  /** A broker ends, in order or not; the task runs when it has. */
  private void stop(int id, Runnable whenDown) {
    if (seed.oneIn(2)) {
      cluster.stopCleanly(id, whenDown);
    } else {
      cluster.crash(id, false);
      whenDown.run();
    }
  }

  /** Nothing is lost by that, whatever the broker has: the segments say it all again. */
  private void damageIndex(int id) {
    if (!cluster.isUp(id)) {
      damage.damageAnIndex(cluster.disk(id));
      cluster.startLater(id);
    }
  }

  /**
   * The end of a log is damaged, but not before the broker is fenced and out of sync everywhere:
   * what is damaged may have been acknowledged, and is then on other disks. Fenced brokers do not
   * get back in sync before they have registered and fetched again.
   */
  private void damageTailWhenOutOfSync(SimulatedBroker dead, int patienceMs) {
    int id = dead.id();
    if (cluster.broker(id) != dead || isOver) {
      cluster.startIfDown(id);
    } else if (cluster.isOutOfSync(id)) {
      TopicPartition damaged = damage.damageATail(cluster.disk(id));
      if (damaged != null) {
        world.history().damaged(id, damaged);
      }
      cluster.startLater(id);
    } else if (patienceMs > 0) {
      world.clock().after(LOOK_MS, () -> damageTailWhenOutOfSync(dead, patienceMs - LOOK_MS));
    } else {
      cluster.startLater(id);
    }
  }

  /** A bit flips where it lies, while two others have what it was in sync. */
  private void rot(int id, int patienceMs) {
    TopicPartition rotten =
        cluster.isUp(id) && cluster.hasTwoOthersInSync(id)
            ? damage.rot(id, cluster.disk(id))
            : null;
    if (rotten != null) {
      world.history().damaged(id, rotten);
    } else if (patienceMs > 0) {
      later(LOOK_MS, () -> rot(id, patienceMs - LOOK_MS));
    }
  }

  /** How much of what had rotted is right again. */
  void countRepairs() {
    damage.countRepairs(cluster::disk);
  }

  private void partition(int id, boolean bothWays) {
    boolean isOutward = seed.oneIn(2);
    for (int other = 1; other <= cluster.size(); other++) {
      if (other != id && (bothWays || seed.oneIn(2))) {
        if (bothWays || isOutward) {
          world.network().cut(id, other);
        }
        if (bothWays || !isOutward) {
          world.network().cut(other, id);
        }
      }
    }
    later(LONGEST_CUT_MS, world.network()::heal);
  }

  /** The next write, sync or rename below the directory fails, and the directory with it. */
  private void breakDisk(SimulatedBroker broker, Path directory) {
    if (!broker.isServing()) {
      return;
    }
    DiskFault.Kind[] kinds = {
      DiskFault.Kind.WRITE,
      DiskFault.Kind.SYNC,
      DiskFault.Kind.SYNC_DIRECTORY,
      DiskFault.Kind.RENAME
    };
    DiskFault.Kind chosen = kinds[seed.nextInt(kinds.length)];
    broker
        .disk()
        .arm(DiskFault.nth(1 + seed.nextInt(3), chosen, path -> path.startsWith(directory)));
  }

  /** The next start cannot use the directory: its lock, its identity, its checkpoints or itself. */
  private void makeUnreadable(int id, Path directory) {
    DiskFault fault =
        switch (seed.nextInt(3)) {
          case 0 -> DiskFault.next(DiskFault.Kind.SYNC_DIRECTORY, directory::equals);
          case 1 ->
              DiskFault.nth(
                  1 + seed.nextInt(3),
                  DiskFault.Kind.READ,
                  path -> directory.equals(path.getParent()));
          default ->
              DiskFault.nth(
                  1 + seed.nextInt(5),
                  DiskFault.Kind.OPEN,
                  path -> directory.equals(path.getParent()));
        };
    cluster.disk(id).arm(fault);
  }

  /** While it serves: a recovery takes what it reads for what there is. */
  private void flipBit(SimulatedBroker broker) {
    if (broker.isServing()) {
      int nth = 1 + seed.nextInt(5);
      broker.disk().arm(DiskFault.nth(nth, DiskFault.Kind.FLIPPED_READ, FaultSchedule::isLogFile));
    }
  }

  private static boolean isLogFile(Path path) {
    return path.toString().endsWith(".log");
  }

  private void expireOne() {
    List<SimulatedSession> sessions = world.ensemble().sessions();
    if (!sessions.isEmpty()) {
      world.ensemble().expire(sessions.get(seed.nextInt(sessions.size())));
    }
  }

  private void believeTheControllerDead() {
    ClusterImage image = cluster.image();
    if (image == null) {
      return;
    }
    var controller = image.broker(image.controllerId());
    for (SimulatedBroker broker : cluster.brokers()) {
      ClusterMetadata metadata = broker.metadata();
      if (controller != null
          && metadata != null
          && broker.id() != controller.id()
          && broker.isServing()) {
        metadata.foundDead(controller.incarnation());
      }
    }
  }

  /** One after the other stops cleanly and comes back. */
  private void roll(int id) {
    if (id > cluster.size()) {
      return;
    }
    cluster.stopCleanly(
        id,
        () -> {
          cluster.startLater(id);
          later(2_500, () -> roll(id + 1));
        });
  }
}
