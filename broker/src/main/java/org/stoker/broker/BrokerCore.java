package org.stoker.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.HeapBudget;
import org.stoker.base.Uuid;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.group.GroupCoordinatorConfig;
import org.stoker.coordinator.group.GroupMemory;
import org.stoker.coordinator.runtime.ShardDependencies;
import org.stoker.handlers.BrokerLoggers;
import org.stoker.handlers.ClusterView;
import org.stoker.handlers.ControllerPort;
import org.stoker.handlers.Dispatcher;
import org.stoker.handlers.Handlers;
import org.stoker.handlers.MemberPort;
import org.stoker.handlers.ProducerIdBlocks;
import org.stoker.handlers.TopicCreator;
import org.stoker.log.DamageListener;
import org.stoker.log.LogDirectory;
import org.stoker.log.UsableDirectories;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.ClusterMetadata;
import org.stoker.metadata.Heartbeat;
import org.stoker.metadata.MetadataQuorum;
import org.stoker.metadata.PartitionImage;
import org.stoker.records.Compression;
import org.stoker.records.CompressionType;
import org.stoker.replication.FetchSessions;
import org.stoker.replication.Partition;
import org.stoker.replication.Partitions;
import org.stoker.replication.ReplicaKeeper;
import org.stoker.settings.ConfigValues;

/**
 * Everything of a broker that lies between its listeners and its log directories, put together and
 * joined to the cluster.
 *
 * <p>It makes no threads and waits for nothing: what it runs on is given to it, so that a whole
 * broker runs in a simulation too.
 */
