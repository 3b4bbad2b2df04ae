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
    ScrubConfig scrub,
    FlusherConfig flusher) {
  /** The defaults for a directory. */
  public static LogDirectoryConfig at(Path path) {
    return new LogDirectoryConfig(
        path,
        64L << 20,
        2,
        86_400_000,
        ChoreIntervals.DEFAULT,
        ScrubConfig.DEFAULT,
        FlusherConfig.DEFAULT);
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
        path, changed, recoveryThreads, producerExpirationMs, chores, scrub, flusher);
  }

  public LogDirectoryConfig withChores(ChoreIntervals changed) {
    return new LogDirectoryConfig(
        path, reserveBytes, recoveryThreads, producerExpirationMs, changed, scrub, flusher);
  }

  public LogDirectoryConfig withFlusher(FlusherConfig changed) {
    return new LogDirectoryConfig(
        path, reserveBytes, recoveryThreads, producerExpirationMs, chores, scrub, changed);
  }

  public LogDirectoryConfig withRecoveryThreads(int changed) {
    return new LogDirectoryConfig(
        path, reserveBytes, changed, producerExpirationMs, chores, scrub, flusher);
  }

  public LogDirectoryConfig withScrub(ScrubConfig changed) {
    return new LogDirectoryConfig(
        path, reserveBytes, recoveryThreads, producerExpirationMs, chores, changed, flusher);
  }

  /**
   * How everything in the directory is read now and then, to find what the disk has changed.
   *
   * @param initialDelayMs {@code log.initial.task.delay.ms}
   * @param intervalMs {@code log.scrub.interval.ms}: from the beginning of one pass to the next; 0
   *     for no passes
   * @param bytesPerSecond {@code log.scrub.bytes.per.second}: 0 turns everything of this off
   */
  public record ScrubConfig(long initialDelayMs, long intervalMs, long bytesPerSecond) {
    public static final ScrubConfig DEFAULT = new ScrubConfig(30_000, 604_800_000, 8 << 20);

    public ScrubConfig {
      if (initialDelayMs < 0 || intervalMs < 0 || bytesPerSecond < 0) {
        throw new IllegalArgumentException(
            "log.scrub.interval.ms=%d, log.scrub.bytes.per.second=%d"
                .formatted(intervalMs, bytesPerSecond));
      }
    }
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
