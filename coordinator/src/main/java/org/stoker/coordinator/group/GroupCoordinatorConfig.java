package org.stoker.coordinator.group;

import org.stoker.records.Compression;

/**
 * How groups are treated; each value under the name of its key.
 *
 * @param minSessionTimeoutMs {@code group.min.session.timeout.ms}
 * @param maxSessionTimeoutMs {@code group.max.session.timeout.ms}
 * @param initialRebalanceDelayMs {@code group.initial.rebalance.delay.ms}
 * @param maxSize {@code group.max.size}
 * @param offsets what concerns offsets
 */
public record GroupCoordinatorConfig(
    int minSessionTimeoutMs,
    int maxSessionTimeoutMs,
    int initialRebalanceDelayMs,
    int maxSize,
    Offsets offsets) {
  /** How long a new member has to come into a generation; Kafka has no key for it either. */
  static final int NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60 * 1000;

  /** Kafka's defaults. */
  public static final GroupCoordinatorConfig DEFAULTS =
      new GroupCoordinatorConfig(6_000, 1_800_000, 3_000, Integer.MAX_VALUE, Offsets.DEFAULTS);

  public GroupCoordinatorConfig {
    require(maxSize >= 1, "group.max.size", maxSize);
    require(
        initialRebalanceDelayMs >= 0, "group.initial.rebalance.delay.ms", initialRebalanceDelayMs);
  }

  /**
   * How offsets are kept.
   *
   * @param partitionCount {@code offsets.topic.num.partitions}
   * @param metadataMaxBytes {@code offset.metadata.max.bytes}
   * @param retentionMs {@code offsets.retention.minutes}, in milliseconds
   * @param retentionCheckIntervalMs {@code offsets.retention.check.interval.ms}
   * @param commitTimeoutMs {@code offsets.commit.timeout.ms}: after it an answer no longer waits
   * @param compression {@code offsets.topic.compression.codec}
   */
  public record Offsets(
      int partitionCount,
      int metadataMaxBytes,
      long retentionMs,
      long retentionCheckIntervalMs,
      int commitTimeoutMs,
      Compression compression) {
    public static final Offsets DEFAULTS =
        new Offsets(50, 4096, 10_080L * 60_000, 600_000, 5_000, Compression.NONE);

    public Offsets {
      require(partitionCount >= 1, "offsets.topic.num.partitions", partitionCount);
      require(metadataMaxBytes >= 0, "offset.metadata.max.bytes", metadataMaxBytes);
      require(retentionMs >= 1, "offsets.retention.minutes", retentionMs);
      require(
          retentionCheckIntervalMs >= 1,
          "offsets.retention.check.interval.ms",
          retentionCheckIntervalMs);
      require(commitTimeoutMs >= 1, "offsets.commit.timeout.ms", commitTimeoutMs);
    }
  }

  private static void require(boolean claim, String key, long value) {
    if (!claim) {
      throw new IllegalArgumentException(key + "=" + value + " is out of range");
    }
  }
}
