package org.stoker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.DiskFullException;
import org.stoker.base.ThreadSafe;
import org.stoker.base.TopicPartition;

/** Opens the partitions that a log directory holds, and remembers which of them it refused. */
@ThreadSafe
final class LogOpener {
  private static final Logger LOG = LoggerFactory.getLogger(LogOpener.class);

  private final LogDirectoryConfig config;
  private final LogEnvironment environment;
  private final DirectoryCheckpoints checkpoints;
  private final Map<TopicPartition, String> refused = new ConcurrentHashMap<>();
  // Of those, the ones that nothing is wrong with.
  private final Map<TopicPartition, String> roomless = new ConcurrentHashMap<>();

  LogOpener(
      LogDirectoryConfig config, LogEnvironment environment, DirectoryCheckpoints checkpoints) {
    this.config = config;
    this.environment = environment;
    this.checkpoints = checkpoints;
  }

  /** The partitions that could not be opened, with a sentence each. */
  Map<TopicPartition, String> refused() {
    return Collections.unmodifiableMap(refused);
  }

  /** Whether it was refused only because the disk had no room. */
  boolean lacksRoom(TopicPartition partition) {
    return roomless.containsKey(partition);
  }

  /** It is not there any more. */
  void forget(TopicPartition partition) {
    refused.remove(partition);
    roomless.remove(partition);
  }

  /** Null if it is refused. On a storage thread, and for each partition one at a time. */
  @Nullable LogContents open(
      TopicPartition partition, Path path, boolean wasClosedCleanly, LogConfig logConfig) {
    var facts =
        new LogRecovery.StartFacts(
            wasClosedCleanly,
            checkpoints.recoveryPoint(partition),
            checkpoints.logStartOffset(partition),
            config.producerExpirationMs(),
            environment.producerMemory(),
            environment.clock().wallMs());
    try {
      LogContents contents = new LogRecovery(environment.disk(), path, logConfig, facts).open();
      forget(partition);
      return contents;
    } catch (DamagedLogException e) {
      refuse(partition, String.valueOf(e.getMessage()));
    } catch (DiskFullException e) {
      refuseForLackOfRoom(partition, "no room to recover " + path + ": " + e.getMessage());
    } catch (IOException e) {
      refuse(
          partition,
          "%s cannot be opened: %s %s"
              .formatted(path, e.getClass().getSimpleName(), e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("Opening {} failed", path, e);
      refuse(partition, path + " cannot be opened: " + e);
    }
    return null;
  }

  private void refuse(TopicPartition partition, String why) {
    LOG.error("{} stays offline: {}", partition, why);
    roomless.remove(partition);
    refused.put(partition, why);
  }

  private void refuseForLackOfRoom(TopicPartition partition, String why) {
    refused.put(partition, why);
    if (roomless.put(partition, why) == null) {
      LOG.error("{} is offline until there is room: {}", partition, why);
    }
  }
}
