package org.stoker.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.StorageException;
import org.stoker.base.Uuid;
import org.stoker.log.FlusherConfig;
import org.stoker.log.LinuxFileSystemSync;
import org.stoker.log.LogConfig;
import org.stoker.log.LogDirectory;
import org.stoker.log.LogDirectoryConfig;
import org.stoker.log.LogDirectoryException;
import org.stoker.log.LogEnvironment;
import org.stoker.log.MetaProperties;
import org.stoker.replication.ReplicaKeeper;
import org.stoker.settings.ConfigValues;

/**
 * The directories of {@code log.dirs}: taken together at the start, given back together at the end.
 */
final class LogDirectories {
  private static final Logger LOG = LoggerFactory.getLogger(LogDirectories.class);
  private static final int SYNC_THREADS = 8;
  private static final long LONGEST_STOP_SECONDS = 60;

  private final List<LogDirectory> directories = new ArrayList<>();
  private final Consumer<StorageException> onFailure;
  private final List<Uuid> lostIds = new ArrayList<>();
  private int leftOut;

  private LogDirectories(Consumer<StorageException> onFailure) {
    this.onFailure = onFailure;
  }

  /**
   * Takes the locks. A directory that cannot be read is left out while there are others.
   *
   * @param onFailure is told of a directory that goes offline later, on the thread that met it
   * @throws StartException if another broker has one, or none can be used
   */
  static LogDirectories lock(
      BrokerConfig config, Machine machine, Consumer<StorageException> onFailure)
      throws StartException {
    LogDirectories taken = new LogDirectories(onFailure);
    LogEnvironment environment = environment(machine);
    for (Path path : config.logDirs()) {
      try {
        taken.directories.add(taken.lock(path, config.values(), machine, environment));
      } catch (LogDirectoryException e) {
        taken.leaveOut(e, config.logDirs().size());
      }
    }
    return taken;
  }

  /** A disk that fails takes its directory with it, and the last one the broker. */
  private void leaveOut(LogDirectoryException e, int directoryCount) throws StartException {
    // Without a cause it is somebody else's, and not for this broker to go round.
    if (e.getCause() == null || leftOut + 1 == directoryCount) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
    leftOut++;
    LOG.error("{}: it is left out", e.getMessage());
  }

  private interface Step {
    void take(LogDirectory directory) throws LogDirectoryException;
  }

  private void each(Step step) throws StartException {
    for (LogDirectory directory : List.copyOf(directories)) {
      try {
        step.take(directory);
      } catch (LogDirectoryException e) {
        leaveOut(e, leftOut + directories.size());
        directories.remove(directory);
        Uuid id = directory.id();
        if (id != null) {
          lostIds.add(id);
        }
      }
    }
  }

  /** Those that can be used, and what is known of the others. */
  ReplicaKeeper.Directories found() {
    return new ReplicaKeeper.Directories(directories, leftOut > 0, lostIds);
  }

  private LogDirectory lock(
      Path path, ConfigValues values, Machine machine, LogEnvironment environment)
      throws LogDirectoryException {
    try {
      // Made before anything keeps it open.
      LogDirectory.makeDurably(machine.disk(), path);
    } catch (IOException e) {
      throw new LogDirectoryException("log directory " + path + " cannot be made: " + e, e);
    }
    LogDirectory.FlushThreads flushThreads =
        new LogDirectory.FlushThreads(
            machine.threads().single("flusher-" + directories.size()),
            machine.threads().pool("syncer-" + directories.size(), SYNC_THREADS),
            LinuxFileSystemSync.forDirectory(path));
    return LogDirectory.lock(
        directoryConfig(path, values), environment, flushThreads, onFailure::accept);
  }

  private static LogEnvironment environment(Machine machine) {
    return new LogEnvironment(
        machine.disk(),
        machine.clock(),
        machine.network().timers(),
        machine.seed(),
        machine.storage(),
        partition -> new CallerRunsLane(partition.toString(), machine.storage()));
  }

  private static LogDirectoryConfig directoryConfig(Path path, ConfigValues values) {
    LogDirectoryConfig.ChoreIntervals defaults = LogDirectoryConfig.ChoreIntervals.DEFAULT;
    return new LogDirectoryConfig(
        path,
        values.longInteger("log.dir.reserve.bytes"),
        values.integer("num.recovery.threads.per.data.dir"),
        values.integer("producer.id.expiration.ms"),
        new LogDirectoryConfig.ChoreIntervals(
            defaults.initialDelayMs(),
            values.longInteger("log.retention.check.interval.ms"),
            values.integer("log.flush.offset.checkpoint.interval.ms"),
            defaults.flushMs(),
            values.integer("producer.id.expiration.check.interval.ms"),
            defaults.spaceMs()),
        FlusherConfig.DEFAULT);
  }

  boolean isAnyOnline() {
    return directories.stream().anyMatch(LogDirectory::isOnline);
  }

  // ---- Identity.

  /** The broker's number as the directories keep it; −1 if they are new. */
  int keptBrokerId() throws StartException {
    List<Integer> kept = new ArrayList<>();
    each(directory -> {
      MetaProperties meta = directory.readMetaProperties();
      if (meta != null && meta.nodeId() != MetaProperties.NO_NODE_ID) {
        kept.add(meta.nodeId());
      }
    });
    return kept.isEmpty() ? BrokerConfig.UNKNOWN_ID : kept.getFirst();
  }

  /** Makes sure that they belong to this broker, and gives those an id that have none. */
  void identify(int brokerId) throws StartException {
    each(directory -> directory.identify(brokerId));
  }

  /** Their ids; known when they are identified. */
  List<Uuid> directoryIds() {
    List<Uuid> ids = new ArrayList<>();
    for (LogDirectory directory : directories) {
      Uuid id = directory.id();
      if (id != null) {
        ids.add(id);
      }
    }
    return ids;
  }

  /** Makes sure that they belong to this broker of this cluster. */
  void identify(int brokerId, String clusterId) throws StartException {
    each(directory -> directory.identify(brokerId, clusterId));
  }

  // ---- Logs.

  /** Opens all logs, after a crash with a check of what was written last. */
  void load(Function<String, LogConfig> configs) throws StartException {
    each(directory -> directory.load(configs));
  }

  /** Flushes and closes everything; the next start need not check anything. */
  void stop(long brokerEpoch) throws InterruptedException {
    CompletableFuture<?>[] stops =
        directories.stream()
            .map(directory -> directory.stop(brokerEpoch))
            .toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(stops).get(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.error("Not all log directories stopped cleanly; the next start checks them", e);
    }
  }
}
