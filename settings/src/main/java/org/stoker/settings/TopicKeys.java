package org.stoker.settings;

import static org.stoker.settings.ConfigKey.bool;
import static org.stoker.settings.ConfigKey.integer;
import static org.stoker.settings.ConfigKey.key;
import static org.stoker.settings.ConfigKey.list;
import static org.stoker.settings.ConfigKey.longInteger;
import static org.stoker.settings.ConfigKey.text;

import java.util.List;

/** The keys that a topic may set for itself; names, defaults and units are Kafka's. */
public final class TopicKeys {
  public static final String CLEANUP_POLICY = "cleanup.policy";
  public static final String COMPRESSION_GZIP_LEVEL = "compression.gzip.level";
  public static final String COMPRESSION_LZ4_LEVEL = "compression.lz4.level";
  public static final String COMPRESSION_TYPE = "compression.type";
  public static final String COMPRESSION_ZSTD_LEVEL = "compression.zstd.level";
  public static final String DELETE_RETENTION_MS = "delete.retention.ms";
  public static final String FILE_DELETE_DELAY_MS = "file.delete.delay.ms";
  public static final String FLUSH_ACKS = "log.flush.acks";
  public static final String FLUSH_MESSAGES = "flush.messages";
  public static final String FLUSH_MS = "flush.ms";
  public static final String INDEX_INTERVAL_BYTES = "index.interval.bytes";
  public static final String MAX_COMPACTION_LAG_MS = "max.compaction.lag.ms";
  public static final String MAX_DECOMPRESSED_MESSAGE_BYTES = "max.decompressed.message.bytes";
  public static final String MAX_MESSAGE_BYTES = "max.message.bytes";
  public static final String MESSAGE_TIMESTAMP_AFTER_MAX_MS = "message.timestamp.after.max.ms";
  public static final String MESSAGE_TIMESTAMP_BEFORE_MAX_MS = "message.timestamp.before.max.ms";
  public static final String MESSAGE_TIMESTAMP_TYPE = "message.timestamp.type";
  public static final String MIN_CLEANABLE_DIRTY_RATIO = "min.cleanable.dirty.ratio";
  public static final String MIN_COMPACTION_LAG_MS = "min.compaction.lag.ms";
  public static final String MIN_INSYNC_REPLICAS = "min.insync.replicas";
  public static final String PREALLOCATE = "preallocate";
  public static final String RETENTION_BYTES = "retention.bytes";
  public static final String RETENTION_MS = "retention.ms";
  public static final String SEGMENT_BYTES = "segment.bytes";
  public static final String SEGMENT_INDEX_BYTES = "segment.index.bytes";
  public static final String SEGMENT_JITTER_MS = "segment.jitter.ms";
  public static final String SEGMENT_MS = "segment.ms";
  public static final String UNCLEAN_LEADER_ELECTION_ENABLE = "unclean.leader.election.enable";

  public static final String INTERNAL_SEGMENT_BYTES = "internal.segment.bytes";
  public static final String REMOTE_STORAGE_ENABLE = "remote.storage.enable";

  private static final String NOT_COMPACTED = "logs are not compacted";
  private static final String NOT_TIERED =
      "there is no tiered storage, all records lie in log.dirs";

