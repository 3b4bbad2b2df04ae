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
import org.stoker.log.ProducerMemory;
import org.stoker.log.UsableDirectories;
import org.stoker.settings.ConfigValues;

/**
 * The directories of {@code log.dirs}: taken together at the start, given back together at the end.
 */
final class LogDirectories {
  private static final Logger LOG = LoggerFactory.getLogger(LogDirectories.class);
  private static final int SYNC_THREADS = 8;
  private static final long LONGEST_STOP_SECONDS = 60;

  private final UsableDirectories directories;

  private LogDirectories(UsableDirectories directories) {
    this.directories = directories;
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
    try {
      return new LogDirectories(
          UsableDirectories.lock(
              config.logDirs(),
              new Locker(config.values(), machine, environment(machine), onFailure),
              e -> LOG.error("{}: it is left out", e.getMessage())));
    } catch (LogDirectoryException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private void each(UsableDirectories.Step step) throws StartException {
    try {
      directories.each(step);
    } catch (LogDirectoryException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Those that can be used, and what is known of the others. */
  UsableDirectories found() {
    return directories;
  }

  private static final class Locker implements UsableDirectories.Locker {
    private final ConfigValues values;
    private final Machine machine;
    private final LogEnvironment environment;
    private final Consumer<StorageException> onFailure;
    private int locked;

    Locker(
        ConfigValues values,
        Machine machine,
        LogEnvironment environment,
        Consumer<StorageException> onFailure) {
      this.values = values;
      this.machine = machine;
      this.environment = environment;
      this.onFailure = onFailure;
    }

    @Override
    public LogDirectory lock(Path path) throws LogDirectoryException {
      try {
        // Made before anything keeps it open.
        LogDirectory.makeDurably(machine.disk(), path);
      } catch (IOException e) {
        throw new LogDirectoryException("log directory " + path + " cannot be made: " + e, e);
      }
      int number = locked++;
      LogDirectory.FlushThreads flushThreads =
          new LogDirectory.FlushThreads(
              machine.threads().single("flusher-" + number),
              machine.threads().pool("syncer-" + number, SYNC_THREADS),
              machine.cpu(),
              LinuxFileSystemSync.forDirectory(path));
      return LogDirectory.lock(
          directoryConfig(path, values), environment, flushThreads, onFailure::accept);
    }
  }

  private static LogEnvironment environment(Machine machine) {
    return new LogEnvironment(
        machine.disk(),
        machine.clock(),
        machine.network().timers(),
        machine.seed(),
        machine.chores(),
        partition -> new CallerRunsLane(partition.toString(), machine.appends()),
        ProducerMemory.ofHeap(machine.heapBytes(), machine.clock()));
  }

  private static LogDirectoryConfig directoryConfig(Path path, ConfigValues values) {
    LogDirectoryConfig.ChoreIntervals defaults = LogDirectoryConfig.ChoreIntervals.DEFAULT;
    return new LogDirectoryConfig(
        path,
        values.longInteger("log.dir.reserve.bytes"),
        values.integer("num.recovery.threads.per.data.dir"),
        values.integer("producer.id.expiration.ms"),
        new LogDirectoryConfig.ChoreIntervals(
            values.longInteger("log.initial.task.delay.ms"),
            values.longInteger("log.retention.check.interval.ms"),
            values.integer("log.flush.offset.checkpoint.interval.ms"),
            defaults.flushMs(),
            values.integer("producer.id.expiration.check.interval.ms"),
            defaults.spaceMs()),
        new LogDirectoryConfig.ScrubConfig(
            values.longInteger("log.initial.task.delay.ms"),
            values.longInteger("log.scrub.interval.ms"),
            values.longInteger("log.scrub.bytes.per.second")),
        FlusherConfig.DEFAULT);
  }

  boolean isAnyOnline() {
    return directories.isAnyOnline();
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
    return directories.ids();
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

  /** Takes values that were changed while the broker runs. */
  void adaptTo(ConfigValues values) {
    long idleMs = values.integer("producer.id.expiration.ms");
    directories.usable().forEach(directory -> directory.expireProducersAfter(idleMs));
  }

  /** Flushes and closes everything; the next start need not check anything. */
  void stop(long brokerEpoch) throws InterruptedException {
    CompletableFuture<?>[] stops =
        directories.usable().stream()
            .map(directory -> directory.stop(brokerEpoch))
            .toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(stops).get(LONGEST_STOP_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.error("Not all log directories stopped cleanly; the next start checks them", e);
    }
  }
}
