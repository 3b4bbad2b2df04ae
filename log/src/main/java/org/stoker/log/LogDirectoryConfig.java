package org.stoker.log;

import java.nio.file.Path;

/**
 * What one log directory obeys; the defaults are Kafka's.
 *
 * @param reserveBytes {@code log.dir.reserve.bytes}: below this much free space nothing is produced
 * @param recoveryThreads {@code num.recovery.threads.per.data.dir}
 * @param producerExpirationMs {@code producer.id.expiration.ms}
 */
public record LogDirectoryConfig(
    Path path,
    long reserveBytes,
    int recoveryThreads,
    long producerExpirationMs,
    ChoreIntervals chores,
    FlusherConfig flusher) {
  /** The defaults for a directory. */
  public static LogDirectoryConfig at(Path path) {
    return new LogDirectoryConfig(
        path, 64L << 20, 2, 86_400_000, ChoreIntervals.DEFAULT, FlusherConfig.DEFAULT);
  }

  public LogDirectoryConfig {
    if (reserveBytes < 0 || recoveryThreads < 1 || producerExpirationMs < 1) {
      throw new IllegalArgumentException(
          "log.dir.reserve.bytes=%d, num.recovery.threads.per.data.dir=%d, producer.id.expiration.ms=%d"
              .formatted(reserveBytes, recoveryThreads, producerExpirationMs));
    }
  }

  public LogDirectoryConfig withReserveBytes(long changed) {
    return new LogDirectoryConfig(
        path, changed, recoveryThreads, producerExpirationMs, chores, flusher);
  }

  public LogDirectoryConfig withChores(ChoreIntervals changed) {
    return new LogDirectoryConfig(
        path, reserveBytes, recoveryThreads, producerExpirationMs, changed, flusher);
  }

  public LogDirectoryConfig withFlusher(FlusherConfig changed) {
    return new LogDirectoryConfig(
        path, reserveBytes, recoveryThreads, producerExpirationMs, chores, changed);
  }

  public LogDirectoryConfig withRecoveryThreads(int changed) {
    return new LogDirectoryConfig(
        path, reserveBytes, changed, producerExpirationMs, chores, flusher);
  }

  /**
   * How often the chores come round.
   *
   * @param initialDelayMs {@code log.initial.task.delay.ms}
   * @param retentionMs {@code log.retention.check.interval.ms}
   * @param checkpointMs {@code log.flush.offset.checkpoint.interval.ms}
   * @param flushMs how often flush.ms of the topics is looked at
   * @param producerExpirationMs {@code producer.id.expiration.check.interval.ms}
   * @param spaceMs how often free space is looked at
   */
  public record ChoreIntervals(
      long initialDelayMs,
      long retentionMs,
      long checkpointMs,
      long flushMs,
      long producerExpirationMs,
      long spaceMs) {
    public static final ChoreIntervals DEFAULT =
        new ChoreIntervals(30_000, 300_000, 60_000, 1_000, 600_000, 1_000);
  }
}