  static final String[] COMPRESSION_TYPES = {
    "uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"
  };
  static final long WEEK_MS = 7L * 24 * 60 * 60 * 1000;
  static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  static final List<TopicKey> TOPIC_KEYS =
      List.of(
          TopicKey.like(
              list(CLEANUP_POLICY, "delete", "What becomes of old segments: delete, compact, both.")
                  .oneOf("compact", "delete"),
              "log.cleanup.policy"),
          TopicKey.like(
              integer(COMPRESSION_GZIP_LEVEL, -1, "How hard gzip tries when the broker compresses.")
                  .checked(new Check.BetweenOr(1, 9, -1)),
              COMPRESSION_GZIP_LEVEL),
          TopicKey.like(
              integer(COMPRESSION_LZ4_LEVEL, 9, "How hard lz4 tries when the broker compresses.")
                  .between(1, 17),
              COMPRESSION_LZ4_LEVEL),
          TopicKey.like(
              text(
                      COMPRESSION_TYPE,
                      "producer",
                      "How batches are compressed on disk; producer keeps them as they came.")
                  .oneOf(COMPRESSION_TYPES),
              COMPRESSION_TYPE),
          TopicKey.like(
              integer(COMPRESSION_ZSTD_LEVEL, 3, "How hard zstd tries when the broker compresses.")
                  .between(-131072, 22),
              COMPRESSION_ZSTD_LEVEL),
          TopicKey.like(
              longInteger(
                      DELETE_RETENTION_MS,
                      86_400_000L,
                      "How long a compacted topic keeps the marks of deleted keys.")
                  .atLeast(0)
                  .withoutEffect(NOT_COMPACTED),
              "log.cleaner.delete.retention.ms"),
          TopicKey.like(
              longInteger(
                      FILE_DELETE_DELAY_MS,
                      60_000L,
                      "How long a deleted segment's files stay under another name.")
                  .atLeast(0),
              "log.segment.delete.delay.ms"),
          TopicKey.like(
              bool(
                  FLUSH_ACKS,
                  true,
                  "Whether records are on disk before they are acknowledged (acks=all) and visible."
                      + " False gives Kafka's behaviour: the page cache is enough."),
              FLUSH_ACKS),
          TopicKey.like(
              longInteger(
                      FLUSH_MESSAGES,
                      Long.MAX_VALUE,
                      "After how many records the log is synced, if acks do not wait for the disk.")
                  .atLeast(1),
              "log.flush.interval.messages"),
          TopicKey.like(
              longInteger(
                      FLUSH_MS,
                      Long.MAX_VALUE,
                      "After how long the log is synced, if acks do not wait for the disk.")
                  .atLeast(0),
              "log.flush.interval.ms",
              "log.flush.scheduler.interval.ms"),
          TopicKey.alone(
              list(
                      "follower.replication.throttled.replicas",
                      "",
                      "Replicas whose copying is throttled where they follow.")
                  .checked(new Check.ThrottledReplicas())),
          TopicKey.like(
              integer(INDEX_INTERVAL_BYTES, 4096, "How many bytes lie between index entries.")
                  .atLeast(0),
              "log.index.interval.bytes"),
          TopicKey.alone(
              list(
                      "leader.replication.throttled.replicas",
                      "",
                      "Replicas whose copying is throttled where they lead.")
                  .checked(new Check.ThrottledReplicas())),
          TopicKey.like(
              longInteger(
                      MAX_COMPACTION_LAG_MS,
                      Long.MAX_VALUE,
                      "How long a record may stay uncompacted at the most.")
                  .atLeast(1)
                  .withoutEffect(NOT_COMPACTED),
              "log.cleaner.max.compaction.lag.ms"),
          TopicKey.like(
              integer(
                      MAX_DECOMPRESSED_MESSAGE_BYTES,
                      LARGEST_ARRAY,
                      "The largest size that a compressed batch may expand to.")
                  .between(1, LARGEST_ARRAY),
              MAX_DECOMPRESSED_MESSAGE_BYTES),
          TopicKey.like(
              integer(MAX_MESSAGE_BYTES, 1_048_588, "The largest batch that is taken.").atLeast(0),
              "message.max.bytes"),
          TopicKey.like(
              longInteger(
                      MESSAGE_TIMESTAMP_AFTER_MAX_MS,
                      3_600_000L,
                      "How far ahead of the broker's clock a producer's timestamp may be.")
                  .atLeast(0),
              "log.message.timestamp.after.max.ms"),
          TopicKey.like(
              longInteger(
                      MESSAGE_TIMESTAMP_BEFORE_MAX_MS,
                      Long.MAX_VALUE,
                      "How far behind the broker's clock a producer's timestamp may be.")
                  .atLeast(0),
              "log.message.timestamp.before.max.ms"),
          TopicKey.like(
              text(
                      MESSAGE_TIMESTAMP_TYPE,
                      "CreateTime",
                      "Whether records keep the producer's time or get the broker's.")
                  .oneOf("CreateTime", "LogAppendTime"),
              "log.message.timestamp.type"),
          TopicKey.like(
              key(
                      MIN_CLEANABLE_DIRTY_RATIO,
                      ConfigType.DOUBLE,
                      "0.5",
                      "How dirty a compacted log gets before it is cleaned.")
                  .between(0, 1)
                  .withoutEffect(NOT_COMPACTED),
              "log.cleaner.min.cleanable.ratio"),
          TopicKey.like(
              longInteger(
                      MIN_COMPACTION_LAG_MS,
                      0L,
                      "How long a record stays uncompacted at the least.")
                  .atLeast(0)
                  .withoutEffect(NOT_COMPACTED),
              "log.cleaner.min.compaction.lag.ms"),
          TopicKey.like(
              integer(
                      MIN_INSYNC_REPLICAS,
                      1,
                      "How many replicas must have a record before acks=all is answered.")
                  .atLeast(1),
              MIN_INSYNC_REPLICAS),
          TopicKey.like(
              bool(PREALLOCATE, false, "Whether a new segment's file is made at its full size."),
              "log.preallocate"),
          TopicKey.like(
              longInteger(
                  RETENTION_BYTES, -1L, "How large a partition grows before old segments go."),
              "log.retention.bytes"),
          TopicKey.likeMsMinutesHours(
              longInteger(RETENTION_MS, WEEK_MS, "How long records are kept; -1 is for ever.")
                  .atLeast(-1),
              "log.retention.ms",
              "log.retention.minutes",
              "log.retention.hours"),
          TopicKey.like(
              integer(SEGMENT_BYTES, 1_073_741_824, "How large a segment's file grows.")
                  .atLeast(1_048_576),
              "log.segment.bytes"),
          TopicKey.like(
              integer(SEGMENT_INDEX_BYTES, 10_485_760, "How large a segment's index grows.")
                  .atLeast(4),
              "log.index.size.max.bytes"),
          TopicKey.likeMsHours(
              longInteger(
                      SEGMENT_JITTER_MS,
                      0L,
                      "The most that is taken at random from segment.ms, so that not all roll at"
                          + " once.")
                  .atLeast(0),
              "log.roll.jitter.ms",
              "log.roll.jitter.hours"),
          TopicKey.likeMsHours(
              longInteger(SEGMENT_MS, WEEK_MS, "After how long a segment is closed, full or not.")
                  .atLeast(1),
              "log.roll.ms",
              "log.roll.hours"),
          TopicKey.alone(
              bool(
                      "errors.deadletterqueue.group.enable",
                      false,
                      "Whether share groups may put records that they give up into this topic.")
                  .withoutEffect("there are no share groups")),
          TopicKey.alone(
              key(
                      INTERNAL_SEGMENT_BYTES,
                      ConfigType.INT,
                      null,
                      "How large a segment's file grows, for tests: below the least that"
                          + " segment.bytes allows.")
                  .atLeast(14)
                  .unlisted()),
          TopicKey.like(
              longInteger(
                      "local.retention.bytes",
                      -2L,
                      "How large the part of a partition on local disks grows; -2 takes"
                          + " retention.bytes.")
                  .atLeast(-2)
                  .withoutEffect(NOT_TIERED),
              "log.local.retention.bytes"),
          TopicKey.like(
              longInteger(
                      "local.retention.ms",
                      -2L,
                      "How long records stay on local disks; -2 takes retention.ms.")
                  .atLeast(-2)
                  .withoutEffect(NOT_TIERED),
              "log.local.retention.ms"),
          TopicKey.like(
              longInteger(
                      "remote.copy.lag.bytes",
                      -1L,
                      "How many bytes behind the log's end a segment must lie before it is"
                          + " uploaded.")
                  .atLeast(-1)
                  .withoutEffect(NOT_TIERED),
              "log.remote.copy.lag.bytes"),
          TopicKey.like(
              longInteger(
                      "remote.copy.lag.ms", 0L, "How old a segment must be before it is uploaded.")
                  .atLeast(-1)
                  .withoutEffect(NOT_TIERED),
              "log.remote.copy.lag.ms"),
          TopicKey.alone(
              bool(
                      "remote.log.copy.disable",
                      false,
                      "Whether segments of a tiered topic are uploaded no more.")
                  .withoutEffect(NOT_TIERED)),
          TopicKey.alone(
              bool(
                      "remote.log.delete.on.disable",
                      false,
                      "Whether remote segments are deleted when the topic is tiered no more.")
                  .withoutEffect(NOT_TIERED)),
          TopicKey.alone(
              bool(
                      REMOTE_STORAGE_ENABLE,
                      false,
                      "Whether old segments are kept in remote storage; true is refused.")
                  .withoutEffect(NOT_TIERED)),
          TopicKey.like(
              bool(
                  UNCLEAN_LEADER_ELECTION_ENABLE,
                  false,
                  "Whether a replica that lacks records may lead when no other is left."),
              UNCLEAN_LEADER_ELECTION_ENABLE));

  /** The same keys without their synonyms. */
  public static final ConfigKeys ALL =
      new ConfigKeys(TOPIC_KEYS.stream().map(TopicKey::key).toList());

  private TopicKeys() {}

  /** In the order in which they are declared. */
  public static List<TopicKey> topicKeys() {
    return TOPIC_KEYS;
  }
}
