package org.stoker.replication;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.StorageException;
import org.stoker.base.ThreadSafe;
import org.stoker.base.TopicPartition;
import org.stoker.log.LogConfig;
import org.stoker.log.LogDirectory;
import org.stoker.log.NoRoomException;

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
  private final Map<TopicPartition, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

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

  /** Completes when it is open, or refused again. Called when {@link #delete} is not. */
  CompletableFuture<Void> recover(TopicPartition name, LogDirectory directory, LogConfig config) {
    CompletableFuture<Void> recovery =
        CompletableFuture.runAsync(() -> recoverNow(name, directory, config), storage);
    underWay.put(name, recovery);
    return recovery.whenComplete((_, _) -> underWay.remove(name));
  }

  private void recoverNow(TopicPartition name, LogDirectory directory, LogConfig config) {
    try {
      if (directory.openAgain(name, config)) {
        LOG.info("{} is recovered, now that there is room", name);
        rounds.set(0);
      }
    } catch (StorageException | NoRoomException e) {
      LOG.error("{} stays offline: {}", name, e.getMessage());
    }
  }

  /** No topic of the cluster claims it. */
  static void setAside(TopicPartition name, LogDirectory directory) {
    try {
      directory.setRefusedAsStray(name);
    } catch (StorageException | NoRoomException e) {
      LOG.error("{}: {}", name, e.getMessage());
    }
  }

  /**
   * What could not be opened would stand in the way of a topic of the same name.
   *
   * @return completes when it is gone; one that is being recovered may be a log by then
   */
  CompletableFuture<Void> delete(TopicPartition name) {
    CompletableFuture<Void> recovery = underWay.get(name);
    if (recovery == null) {
      deleteNow(name);
      return CompletableFuture.completedFuture(null);
    }
    return recovery.handleAsync(
        (_, _) -> {
          deleteNow(name);
          return null;
        },
        storage);
  }

  private void deleteNow(TopicPartition name) {
    for (LogDirectory directory : directories) {
      try {
        directory.deleteRefused(name);
      } catch (StorageException | NoRoomException e) {
        LOG.error("{}: {}", name, e.getMessage());
      }
    }
  }
}
