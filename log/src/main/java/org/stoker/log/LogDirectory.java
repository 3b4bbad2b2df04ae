package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.CpuLoad;
import org.stoker.base.Disk;
import org.stoker.base.DiskFullException;
import org.stoker.base.StorageException;
import org.stoker.base.ThreadSafe;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;

/**
 * One directory of {@code log.dirs}: its lock, its identity, its logs, and the chores that keep
 * them.
 *
 * <p>{@link #lock} takes it, {@link #identify} makes sure that it is this broker's, {@link #load}
 * opens its logs, {@link #stop} closes them in order. All of these wait for the disk.
 */
@ThreadSafe
public final class LogDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
  private static final String LOCK_FILE = ".lock";

  private final LogDirectoryConfig config;
  private final LogEnvironment environment;
  private final AutoCloseable lock;
  private final DirectoryHealth health;
  private final DirectoryCheckpoints checkpoints;
  private final OffsetCheckpoint highWatermarks;
  private final Flusher flusher;
  private final SpaceWatch space;
  private final @Nullable FileSystemSync fileSystemSync;
  private final LogSetting setting;
  private final LogChores chores;
  private final LogScrub scrub;
  private final ConcurrentHashMap<TopicPartition, Log> logs = new ConcurrentHashMap<>();
  private final LogOpener opener;
  private final DirectoryIdentity identity;
  private volatile @Nullable MetaProperties metaProperties;

  /**
   * What a directory's flusher runs on.
   *
   * @param rounds one thread
   * @param syncers help a round with several files
   * @param cpu whether they would only take it from others
   * @param fileSystemSync null where there is no such call
   */
  public record FlushThreads(
      Executor rounds, Executor syncers, CpuLoad cpu, @Nullable FileSystemSync fileSystemSync) {}

  private LogDirectory(
      LogDirectoryConfig config,
      LogEnvironment environment,
      FlushThreads threads,
      StorageFailureListener listener,
      AutoCloseable lock) {
    Disk disk = environment.disk();
    Path path = config.path();
    this.config = config;
    this.environment = environment;
    this.lock = lock;
    this.fileSystemSync = threads.fileSystemSync();
    this.identity = new DirectoryIdentity(disk, path, environment.seed());
    this.health = new DirectoryHealth(path, listener);
    this.checkpoints = new DirectoryCheckpoints(disk, path);
    this.opener = new LogOpener(config, environment, checkpoints);
    this.highWatermarks =
        new OffsetCheckpoint(disk, path.resolve(OffsetCheckpoint.HIGH_WATERMARKS));
    this.flusher = new Flusher(disk, environment.clock(), config.flusher(), threads, health);
    this.space = new SpaceWatch(disk, path, config.reserveBytes(), environment.storage());
    this.chores = new LogChores(this, environment, config);
    this.scrub = new LogScrub(disk, config.scrub(), this::logs, environment.clock().monotonicMs());
    this.setting =
        new LogSetting(
            disk, flusher, health, environment.seed(), checkpoints, space, chores, scrub::suspect);
  }

  /**
   * Takes the directory, which is made if it is missing.
   *
   * @param listener learns when the directory goes offline
   * @throws LogDirectoryException if it cannot be used, or another broker has it
   */
  public static LogDirectory lock(
      LogDirectoryConfig config,
      LogEnvironment environment,
      FlushThreads threads,
      StorageFailureListener listener)
      throws LogDirectoryException {
    Path path = config.path();
    Disk disk = environment.disk();
    try {
      makeDurably(disk, path);
      AutoCloseable lock = disk.tryLock(path.resolve(LOCK_FILE));
      if (lock == null) {
        throw new LogDirectoryException(
            "log directory "
                + path
                + " is in use by another broker (its .lock is held): stop that one, or give this"
                + " one other log.dirs");
      }
      return new LogDirectory(config, environment, threads, listener, lock);
    } catch (IOException e) {
      throw new LogDirectoryException("log directory " + path + " cannot be used: " + reason(e), e);
    }
  }

  /**
   * Makes the directory and those above it, so that a power failure takes none of them: for who
   * needs it before it is locked.
   */
  public static void makeDurably(Disk disk, Path path) throws IOException {
    var parents = new ArrayList<Path>();
    Path parent = path.toAbsolutePath().getParent();
    for (Path at = path; parent != null && !disk.exists(at); parent = parent.getParent()) {
      parents.add(parent);
      at = parent;
    }
    disk.createDirectories(path);
    for (Path each : parents) {
      disk.syncDirectory(each);
    }
  }

  static String reason(IOException e) {
    return e.getClass().getSimpleName() + " " + e.getMessage();
  }

  // ---- Identity.

  /** The directory's id; null in a new directory. Known after {@link #identify}. */
  public @Nullable Uuid id() {
    MetaProperties known = metaProperties;
    return known == null ? null : known.directoryId();
  }

  /** Reads {@code meta.properties}; null in a new directory. */
  public @Nullable MetaProperties readMetaProperties() throws LogDirectoryException {
    return identity.read();
  }

  /**
   * Makes sure that the directory belongs to this broker, and gives it an id if it has none.
   * Durably and before the broker joins a cluster: by this id its next life is known as the same
   * broker's.
   *
   * @throws LogDirectoryException if it is another's or cannot be used; its lock is given back
   */
  public void identify(int nodeId) throws LogDirectoryException {
    identifyAs(nodeId, null);
  }

  /**
   * Makes sure that the directory belongs to this broker of this cluster, and makes it so if it is
   * new.
   */
  public void identify(int nodeId, String clusterId) throws LogDirectoryException {
    identifyAs(nodeId, clusterId);
  }

  private void identifyAs(int nodeId, @Nullable String clusterId) throws LogDirectoryException {
    try {
      metaProperties = identity.establish(nodeId, clusterId);
    } catch (LogDirectoryException e) {
      unlock();
      throw e;
    }
  }

  // ---- Loading.

  /**
   * Opens all logs, several at a time, and starts the chores. What cannot be opened is in {@link
   * #refused}.
   *
   * @param configs the configuration of a topic
   * @throws LogDirectoryException if the directory itself cannot be read; its lock is given back
   */
  public void load(Function<String, LogConfig> configs) throws LogDirectoryException {
    try {
      var cleanShutdown = new CleanShutdownFile(environment.disk(), config.path());
      boolean wasClosedCleanly = cleanShutdown.exists();
      checkpoints.read();
      // Before anything is changed, and durably: the next stop may be a crash.
      cleanShutdown.delete();
      List<TopicPartition> partitions = new ArrayList<>();
      for (Path path : environment.disk().list(config.path())) {
        TopicPartition partition = sort(path);
        if (partition != null) {
          partitions.add(partition);
        }
      }
      checkpoints.keepOnly(Set.copyOf(partitions));
      open(partitions, wasClosedCleanly, configs);
      environment.disk().syncDirectory(config.path());
    } catch (IOException e) {
      unlock();
      throw new LogDirectoryException(
          "log directory " + config.path() + " cannot be opened: " + reason(e), e);
    }
    space.look();
    chores.start();
  }

  /** Null for what is no partition's directory. */
  private @Nullable TopicPartition sort(Path path) throws IOException {
    String name = SegmentFiles.nameOf(path);
    if (!environment.disk().isDirectory(path)) {
      return null;
    }
    TopicPartition partition = PartitionDirectory.parse(name);
    if (PartitionDirectory.isDeleted(name)) {
      chores.removeDirectoryLater(path, 0);
    } else if (PartitionDirectory.isSetAside(name)) {
      LOG.info("{} was set aside and is left alone", path);
    } else if (partition == null) {
      LOG.warn("{} is named for no partition and is left alone", path);
    }
    return partition;
  }

  private void open(
      List<TopicPartition> partitions,
      boolean wasClosedCleanly,
      Function<String, LogConfig> configs) {
    if (partitions.isEmpty()) {
      return;
    }
    LOG.info(
        "Opening {} partitions in {} {}",
        partitions.size(),
        config.path(),
        wasClosedCleanly
            ? "after a clean stop"
            : "after a crash: what was written last is checked");
    var progress = new OpeningProgress(config.path(), partitions.size(), environment.clock());
    var work = new ArrayList<Runnable>(partitions.size());
    for (TopicPartition partition : partitions) {
      work.add(() -> {
        openOne(partition, wasClosedCleanly, configs.apply(partition.topic()));
        progress.oneMore();
      });
    }
    ParallelWork.run(work, config.recoveryThreads(), environment.storage());
    progress.end(opener.refused().size());
  }

  private void openOne(TopicPartition partition, boolean wasClosedCleanly, LogConfig logConfig) {
    Path path = directoryOf(partition);
    LogContents contents = opener.open(partition, path, wasClosedCleanly, logConfig);
    if (contents != null) {
      logs.put(partition, logOf(partition, path, logConfig, contents));
    }
  }

  private Log logOf(
      TopicPartition partition, Path path, LogConfig logConfig, LogContents contents) {
    var state =
        new LogState(
            partition, path, environment.lanes().apply(partition), logConfig, setting, contents);
    return new Log(state, contents.topicId());
  }

  private Path directoryOf(TopicPartition partition) {
    return config.path().resolve(partition.toString());
  }

  /** {@code producer.id.expiration.ms} has changed; the next look at the producers uses it. */
  public void expireProducersAfter(long idleMs) {
    chores.expireProducersAfter(idleMs);
  }

  // ---- Logs.

  public Path path() {
    return config.path();
  }

  public @Nullable Log log(TopicPartition partition) {
    return logs.get(partition);
  }

  public Collection<Log> logs() {
    return Collections.unmodifiableCollection(logs.values());
  }

  /** The partitions that could not be opened, with a sentence each. */
  public Map<TopicPartition, String> refused() {
    return opener.refused();
  }

  /** Whether it was refused only because the disk had no room: another try may open it. */
  public boolean lacksRoom(TopicPartition partition) {
    return opener.lacksRoom(partition);
  }

  /**
   * Tries again to open what was refused for lack of room. On a storage thread.
   *
   * @return false if it is refused again, for the same reason or another
   */
  public boolean openAgain(TopicPartition partition, LogConfig logConfig) {
    health.assertOnline();
    if (!opener.lacksRoom(partition)) {
      throw new IllegalStateException(directoryOf(partition) + " was not refused for lack of room");
    }
    // Whatever it was before: the first try may have begun to change it.
    openOne(partition, false, logConfig);
    return logs.containsKey(partition);
  }

  public Flusher flusher() {
    return flusher;
  }

  public boolean isOnline() {
    return health.isOnline();
  }

  /** What took the directory offline; null while it is online. */
  public @Nullable StorageException failure() {
    return health.failure();
  }

  /** False while free space is below {@code log.dir.reserve.bytes}: nothing may be produced. */
  public boolean acceptsWrites() {
    return space.acceptsWrites();
  }

  /** A log to be made. */
  public record NewLog(TopicPartition partition, Uuid topicId, LogConfig config) {}

  /**
   * Makes new, empty logs, all or none; many of them share their syncs. On a storage thread.
   *
   * @return in the order asked for
   * @throws DiskFullException if there is no room; nothing is left of any of them then
   */
  public List<Log> create(List<NewLog> wanted) throws DiskFullException {
    health.assertOnline();
    var places = new ArrayList<LogCreation.Place>(wanted.size());
    for (NewLog log : wanted) {
      Path path = directoryOf(log.partition());
      if (logs.containsKey(log.partition()) || opener.refused().containsKey(log.partition())) {
        throw new IllegalStateException(path + " exists already");
      }
      places.add(new LogCreation.Place(path, log.topicId(), log.config()));
    }
    try {
      for (NewLog log : wanted) {
        checkpoints.forget(log.partition());
      }
      List<LogContents> contents =
          new LogCreation(environment.disk(), config, environment.producerMemory(), fileSystemSync)
              .make(places, environment.clock().wallMs());
      var made = new ArrayList<Log>(wanted.size());
      for (int i = 0; i < wanted.size(); i++) {
        TopicPartition partition = wanted.get(i).partition();
        Log log =
            logOf(partition, places.get(i).directory(), wanted.get(i).config(), contents.get(i));
        logs.put(partition, log);
        made.add(log);
      }
      return made;
    } catch (DiskFullException e) {
      for (NewLog log : wanted) {
        Path target = nameAside(log.partition(), PartitionDirectory.DELETED);
        chores.removeHalfMade(directoryOf(log.partition()), target);
      }
      throw e;
    } catch (IOException e) {
      throw health.fail(path(), "creating logs", e);
    }
  }

  /** As for several. */
  public Log create(TopicPartition partition, Uuid topicId, LogConfig logConfig)
      throws DiskFullException {
    return create(List.of(new NewLog(partition, topicId, logConfig))).getFirst();
  }

  /**
   * Deletes a log: when this returns it does not come back; its files go later. On the log's lane
   * and on a storage thread.
   */
  public void delete(Log log) {
    moveAway(log, PartitionDirectory.DELETED, false);
    chores.removeDirectoryLater(log.directory(), log.config().retention().fileDeleteDelayMs());
  }

  /**
   * Sets a log aside that the cluster does not claim. On its lane and on a storage thread.
   *
   * @param why for the log: what its name is the subject of
   */
  public void setAsStray(Log log, String why) {
    moveAway(log, PartitionDirectory.STRAY, true);
    LOG.warn("{} {}: what is here is kept as {}", log.topicPartition(), why, log.directory());
  }

  /**
   * Deletes what could not be opened, if there is something of this partition: its name is free
   * when this returns, its files go later. On a storage thread.
   */
  public void deleteRefused(TopicPartition partition) {
    if (opener.refused().containsKey(partition)) {
      Path target = moveRefusedAway(partition, PartitionDirectory.DELETED);
      chores.removeDirectoryLater(target, 0);
    }
  }

  /** Sets what could not be opened aside, because no topic of the cluster claims it. */
  public void setRefusedAsStray(TopicPartition partition) {
    if (opener.refused().containsKey(partition)) {
      Path target = moveRefusedAway(partition, PartitionDirectory.STRAY);
      LOG.warn("{} belongs to no topic and is kept as {}", partition, target);
    }
  }

  private Path moveRefusedAway(TopicPartition partition, String suffix) {
    health.assertOnline();
    Path path = directoryOf(partition);
    try {
      Path target = rename(partition, path, suffix);
      opener.forget(partition);
      return target;
    } catch (IOException e) {
      throw health.fail(path, "moving a log away", e);
    }
  }

  private void moveAway(Log log, String suffix, boolean isKept) {
    health.assertOnline();
    TopicPartition partition = log.topicPartition();
    try {
      if (isKept) {
        log.closeToSetAside();
      } else {
        log.closeToDelete();
      }
      log.movedTo(rename(partition, log.directory(), suffix));
      logs.remove(partition, log);
    } catch (IOException e) {
      throw health.fail(log.directory(), "moving a log away", e);
    }
  }

  /** Durably; what is known of the partition's offsets is forgotten with it. */
  private Path rename(TopicPartition partition, Path from, String suffix) throws IOException {
    Path target = nameAside(partition, suffix);
    environment.disk().rename(from, target);
    environment.disk().syncDirectory(config.path());
    try {
      checkpoints.forget(partition);
    } catch (DiskFullException e) {
      // Its lines go with the next checkpoint, or before a partition of its name is made.
      LOG.debug("{} is forgotten later: {}", partition, e.getMessage());
    }
    return target;
  }

  private Path nameAside(TopicPartition partition, String suffix) {
    return config
        .path()
        .resolve(PartitionDirectory.withSuffix(partition, suffix, environment.seed()));
  }

  // ---- Checkpoints.

  /** The high watermarks that were kept last; the partitions ask for them when they start. */
  public Map<TopicPartition, Long> readHighWatermarks() {
    try {
      return highWatermarks.read();
    } catch (CorruptFileException e) {
      LOG.warn("{}; high watermarks start at the log start", e.getMessage());
      return Map.of();
    } catch (IOException e) {
      throw health.fail(config.path(), "reading high watermarks", e);
    }
  }

  /** Keeps the high watermarks of the partitions; false without room. On a storage thread. */
  public boolean writeHighWatermarks(Map<TopicPartition, Long> offsets) {
    health.assertOnline();
    try {
      highWatermarks.write(offsets);
      return true;
    } catch (DiskFullException e) {
      LOG.warn("{} has no room for high watermarks", config.path());
      return false;
    } catch (IOException e) {
      throw health.fail(config.path(), "writing high watermarks", e);
    }
  }

  DirectoryCheckpoints checkpoints() {
    return checkpoints;
  }

  /** Sets who repairs what a scrub finds damaged; without one it is only logged. */
  public void setDamageListener(DamageListener listener) {
    scrub.setListener(listener);
  }

  LogScrub scrub() {
    return scrub;
  }

  DirectoryHealth health() {
    return health;
  }

  SpaceWatch space() {
    return space;
  }

  // ---- Stopping.

  /**
   * Flushes and closes all logs, and notes that it was done. The caller has seen to it that nobody
   * appends any more.
   *
   * @param brokerEpoch of this run, for the next one
   * @return completes when the directory may be locked by someone else
   */
  public CompletableFuture<Void> stop(long brokerEpoch) {
    return new DirectoryStop(this, environment, fileSystemSync)
        .run(brokerEpoch)
        .thenRun(this::unlock);
  }

  void stopChores() {
    chores.stop();
  }

  /** Gives the directory back as it is, as a crash of the process would. */
  void stopForCrash() {
    chores.stop();
    unlock();
  }

  private void unlock() {
    try {
      lock.close();
    } catch (Exception e) {
      LOG.warn("The lock of {} could not be given back", config.path(), e);
    }
  }
}
