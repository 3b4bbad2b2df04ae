package org.stoker.broker;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.log.LogConfig;
import org.stoker.records.Compression;
import org.stoker.records.CompressionType;
import org.stoker.records.ProduceRules;
import org.stoker.records.TimestampType;
import org.stoker.replication.ThrottledReplicas;
import org.stoker.replication.TopicRules;
import org.stoker.settings.ConfigValues;
import org.stoker.settings.TopicKeys;

/** Turns a topic's values into the typed rules that partitions obey: strings end here. */
final class TopicRulesReader {
  private TopicRulesReader() {}

  static TopicRules read(ConfigValues values) {
    return new TopicRules(
        logConfig(values),
        produceRules(values),
        values.integer(TopicKeys.MIN_INSYNC_REPLICAS),
        ThrottledReplicas.of(values.list("leader.replication.throttled.replicas")),
        ThrottledReplicas.of(values.list("follower.replication.throttled.replicas")));
  }

  private static LogConfig logConfig(ConfigValues values) {
    List<String> policy = values.list(TopicKeys.CLEANUP_POLICY);
    return new LogConfig(
        new LogConfig.SegmentConfig(
            segmentSizeBytes(values),
            values.longInteger(TopicKeys.SEGMENT_MS),
            values.longInteger(TopicKeys.SEGMENT_JITTER_MS),
            values.integer(TopicKeys.SEGMENT_INDEX_BYTES),
            values.integer(TopicKeys.INDEX_INTERVAL_BYTES)),
        new LogConfig.RetentionConfig(
            values.longInteger(TopicKeys.RETENTION_MS),
            values.longInteger(TopicKeys.RETENTION_BYTES),
            values.longInteger(TopicKeys.FILE_DELETE_DELAY_MS),
            policy.contains("delete"),
            policy.contains("compact")),
        new LogConfig.FlushConfig(
            values.longInteger(TopicKeys.FLUSH_MESSAGES),
            values.longInteger(TopicKeys.FLUSH_MS),
            values.bool(TopicKeys.FLUSH_ACKS)),
        new LogConfig.MessageConfig(
            values.integer(TopicKeys.MAX_MESSAGE_BYTES),
            timestampType(values) == TimestampType.LOG_APPEND_TIME));
  }

  private static int segmentSizeBytes(ConfigValues values) {
    String forTests = TopicKeys.INTERNAL_SEGMENT_BYTES;
    return values.integer(values.isSet(forTests) ? forTests : TopicKeys.SEGMENT_BYTES);
  }

  private static ProduceRules produceRules(ConfigValues values) {
    return new ProduceRules(
        values.integer(TopicKeys.MAX_MESSAGE_BYTES),
        values.integer(TopicKeys.MAX_DECOMPRESSED_MESSAGE_BYTES),
        values.list(TopicKeys.CLEANUP_POLICY).contains("compact"),
        timestampType(values),
        values.longInteger(TopicKeys.MESSAGE_TIMESTAMP_BEFORE_MAX_MS),
        values.longInteger(TopicKeys.MESSAGE_TIMESTAMP_AFTER_MAX_MS),
        compression(values));
  }

  private static TimestampType timestampType(ConfigValues values) {
    return values
            .text(TopicKeys.MESSAGE_TIMESTAMP_TYPE)
            .equals(TimestampType.LOG_APPEND_TIME.configName())
        ? TimestampType.LOG_APPEND_TIME
        : TimestampType.CREATE_TIME;
  }

  private static @Nullable Compression compression(ConfigValues values) {
    return switch (values.text(TopicKeys.COMPRESSION_TYPE)) {
      case "uncompressed" -> Compression.NONE;
      case "gzip" ->
          new Compression(CompressionType.GZIP, values.integer(TopicKeys.COMPRESSION_GZIP_LEVEL));
      case "snappy" -> Compression.of(CompressionType.SNAPPY);
      case "lz4" ->
          new Compression(CompressionType.LZ4, values.integer(TopicKeys.COMPRESSION_LZ4_LEVEL));
      case "zstd" ->
          new Compression(CompressionType.ZSTD, values.integer(TopicKeys.COMPRESSION_ZSTD_LEVEL));
      default -> null;
    };
  }
}
