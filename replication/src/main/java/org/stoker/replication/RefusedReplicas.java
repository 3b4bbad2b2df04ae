package org.stoker.replication;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.StorageException;
import org.stoker.base.ThreadSafe;
import org.stoker.base.TopicPartition;
import org.stoker.log.Log;
import org.stoker.log.LogConfig;
import org.stoker.log.LogDirectory;

/**
 * What the log directories could not open: is recovered late where only room was missing, set
 * aside, or deleted.
 */
@ThreadSafe
final class RefusedReplicas {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedReplicas.class);
  private static final int MOST_ROUNDS_BETWEEN_RECOVERIES = 32;

  private final List<LogDirectory> directories;
  private final Executor storage;
  private final AtomicInteger rounds = new AtomicInteger();

  RefusedReplicas(List<LogDirectory> directories, Executor storage) {
    this.directories = List.copyOf(directories);
    this.storage = storage;
  }

  boolean contains(TopicPartition name) {
    return directories.stream().anyMatch(directory -> directory.refused().containsKey(name));
  }

  /** The directory that lacks room for the partition's recovery; null if that is not what it is. */
  @Nullable LogDirectory thatLacksRoomFor(TopicPartition name) {
    return directories.stream()
        .filter(directory -> directory.isOnline() && directory.lacksRoom(name))
        .findFirst()
        .orElse(null);
  }

  /**
   * Whether recoveries are tried in this round: after 1, 2, 4, ... of them, at last after each 32.
   * A recovery reads a log before it finds that there is no room.
   */
  boolean isTurn() {
    int round = rounds.incrementAndGet();
    return Integer.bitCount(round) == 1 || round % MOST_ROUNDS_BETWEEN_RECOVERIES == 0;
  }

  /** Gives null if it is refused again. */
  CompletableFuture<@Nullable Log> recover(
      TopicPartition name, LogDirectory directory, LogConfig config) {
    return CompletableFuture.supplyAsync(() -> recovered(name, directory, config), storage);
  }

  private @Nullable Log recovered(TopicPartition name, LogDirectory directory, LogConfig config) {
    try {
      Log log = directory.openAgain(name, config);
      if (log != null) {
        LOG.info("{} is recovered, now that there is room", name);
        rounds.set(0);
      }
      return log;
    } catch (StorageException e) {
      LOG.error("{} stays offline: {}", name, e.getMessage());
      return null;
    }
  }

  /** No topic of the cluster claims it. */
  static void setAside(TopicPartition name, LogDirectory directory) {
    try {
      directory.setRefusedAsStray(name);
    } catch (StorageException e) {
      LOG.error("{}: {}", name, e.getMessage());
    }
  }

  /** What could not be opened would stand in the way of a topic of the same name. */
  void delete(TopicPartition name) {
    for (LogDirectory directory : directories) {
      try {
        directory.deleteRefused(name);
      } catch (StorageException e) {
        LOG.error("{}: {}", name, e.getMessage());
      }
    }
  }
}