public final class BrokerCore {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerCore.class);
  private static final long MINUTE_MS = 60_000;
  private static final long MIN_LOAD_BUFFER_BYTES = 64 * 1024;
  // Every storage thread may read a partition of groups when the broker starts.
  private static final int LOAD_BUFFERS_IN_HEAP = 512;
  // So much of the heap is for them: the heap divided by this.
  private static final int FETCH_SESSIONS_DIVISOR = 16;
  private static final int REWRITTEN_DIVISOR = 8;

  private final BrokerWorld world;
  private final Setting setting;
  private final ClusterMetadata metadata;
  private final UsableDirectories directories;
  private final Partitions partitions = new Partitions();
  private final Replicas replicasOfOthers;
  private final ReplicaKeeper replicas;
  private final GroupCoordinator groups;
  private final ProducerIdBlocks producerIds;
  private final HighWatermarkKeeper highWatermarks;
  private final ClusterController controller;
  private final Dispatcher handlers;

  /**
   * Who this broker is.
   *
   * @param interBrokerListener {@code inter.broker.listener.name}
   * @param wildcardListeners listeners of which every client is told the address that it reached
   * @param values what its file says
   * @param live what its file says, and what was changed since
   */
  public record Setting(
      int brokerId,
      String interBrokerListener,
      Set<String> wildcardListeners,
      ConfigValues values,
      LiveSettings live,
      BrokerLoggers loggers) {
    public Setting {
      wildcardListeners = Set.copyOf(wildcardListeners);
    }
  }

  /**
   * @param metadata the cluster, joined already
   * @param directories the log directories, opened already
   */
  public BrokerCore(
      BrokerWorld world, Setting setting, ClusterMetadata metadata, UsableDirectories directories) {
    this.world = world;
    this.setting = setting;
    this.metadata = metadata;
    this.directories = directories;
    replicasOfOthers =
        new Replicas(
            setting.brokerId(),
            setting.interBrokerListener(),
            setting.live(),
            metadata,
            world,
            this::offlineDirectories);
    replicas =
        new ReplicaKeeper(
            partitions,
            new ReplicaKeeper.Setting(
                setting.brokerId(),
                directories,
                world.inOrder(),
                world.appends(),
                world.chores(),
                world.clock(),
                world.timers(),
                replicasOfOthers.fetchers(),
                replicasOfOthers,
                setting.live()::topicRules));
    ControllerPort own =
        new SettledController(
            metadata::submit,
            () -> replicas.settled(metadata.image().offset()),
            world.clock(),
            world.timers());
    controller = new ClusterController(own, replicasOfOthers.controllerElsewhere());
    replicasOfOthers.proposeTo(controller);
    groups = groups();
    producerIds =
        new ProducerIdBlocks(
            world.lanes().apply("producer-ids"),
            controller,
            new ProducerIdBlocks.BrokerEpoch(setting.brokerId(), replicasOfOthers::selfEpoch));
    highWatermarks =
        new HighWatermarkKeeper(
            partitions,
            directories.usable(),
            world.timers(),
            world.chores(),
            setting.values().longInteger("replica.high.watermark.checkpoint.interval.ms"));
    handlers = handlers(own);
  }

  private Dispatcher handlers(ControllerPort own) {
    return Handlers.dispatcher(
        new Handlers.Rooms(
            new ClusterView(metadata::image, setting.brokerId(), setting.wildcardListeners()),
            own,
            controller,
            controller,
            new Members(metadata),
            partitions,
            directories,
            groups,
            producerIds,
            setting.loggers(),
            setting.live()::settings),
        new Handlers.Machine(
            world.clock(),
            world.timers(),
            new FetchSessions(
                setting.values().integer("max.incremental.fetch.session.cache.slots"),
                world.clock(),
                world.seed(),
                new HeapBudget(world.heapBytes() / FETCH_SESSIONS_DIVISOR)),
            world.reads(),
            world.checks(),
            world.inFlight().part(world.heapBytes() / REWRITTEN_DIVISOR)));
  }

  private GroupCoordinator groups() {
    ConfigValues values = setting.values();
    GroupLog log =
        new GroupLog(
            metadata::image,
            partitions,
            world.chores(),
            world.reads(),
            (int)
                Math.min(
                    values.integer("offsets.load.buffer.size"),
                    Math.max(MIN_LOAD_BUFFER_BYTES, world.heapBytes() / LOAD_BUFFERS_IN_HEAP)));
    return new GroupCoordinator(
        new GroupCoordinatorConfig(
            values.integer("group.min.session.timeout.ms"),
            values.integer("group.max.session.timeout.ms"),
            values.integer("group.initial.rebalance.delay.ms"),
            values.integer("group.max.size"),
            new GroupCoordinatorConfig.Offsets(
                values.integer("offsets.topic.num.partitions"),
                values.integer("offset.metadata.max.bytes"),
                values.integer("offsets.retention.minutes") * MINUTE_MS,
                values.longInteger("offsets.retention.check.interval.ms"),
                values.integer("offsets.commit.timeout.ms"),
                compressionOfOffsets(values))),
        GroupMemory.ofHeap(world.heapBytes(), world.inFlight(), world.clock()),
        world.seed(),
        new ShardDependencies(
            log,
            world.clock(),
            world.timers(),
            metadata::image,
            new TopicCreator(controller, () -> setting.live().settings().values())),
        partition -> world.lanes().apply("groups-" + partition));
  }

  private static Compression compressionOfOffsets(ConfigValues values) {
    CompressionType type =
        CompressionType.forCode(values.integer("offsets.topic.compression.codec"));
    return type == null ? Compression.NONE : Compression.of(type);
  }

  private List<Uuid> offlineDirectories() {
    List<Uuid> offline = new ArrayList<>(directories.lostIds());
    for (LogDirectory directory : directories.usable()) {
      Uuid id = directory.id();
      if (id != null && !directory.isOnline()) {
        offline.add(id);
      }
    }
    return offline;
  }

  /** Completes when this broker serves, with what requests go to. */
  public CompletableFuture<Dispatcher> start() {
    metadata.addListener(replicas);
    metadata.addListener(
        new DirectoryReports(
            setting.brokerId(),
            directories.usable(),
            replicas,
            controller,
            world.lanes().apply("directory-reports"),
            world.timers()));
    metadata.addListener(new GroupLeadership(setting.brokerId(), groups, replicas));
    return replicas
        .settled(metadata.image().offset())
        .thenCompose(_ -> {
          highWatermarks.start();
          replicasOfOthers.start(partitions);
          DamageListener repair = replicasOfOthers.repair();
          directories.usable().forEach(directory -> directory.setDamageListener(repair));
          // Its first heartbeat says that it serves; from then on it may lead.
          return metadata.whenImage(this::isAdmitted);
        })
        .thenCompose(admitted -> replicas.settled(admitted.offset()))
        .thenApply(_ -> {
          producerIds.prefetch();
          return handlers;
        });
  }

  private boolean isAdmitted(ClusterImage image) {
    BrokerImage self = image.broker(setting.brokerId());
    return self != null && !self.fenced();
  }

  /** The partitions that are on this broker now. */
  public Partitions partitions() {
    return partitions;
  }

  /** The epoch of its registration; −1 while it has none. */
  public long brokerEpoch() {
    return replicasOfOthers.selfEpoch();
  }

  /** Partitions in directories that have failed are offline from here on. On a storage thread. */
  public void failPartitions() {
    for (Partition partition : partitions.all()) {
      boolean isGone =
          directories.usable().stream()
              .anyMatch(directory ->
                  !directory.isOnline() && directory.log(partition.topicPartition()) != null);
      if (isGone) {
        partition.failStorage("its log directory is offline");
      }
    }
  }

  /**
   * A controlled shutdown: clients go to the next leaders while this one still answers. Completes
   * when nobody needs this broker any more.
   */
  public CompletableFuture<Void> letOthersLead() {
    boolean isAlone =
        metadata.image().brokers().values().stream()
            .noneMatch(broker -> broker.id() != setting.brokerId() && broker.isActive());
    if (isAlone || !setting.values().bool("controlled.shutdown.enable")) {
      return CompletableFuture.completedFuture(null);
    }
    return replicasOfOthers.heartbeats().shutDown().thenRun(this::sayWhoLeads);
  }

  private void sayWhoLeads() {
    long leaderless =
        metadata.image().topicsById().values().stream()
            .flatMap(topic -> topic.partitions().stream())
            .filter(partition ->
                partition.leader() == PartitionImage.NO_LEADER
                    && partition.replicas().contains(setting.brokerId()))
            .count();
    if (leaderless == 0) {
      LOG.info("Other brokers lead what this one led");
    } else {
      LOG.info(
          "Other brokers lead what they are in sync with; {} partition(s) of this one have no"
              + " leader until it is back",
          leaderless);
    }
  }

  /** Answers the members that wait for their group: their connections end soon. */
  public void stopGroups() {
    groups.stop();
  }

  /** From here on connections may end without meaning that somebody has died. */
  public void stopWatching() {
    replicasOfOthers.stopWatching();
  }

  /** Ends all talk with other brokers; nobody appends any longer. On a storage thread. */
  public void stop() {
    replicasOfOthers.stop();
    highWatermarks.stop();
  }

  /** What this broker as the controller hears of others, and knows of them. */
  private record Members(ClusterMetadata metadata) implements MemberPort {
    @Override
    public CompletableFuture<Heartbeat.Reply> heard(Heartbeat heartbeat) {
      return metadata.heard(heartbeat);
    }

    @Override
    public CompletableFuture<@Nullable MetadataQuorum> quorum() {
      return metadata.quorum();
    }
  }
}
