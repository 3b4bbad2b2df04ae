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
import org.jspecify.annotations.Nullable;
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
    LogDirectoryException unusable = null;
    for (Path path : config.logDirs()) {
      try {
        taken.directories.add(taken.lock(path, config.values(), machine, environment));
      } catch (LogDirectoryException e) {
        // Without a cause it is somebody else's, and not for this broker to go round.
        if (e.getCause() == null) {
          throw new StartException(String.valueOf(e.getMessage()), e);
        }
        LOG.error("{}: it is left out", e.getMessage());
        unusable = e;
      }
    }
    if (taken.directories.isEmpty() && unusable != null) {
      throw new StartException(String.valueOf(unusable.getMessage()), unusable);
    }
    return taken;
  }

  private LogDirectory lock(
      Path path, ConfigValues values, Machine machine, LogEnvironment environment)
      throws LogDirectoryException {
    try {
      // Made before anything keeps it open.
      machine.disk().createDirectories(path);
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

  List<LogDirectory> all() {
    return List.copyOf(directories);
  }

  boolean isAnyOnline() {
    return directories.stream().anyMatch(LogDirectory::isOnline);
  }

  // ---- Identity.

  /** The broker's number as the directories keep it; −1 if they are new. */
  int keptBrokerId() throws StartException {
    for (LogDirectory directory : directories) {
      MetaProperties meta = read(directory);
      if (meta != null && meta.nodeId() != MetaProperties.NO_NODE_ID) {
        return meta.nodeId();
      }
    }
    return BrokerConfig.UNKNOWN_ID;
  }

  /** The ids of those that have one already. */
  List<Uuid> keptDirectoryIds() throws StartException {
    List<Uuid> ids = new ArrayList<>();
    for (LogDirectory directory : directories) {
      MetaProperties meta = read(directory);
      Uuid id = meta == null ? null : meta.directoryId();
      if (id != null) {
        ids.add(id);
      }
    }
    return ids;
  }

  private static @Nullable MetaProperties read(LogDirectory directory) throws StartException {
    try {
      return directory.readMetaProperties();
    } catch (LogDirectoryException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Makes sure that they belong to this broker of this cluster. */
  void identify(int brokerId, String clusterId) throws StartException {
    for (LogDirectory directory : directories) {
      try {
        directory.identify(brokerId, clusterId);
      } catch (LogDirectoryException e) {
        throw new StartException(String.valueOf(e.getMessage()), e);
      }
    }
  }

  // ---- Logs.

  /** Opens all logs, after a crash with a check of what was written last. */
  void load(Function<String, LogConfig> configs) throws StartException {
    for (LogDirectory directory : directories) {
      try {
        directory.load(configs);
      } catch (LogDirectoryException e) {
        throw new StartException(String.valueOf(e.getMessage()), e);
      }
    }
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
