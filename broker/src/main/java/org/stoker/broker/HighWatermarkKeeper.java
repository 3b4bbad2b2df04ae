package org.stoker.broker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.Repetition;
import org.stoker.base.StorageException;
import org.stoker.base.Timers;
import org.stoker.base.TopicPartition;
import org.stoker.log.LogDirectory;
import org.stoker.replication.Partition;
import org.stoker.replication.Partitions;

/** Writes down, now and then and at the end, up to where records are committed. */
final class HighWatermarkKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(HighWatermarkKeeper.class);

  private final Partitions partitions;
  private final List<LogDirectory> directories;
  private final Timers timers;
  private final Executor storage;
  private final long intervalMs;
  private volatile @Nullable Repetition repetition;
  private Map<TopicPartition, Long> written = Map.of();

  HighWatermarkKeeper(
      Partitions partitions,
      List<LogDirectory> directories,
      Timers timers,
      Executor storage,
      long intervalMs) {
    this.partitions = partitions;
    this.directories = List.copyOf(directories);
    this.timers = timers;
    this.storage = storage;
    this.intervalMs = intervalMs;
  }

  void start() {
    repetition =
        Repetition.every("Keeping high watermarks", timers, storage, intervalMs, this::write);
  }

  /** Writes once more; nobody appends any longer. */
  void stop() {
    Repetition started = repetition;
    if (started != null) {
      started.cancel();
    }
    write();
  }

  private synchronized void write() {
    Map<TopicPartition, Long> now = new HashMap<>();
    for (Partition partition : partitions.all()) {
      now.put(partition.topicPartition(), partition.highWatermark());
    }
    if (now.equals(written)) {
      return;
    }
    boolean areWritten = true;
    for (LogDirectory directory : directories) {
      if (directory.isOnline()) {
        areWritten &= write(directory, now);
      }
    }
    if (areWritten) {
      written = now;
    }
  }

  private static boolean write(LogDirectory directory, Map<TopicPartition, Long> all) {
    Map<TopicPartition, Long> here = new HashMap<>();
    all.forEach((name, offset) -> {
      if (directory.log(name) != null) {
        here.put(name, offset);
      }
    });
    try {
      return directory.writeHighWatermarks(here);
    } catch (StorageException e) {
      LOG.error("{}", e.getMessage());
      return false;
    }
  }
}
