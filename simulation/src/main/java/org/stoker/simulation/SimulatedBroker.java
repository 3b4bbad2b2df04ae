package org.stoker.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.base.CpuLoad;
import org.stoker.base.Disk;
import org.stoker.base.HeapBudget;
import org.stoker.base.Lane;
import org.stoker.base.StorageException;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.broker.BrokerCore;
import org.stoker.broker.BrokerWorld;
import org.stoker.broker.LiveSettings;
import org.stoker.broker.SettingsRules;
import org.stoker.handlers.BrokerLoggers;
import org.stoker.handlers.Dispatcher;
import org.stoker.log.FlusherConfig;
import org.stoker.log.LogDirectory;
import org.stoker.log.LogDirectoryConfig;
import org.stoker.log.LogDirectoryException;
import org.stoker.log.LogEnvironment;
import org.stoker.log.ProducerMemory;
import org.stoker.log.UsableDirectories;
import org.stoker.metadata.BrokerIdentity;
import org.stoker.metadata.ClusterDefaults;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.Controller;
import org.stoker.metadata.CoordinationSession;
import org.stoker.metadata.Features;
import org.stoker.metadata.MetadataConfig;
import org.stoker.metadata.MetadataWorld;
import org.stoker.metadata.SessionEvent;
import org.stoker.metadata.TopicImage;
import org.stoker.metadata.simulated.SimulatedSession;
import org.stoker.settings.BrokerSettings;
import org.stoker.testkit.SimulatedDisk;

