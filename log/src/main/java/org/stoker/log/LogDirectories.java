package org.stoker.log;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.stoker.base.DiskFullException;
import org.stoker.base.ThreadSafe;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;

/** All directories of {@code log.dirs}: finds a partition's log, and a place for a new one. */
@ThreadSafe
public final class LogDirectories {
  private final List<LogDirectory> directories;

  /**
   * Takes directories that are loaded.
   *
   * @throws LogDirectoryException if a partition is in two of them, or there is none
   */
  public LogDirectories(List<LogDirectory> directories) throws LogDirectoryException {
    this.directories = List.copyOf(directories);
    if (directories.isEmpty()) {
      throw new LogDirectoryException("none of the directories of log.dirs can be used");
    }
    var seen = new HashMap<TopicPartition, LogDirectory>();
    for (LogDirectory directory : directories) {
      for (Log log : directory.logs()) {
        LogDirectory other = seen.put(log.topicPartition(), directory);
        if (other != null) {
          throw new LogDirectoryException(
              "partition %s is in %s and in %s: move one of them away"
                  .formatted(log.topicPartition(), other.path(), directory.path()));
        }
      }
    }
  }

  public List<LogDirectory> all() {
    return directories;
  }

  public @Nullable Log log(TopicPartition partition) {
    for (LogDirectory directory : directories) {
      Log log = directory.log(partition);
      if (log != null) {
        return log;
      }
    }
    return null;
  }

  /** The directory that holds the partition, also if it could not be opened there. */
  public @Nullable LogDirectory directoryOf(TopicPartition partition) {
    for (LogDirectory directory : directories) {
      if (directory.log(partition) != null || directory.refused().containsKey(partition)) {
        return directory;
      }
    }
    return null;
  }

  /** The partitions that could not be opened, with a sentence each. */
  public Map<TopicPartition, String> refused() {
    var refused = new HashMap<TopicPartition, String>();
    directories.forEach(directory -> refused.putAll(directory.refused()));
    return refused;
  }

  /**
   * Makes a log in the directory that has the fewest, as far as it is online and has room. On a
   * storage thread.
   *
   * @throws DiskFullException if no directory has room
   * @throws IllegalStateException if none is online, or the partition is there already
   */
  public Log create(TopicPartition partition, Uuid topicId, LogConfig config)
      throws DiskFullException {
    if (directoryOf(partition) != null) {
      throw new IllegalStateException(partition + " exists already");
    }
    return directories.stream()
        .filter(LogDirectory::isOnline)
        .min(
            Comparator.comparing((LogDirectory directory) -> !directory.acceptsWrites())
                .thenComparingInt(directory -> directory.logs().size()))
        .orElseThrow(() -> new IllegalStateException("no log directory is online"))
        .create(partition, topicId, config);
  }

  /** Stops all of them cleanly; completes when the last one is done. */
  public CompletableFuture<Void> stop(long brokerEpoch) {
    return CompletableFuture.allOf(
        directories.stream()
            .map(directory -> directory.stop(brokerEpoch))
            .toArray(CompletableFuture[]::new));
  }
}
