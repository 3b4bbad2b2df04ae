package org.stoker.log;

/**
 * What one partition's log obeys, parsed and checked before it comes here; the defaults are
 * Kafka's.
 */
public record LogConfig(
    SegmentConfig segment, RetentionConfig retention, FlushConfig flush, MessageConfig message) {
  public static final LogConfig DEFAULT =
      new LogConfig(
          SegmentConfig.DEFAULT,
          RetentionConfig.DEFAULT,
          FlushConfig.DEFAULT,
          MessageConfig.DEFAULT);

  public LogConfig withSegment(SegmentConfig changed) {
    return new LogConfig(changed, retention, flush, message);
  }

  public LogConfig withRetention(RetentionConfig changed) {
    return new LogConfig(segment, changed, flush, message);
  }

  public LogConfig withFlush(FlushConfig changed) {
    return new LogConfig(segment, retention, changed, message);
  }

  public LogConfig withMessage(MessageConfig changed) {
    return new LogConfig(segment, retention, flush, changed);
  }

  /**
   * When a segment is full, and how densely it is indexed: {@code segment.bytes}, {@code
   * segment.ms}, {@code segment.jitter.ms}, {@code segment.index.bytes}, {@code
   * index.interval.bytes}.
   */
  public record SegmentConfig(
      int segmentSizeBytes,
      long rollAfterMs,
      long rollJitterMs,
      int indexSizeBytes,
      int indexIntervalBytes) {
    static final SegmentConfig DEFAULT =
        new SegmentConfig(1 << 30, 7L * 24 * 60 * 60 * 1000, 0, 10 * 1024 * 1024, 4096);

    public SegmentConfig {
      require(segmentSizeBytes >= 14, "segment.bytes", segmentSizeBytes);
      require(rollAfterMs >= 1, "segment.ms", rollAfterMs);
      require(rollJitterMs >= 0, "segment.jitter.ms", rollJitterMs);
      require(indexSizeBytes >= 4, "segment.index.bytes", indexSizeBytes);
      require(indexIntervalBytes >= 0, "index.interval.bytes", indexIntervalBytes);
    }

    public SegmentConfig withSegmentSizeBytes(int changed) {
      return new SegmentConfig(
          changed, rollAfterMs, rollJitterMs, indexSizeBytes, indexIntervalBytes);
    }

    public SegmentConfig withRollAfterMs(long changed) {
      return new SegmentConfig(
          segmentSizeBytes, changed, rollJitterMs, indexSizeBytes, indexIntervalBytes);
    }

    public SegmentConfig withRollJitterMs(long changed) {
      return new SegmentConfig(
          segmentSizeBytes, rollAfterMs, changed, indexSizeBytes, indexIntervalBytes);
    }

    public SegmentConfig withIndexSizeBytes(int changed) {
      return new SegmentConfig(
          segmentSizeBytes, rollAfterMs, rollJitterMs, changed, indexIntervalBytes);
    }

    public SegmentConfig withIndexIntervalBytes(int changed) {
      return new SegmentConfig(
          segmentSizeBytes, rollAfterMs, rollJitterMs, indexSizeBytes, changed);
    }
  }

  /**
   * What is thrown away, and when: {@code retention.ms} and {@code retention.bytes} (−1: never),
   * {@code file.delete.delay.ms}, and the two halves of {@code cleanup.policy}.
   */
  public record RetentionConfig(
      long retentionMs,
      long retentionSizeBytes,
      long fileDeleteDelayMs,
      boolean delete,
      boolean compact) {
    static final RetentionConfig DEFAULT =
        new RetentionConfig(7L * 24 * 60 * 60 * 1000, -1, 60_000, true, false);

    public RetentionConfig {
      require(retentionMs >= -1, "retention.ms", retentionMs);
      require(retentionSizeBytes >= -1, "retention.bytes", retentionSizeBytes);
      require(fileDeleteDelayMs >= 0, "file.delete.delay.ms", fileDeleteDelayMs);
    }

    public RetentionConfig withRetentionMs(long changed) {
      return new RetentionConfig(changed, retentionSizeBytes, fileDeleteDelayMs, delete, compact);
    }

    public RetentionConfig withRetentionSizeBytes(long changed) {
      return new RetentionConfig(retentionMs, changed, fileDeleteDelayMs, delete, compact);
    }

    public RetentionConfig withFileDeleteDelayMs(long changed) {
      return new RetentionConfig(retentionMs, retentionSizeBytes, changed, delete, compact);
    }

    public RetentionConfig withCleanupPolicy(boolean deletes, boolean compacts) {
      return new RetentionConfig(
          retentionMs, retentionSizeBytes, fileDeleteDelayMs, deletes, compacts);
    }
  }

  /**
   * When bytes go to the disk: {@code flush.messages}, {@code flush.ms}, and {@code
   * log.flush.acks}, our own key: whether acknowledged means on disk.
   */
  public record FlushConfig(long flushMessages, long flushMs, boolean acksAreFlushed) {
    static final FlushConfig DEFAULT = new FlushConfig(Long.MAX_VALUE, Long.MAX_VALUE, true);

    public FlushConfig {
      require(flushMessages >= 1, "flush.messages", flushMessages);
      require(flushMs >= 0, "flush.ms", flushMs);
    }
  }

  /**
   * {@code max.message.bytes}, and whether {@code message.timestamp.type} is LogAppendTime.
   *
   * @param isLogAppendTime the log writes its own time into each batch that a client sends
   */
  public record MessageConfig(int maxMessageSizeBytes, boolean isLogAppendTime) {
    static final MessageConfig DEFAULT = new MessageConfig(1_048_588, false);

    public MessageConfig {
      require(maxMessageSizeBytes >= 0, "max.message.bytes", maxMessageSizeBytes);
    }
  }

  private static void require(boolean holds, String key, long value) {
    if (!holds) {
      throw new IllegalArgumentException(key + "=" + value + " is out of range");
    }
  }
}