/** One life of a broker: the production classes, on a disk that outlives it. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class SimulatedBroker {
  private static final long HEAP_BYTES = 256L << 20;

  /** Each stands for a disk of its own. */
  static final List<Path> DIRECTORIES = List.of(Path.of("/data-a"), Path.of("/data-b"));

  private static final String CUT = ".cut";
  private static final int SYNC_THREADS = 4;
  private static final FlusherConfig FLUSHER =
      new FlusherConfig(1, Integer.MAX_VALUE, 1 << 20, 0, 4, 64 * 1024);
  private static final LogDirectoryConfig.ScrubConfig SCRUB =
      new LogDirectoryConfig.ScrubConfig(1_000, 2_000, 8 << 20);
  private static final LogDirectoryConfig.ChoreIntervals CHORES =
      new LogDirectoryConfig.ChoreIntervals(500, 1_500, 700, 1_000, 10_000, 200);

  private final int id;
  private final World world;
  private final Seams seams;
  private final SimulatedDisk disk;
  private final SimulatedProcess process;
  private final List<SimulatedSession> sessions = new ArrayList<>();
  private final Consumer<SimulatedBroker> onServing;
  private final Consumer<SimulatedBroker> onExit;
  private final BrokerSettings settings;
  private final ProducerMemory producerMemory;
  // What it was to have, and none of the directories that it could use has: nobody knows where.
  private final Set<History.Partition> nowhere = new HashSet<>();
  // Null until they are locked.
  private @Nullable UsableDirectories directories;
  private @Nullable ClusterMetadata metadata;
  private @Nullable BrokerCore core;
  private @Nullable Dispatcher handlers;

  /**
   * @param onServing is told when it has begun to answer
   * @param onExit is told when the process ends by itself
   */
  SimulatedBroker(
      int id,
      World world,
      Seams seams,
      SimulatedDisk disk,
      Map<String, String> properties,
      Consumer<SimulatedBroker> onServing,
      Consumer<SimulatedBroker> onExit) {
    this.id = id;
    this.world = world;
    this.seams = seams;
    this.disk = disk;
    this.onServing = onServing;
    this.onExit = onExit;
    this.settings = BrokerSettings.ofFile(properties);
    this.producerMemory = ProducerMemory.ofHeap(HEAP_BYTES, world.clock());
    this.process = world.process("broker " + id);
  }

  int id() {
    return id;
  }

  SimulatedProcess process() {
    return process;
  }

  SimulatedDisk disk() {
    return disk;
  }

  List<SimulatedSession> sessions() {
    return sessions;
  }

  @Nullable ClusterMetadata metadata() {
    return metadata;
  }

  @Nullable BrokerCore core() {
    return core;
  }

  /** The directories of partitions that it cannot open, whatever room there is. */
  List<Path> refused() {
    List<Path> refused = new ArrayList<>();
    for (LogDirectory directory : usable()) {
      for (TopicPartition name : directory.refused().keySet()) {
        if (!directory.lacksRoom(name)) {
          refused.add(directory.path().resolve(name.toString()));
        }
      }
    }
    Collections.sort(refused);
    return refused;
  }

  /** Whether one of its directories has failed or was left out, and not all. */
  boolean hasLostADirectory() {
    return directories != null
        && (directories.isAnyLeftOut()
            || usable().stream().anyMatch(directory -> !directory.isOnline()));
  }

  /** Whether a partition is in a directory that has failed, or may be in one that was left out. */
  boolean hasLost(Uuid topicId, TopicPartition partition) {
    for (LogDirectory directory : usable()) {
      if (directory.log(partition) != null) {
        return !directory.isOnline();
      }
    }
    return nowhere.contains(new History.Partition(topicId, partition.partition()));
  }

  private List<LogDirectory> usable() {
    return directories == null ? List.of() : directories.usable();
  }

  boolean isServing() {
    return handlers != null && !process.isDead();
  }

  // ---- Starting.

  void start() {
    world.trace().note(process + " starts");
    world
        .network()
        .listen(
            id,
            new SimulatedNetwork.Host(
                process,
                end -> new ServerConnection(process, world, () -> handlers, end, id).open()));
    try {
      var locked = UsableDirectories.lock(DIRECTORIES, this::lock, this::leftOut);
      directories = locked;
      locked.each(directory -> directory.identify(id));
      join(locked);
    } catch (LogDirectoryException e) {
      exit("its log directory: " + e.getMessage());
    }
  }

  private void leftOut(LogDirectoryException e) {
    world.trace().note(process + " leaves out a directory: " + e.getMessage());
    world.counters().count(Counters.DIRECTORIES_LEFT_OUT);
  }

  private LogDirectory lock(Path path) throws LogDirectoryException {
    Disk seen = seams.disk(id, disk);
    try {
      LogDirectory.makeDurably(seen, path);
    } catch (IOException e) {
      throw new LogDirectoryException("cannot be made", e);
    }
    return LogDirectory.lock(
        LogDirectoryConfig.at(path)
            .withReserveBytes(256 * 1024)
            .withChores(CHORES)
            .withScrub(SCRUB)
            .withFlusher(FLUSHER),
        new LogEnvironment(
            seen,
            world.clock(),
            process,
            world.seed().fork(),
            process.storage(),
            _ -> process.lane(),
            producerMemory),
        new LogDirectory.FlushThreads(
            process.pool(1), process.pool(SYNC_THREADS), CpuLoad.LOW, null),
        this::directoryFailed);
  }

  private void directoryFailed(StorageException failure) {
    world.trace().note(process + " loses a directory: " + failure.getMessage());
    process
        .storage()
        .execute(() -> {
          BrokerCore running = core;
          if (running != null) {
            running.failPartitions();
          }
          if (usable().stream().noneMatch(LogDirectory::isOnline)) {
            exit("no log directory is left");
          } else {
            world.counters().count(Counters.DIRECTORIES_FAILED);
          }
        });
  }

  private void exit(String reason) {
    world.trace().note(process + " exits: " + reason);
    onExit.accept(this);
  }

  private void join(UsableDirectories locked) {
    Lane lane = new GuardedLane(process.lane(), process);
    var joining =
        new ClusterMetadata(
            new MetadataConfig(
                8_000,
                500,
                200,
                40,
                1 << 20,
                400,
                new MetadataConfig.Liveness(2_500, 500, 5_000, 10)),
            new BrokerIdentity(
                id,
                Uuid.random(world.seed()),
                List.of(Machines.endpointOf(id)),
                null,
                locked.ids(),
                Features.SUPPORTED),
            events -> open(lane, events),
            new MetadataWorld(lane, process, world.clock(), world.seed().fork()),
            new Controller(
                new SettingsRules(),
                new ClusterDefaults(1, 3, 2, false),
                Features.OF_NEW_CLUSTERS,
                world.seed().fork()));
    metadata = joining;
    CompletableFuture<ClusterImage> started =
        joining.start(cause -> exit(String.valueOf(cause.getMessage())));
    var _ =
        started.whenComplete((_, failure) ->
            process.execute(() -> {
              if (failure == null) {
                serve(joining, locked);
              } else {
                exit("it could not register: " + failure.getMessage());
              }
            }));
  }

  private CoordinationSession open(Lane lane, Consumer<SessionEvent> events) {
    var session = (SimulatedSession) world.ensemble().opener(lane).open(events);
    sessions.add(session);
    return seams.session(id, new WatchedSession(session, world.counters()));
  }

  private void serve(ClusterMetadata joined, UsableDirectories locked) {
    LiveSettings live = new LiveSettings(id, settings);
    joined.addListener(live);
    joined.addListener((delta, image) -> world.history().imageSeen(id, delta, image));
    try {
      locked.each(directory -> directory.identify(id, joined.image().clusterId()));
      locked.each(directory ->
          directory.load(
              topic -> live.topicRules(joined.image().configs(ConfigResource.topic(topic))).log()));
    } catch (LogDirectoryException e) {
      exit("its log directory: " + e.getMessage());
      return;
    }
    noteWhatIsNowhere(joined.image(), locked);
    DIRECTORIES.forEach(this::countTornTails);
    usable()
        .forEach(directory ->
            directory.refused().forEach((name, why) -> world.history().refused(id, name, why)));
    var made =
        new BrokerCore(
            new BrokerWorld(
                world.clock(),
                world.seed().fork(),
                process,
                process.storage(),
                process,
                process,
                process.storage(),
                process,
                _ -> process.lane(),
                HEAP_BYTES,
                new HeapBudget(HEAP_BYTES),
                new SimulatedPeers(world.network(), process, id)),
            new BrokerCore.Setting(
                id, Machines.LISTENER, Set.of(), settings.values(), live, new SilentLoggers()),
            joined,
            locked);
    core = made;
    var _ =
        made.start()
            .whenComplete((dispatcher, failure) -> {
              if (failure != null) {
                world.history().violation(process + " did not start: " + failure);
              } else if (!process.isDead()) {
                world.trace().note(process + " serves");
                handlers = dispatcher;
                onServing.accept(this);
              }
            });
  }

  private void noteWhatIsNowhere(ClusterImage image, UsableDirectories locked) {
    if (!locked.isAnyLeftOut()) {
      return;
    }
    for (TopicImage topic : image.topicsByName().values()) {
      for (int index = 0; index < topic.partitions().size(); index++) {
        TopicPartition name = new TopicPartition(topic.name(), index);
        if (topic.partitions().get(index).replicas().contains(id)
            && locked.usable().stream().allMatch(directory -> directory.log(name) == null)) {
          nowhere.add(new History.Partition(topic.id(), index));
        }
      }
    }
  }

  /** What a recovery cuts off is kept beside the segment. */
  private void countTornTails(Path directory) {
    try {
      for (Path partition : disk.list(directory)) {
        if (disk.isDirectory(partition)) {
          for (Path file : disk.list(partition)) {
            if (file.toString().endsWith(CUT)) {
              world.counters().count(Counters.TORN_TAILS);
            }
          }
        }
      }
    } catch (IOException e) {
      world.trace().note(process + " cannot list its directory: " + e.getMessage());
    }
  }

  // ---- Ending.

  /** The process dies, here and now. */
  void die() {
    process.die();
    handlers = null;
    sessions.forEach(SimulatedSession::kill);
  }

  /** Lets others lead, then closes everything, so that the next life need not check anything. */
  void stopCleanly(Runnable onStopped) {
    BrokerCore running = core;
    ClusterMetadata joined = metadata;
    if (running == null || joined == null || !isServing()) {
      onStopped.run();
      return;
    }
    world.trace().note(process + " stops");
    var handedOver = running.letOthersLead();
    process.after(
        10_000,
        () -> {
          var _ = handedOver.complete(null);
        });
    long epoch = running.brokerEpoch();
    var _ =
        handedOver.thenRunAsync(
            () -> {
              handlers = null;
              var _ =
                  joined
                      .leave()
                      .thenRunAsync(running::stop, process.storage())
                      .thenCompose(_ -> stopDirectories(epoch))
                      .thenRunAsync(onStopped, process);
            },
            process);
  }

  private CompletableFuture<Void> stopDirectories(long epoch) {
    return CompletableFuture.allOf(
        usable().stream()
            .map(directory -> directory.stop(epoch))
            .toArray(CompletableFuture<?>[]::new));
  }

  /** Levels are not what a simulation is about. */
  private static final class SilentLoggers implements BrokerLoggers {
    @Override
    public Map<String, String> levels() {
      return Map.of(ROOT, "OFF");
    }

    @Override
    public void setLevel(String logger, String level) {}

    @Override
    public void unsetLevel(String logger) {}
  }
}
