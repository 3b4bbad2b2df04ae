package org.stoker.settings;

import static org.stoker.settings.ConfigKey.bool;
import static org.stoker.settings.ConfigKey.integer;
import static org.stoker.settings.ConfigKey.key;
import static org.stoker.settings.ConfigKey.list;
import static org.stoker.settings.ConfigKey.longInteger;
import static org.stoker.settings.ConfigKey.text;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The keys of a broker; names, defaults and units are Kafka's, but for those that only Stoker has.
 */
public final class BrokerKeys {
  private static final String NOT_COMPACTED = "logs are not compacted";

  /** Who this broker is, and where it listens. */
  private static final List<ConfigKey> IDENTITY =
      List.of(
          integer(
              "broker.id",
              -1,
              "The broker's number; -1 takes node.id, or the number kept in meta.properties."),
          key("node.id", ConfigType.INT, null, "The same as broker.id, as newer files name it.")
              .atLeast(-1),
          text("broker.rack", null, "Where the broker stands, for placing replicas apart."),
          list(
                  "listeners",
                  "PLAINTEXT://:9092",
                  "Where the broker listens: name://host:port, with commas between them.")
              .nonEmpty(),
          list(
                  "advertised.listeners",
                  null,
                  "Where clients are told to connect, if that is not where the broker listens.")
              .nonEmpty(),
          text(
              "listener.security.protocol.map",
              "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
              "Which security protocol each listener name speaks."),
          text(
              "inter.broker.listener.name",
              null,
              "The listener over which brokers talk to each other."),
          text(
                  "security.inter.broker.protocol",
                  "PLAINTEXT",
                  "The security protocol between brokers, if no listener is named for it.")
              .oneOf("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"),
          list("log.dir", "/tmp/kafka-logs", "Where partitions are kept, if log.dirs is not set.")
              .nonEmpty(),
          list("log.dirs", null, "Where partitions are kept: directories with commas between them.")
              .nonEmpty());

  /** ZooKeeper. */
  private static final List<ConfigKey> COORDINATION =
      List.of(
          text(
              "zookeeper.connect",
              null,
              "The ensemble, host:port with commas between them, and a path below which everything"
                  + " lies. Without it ZooKeeper runs inside the broker."),
          key(
              "zookeeper.connection.timeout.ms",
              ConfigType.INT,
              null,
              "How long the broker waits for ZooKeeper when it starts; without it the session"
                  + " time-out counts."),
          integer(
                  "zookeeper.session.timeout.ms",
                  18000,
                  "After how much silence ZooKeeper gives the broker's session up.")
              .atLeast(1),
          integer(
                  "zookeeper.embedded.port",
                  0,
                  "The port of the ZooKeeper inside the broker; 0 takes a free one.")
              .between(0, 65535),
          list(
              "zookeeper.embedded.quorum",
              null,
              "The brokers whose ZooKeepers vote, host[:peerPort[:electionPort[:clientPort]]] with"
                  + " commas between them; the ports are 2888, 3888 and 2181 unless they are named."
                  + " The first three, of five or more the first five."),
          key(
              "zookeeper.embedded.id",
              ConfigType.INT,
              null,
              "Which place in zookeeper.embedded.quorum is this broker's, from 1; 0 for none of"
                  + " them. Without it the one that is an address of this machine."),
          text(
              "zookeeper.embedded.dir",
              null,
              "Where the ZooKeeper inside the broker keeps its data; without it beside the first of"
                  + " log.dirs, under its name with -zookeeper behind."));

  /** Sockets and requests. */
  private static final List<ConfigKey> NETWORK =
      List.of(
          integer("num.network.threads", 3, "How many threads serve the sockets.")
              .atLeast(1)
              .dynamic(),
          integer(
                  "num.io.threads",
                  8,
                  "How many threads do what must not be done on those: checking big compressed"
                      + " batches, reading cold data.")
              .atLeast(1)
              .dynamic(),
          integer("background.threads", 10, "How many threads do the housekeeping.")
              .atLeast(1)
              .dynamic(),
          integer(
              "socket.send.buffer.bytes",
              102400,
              "The kernel's send buffer of a connection; -1 leaves it to the system."),
          integer(
              "socket.receive.buffer.bytes",
              102400,
              "The kernel's receive buffer of a connection; -1 leaves it to the system."),
          integer("socket.listen.backlog.size", 50, "How many connections may wait to be accepted.")
              .atLeast(1),
          integer(
                  "socket.request.max.bytes",
                  104857600,
                  "The largest request; a connection that sends a larger one is closed.")
              .atLeast(1),
          longInteger(
              "queued.max.request.bytes",
              -1L,
              "How many bytes of requests are held at once; -1 takes a quarter of the memory for"
                  + " buffers."),
          integer("max.connections", Integer.MAX_VALUE, "How many connections a broker holds.")
              .atLeast(0)
              .dynamic(),
          integer(
                  "max.connections.per.ip",
                  2147483647,
                  "How many connections it holds from one address.")
              .atLeast(0)
              .dynamic(),
          text(
                  "max.connections.per.ip.overrides",
                  "",
                  "Other limits for some addresses: host:count with commas between them.")
              .dynamic(),
          integer(
                  "max.connection.creation.rate",
                  Integer.MAX_VALUE,
                  "How many connections are accepted in a second; more wait.")
              .atLeast(0)
              .dynamic(),
          longInteger(
              "connections.max.idle.ms",
              600000L,
              "After how long a connection without traffic is closed."),
          integer("request.timeout.ms", 30000, "How long a request to the controller may take."),
          integer("fetch.max.bytes", 57671680, "The most that one fetch response holds.")
              .atLeast(1024),
          integer(
                  "max.incremental.fetch.session.cache.slots",
                  1000,
                  "How many fetch sessions are remembered.")
              .atLeast(0),
          integer(
                  "max.request.partition.size.limit",
                  2000,
                  "The most partitions that one DescribeTopicPartitions response holds.")
              .atLeast(1));

  /** Topics, and what they inherit. */
  private static final List<ConfigKey> TOPICS =
      List.of(
          integer("num.partitions", 1, "How many partitions a topic gets if nobody says.")
              .atLeast(1),
          integer(
              "default.replication.factor",
              1,
              "How many replicas a partition gets if nobody says."),
          bool(
              "auto.create.topics.enable",
              true,
              "Whether a topic is made when a client asks for one that does not exist."),
          bool("delete.topic.enable", true, "Whether topics can be deleted."),
          integer("message.max.bytes", 1048588, "The largest batch that is taken.")
              .atLeast(0)
              .dynamic(),
          integer(
                  "max.decompressed.message.bytes",
                  2147483639,
                  "The largest size that a compressed batch may expand to.")
              .between(1, 2147483639)
              .dynamic(),
          integer(
                  "min.insync.replicas",
                  1,
                  "How many replicas must have a record before acks=all is answered.")
              .atLeast(1)
              .dynamic(),
          bool(
                  "unclean.leader.election.enable",
                  false,
                  "Whether a replica that lacks records may lead when no other is left.")
              .dynamic(),
          text(
                  "compression.type",
                  "producer",
                  "How batches are compressed on disk; producer keeps them as they came.")
              .oneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer")
              .dynamic(),
          integer("compression.gzip.level", -1, "How hard gzip tries when the broker compresses.")
              .checked(new Check.BetweenOr(1, 9, -1))
              .dynamic(),
          integer("compression.lz4.level", 9, "How hard lz4 tries when the broker compresses.")
              .between(1, 17)
              .dynamic(),
          integer("compression.zstd.level", 3, "How hard zstd tries when the broker compresses.")
              .between(-131072, 22)
              .dynamic());

  /** The log. */
  private static final List<ConfigKey> LOG =
      List.of(
          integer("log.segment.bytes", 1073741824, "How large a segment's file grows.")
              .atLeast(1048576)
              .dynamic(),
          key(
                  "log.roll.ms",
                  ConfigType.LONG,
                  null,
                  "After how long a segment is closed, full or not.")
              .dynamic(),
          integer("log.roll.hours", 168, "The same in hours.").atLeast(1),
          key(
                  "log.roll.jitter.ms",
                  ConfigType.LONG,
                  null,
                  "The most that is taken at random from it, so that not all roll at once.")
              .dynamic(),
          integer("log.roll.jitter.hours", 0, "The same in hours.").atLeast(0),
          key(
                  "log.retention.ms",
                  ConfigType.LONG,
                  null,
                  "How long records are kept; -1 is for ever.")
              .dynamic(),
          key("log.retention.minutes", ConfigType.INT, null, "The same in minutes."),
          integer("log.retention.hours", 168, "The same in hours."),
          longInteger(
                  "log.retention.bytes", -1L, "How large a partition grows before old segments go.")
              .dynamic(),
          longInteger(
                  "log.retention.check.interval.ms",
                  300000L,
                  "How often it is looked for segments that may go.")
              .atLeast(1),
          list(
                  "log.cleanup.policy",
                  "delete",
                  "What becomes of old segments: delete, compact, both.")
              .oneOf("compact", "delete")
              .dynamic(),
          longInteger(
                  "log.cleaner.delete.retention.ms",
                  86400000L,
                  "How long a compacted topic keeps the marks of deleted keys.")
              .atLeast(0)
              .dynamic()
              .withoutEffect(NOT_COMPACTED),
          longInteger(
                  "log.cleaner.max.compaction.lag.ms",
                  Long.MAX_VALUE,
                  "How long a record may stay uncompacted at the most.")
              .atLeast(1)
              .dynamic()
              .withoutEffect(NOT_COMPACTED),
          longInteger(
                  "log.cleaner.min.compaction.lag.ms",
                  0L,
                  "How long a record stays uncompacted at the least.")
              .atLeast(0)
              .dynamic()
              .withoutEffect(NOT_COMPACTED),
          key(
                  "log.cleaner.min.cleanable.ratio",
                  ConfigType.DOUBLE,
                  "0.5",
                  "How dirty a compacted log gets before it is cleaned.")
              .between(0, 1)
              .dynamic()
              .withoutEffect(NOT_COMPACTED),
          integer("log.index.size.max.bytes", 10485760, "How large a segment's index grows.")
              .atLeast(4)
              .dynamic(),
          integer("log.index.interval.bytes", 4096, "How many bytes lie between index entries.")
              .atLeast(0)
              .dynamic(),
          longInteger(
                  "log.segment.delete.delay.ms",
                  60000L,
                  "How long a deleted segment's files stay under another name.")
              .atLeast(0)
              .dynamic(),
          bool(
                  "log.flush.acks",
                  true,
                  "Whether records are on disk before they are acknowledged (acks=all) and visible."
                      + " False gives Kafka's behaviour: the page cache is enough.")
              .dynamic(),
          longInteger(
                  "log.flush.interval.messages",
                  Long.MAX_VALUE,
                  "After how many records the log is synced, if acks do not wait for the disk.")
              .atLeast(1)
              .dynamic(),
          key(
                  "log.flush.interval.ms",
                  ConfigType.LONG,
                  null,
                  "After how long the log is synced, if acks do not wait for the disk.")
              .dynamic(),
          longInteger(
              "log.flush.scheduler.interval.ms",
              Long.MAX_VALUE,
              "How often it is looked for logs to sync by time."),
          integer(
                  "log.flush.offset.checkpoint.interval.ms",
                  60000,
                  "How often it is written down up to where logs need no recovery.")
              .atLeast(0),
          integer(
                  "log.flush.start.offset.checkpoint.interval.ms",
                  60000,
                  "How often it is written down where logs begin.")
              .atLeast(0)
              .withoutEffect("they are written down when they move"),
          bool("log.preallocate", false, "Whether a new segment's file is made at its full size.")
              .dynamic(),
          text(
                  "log.message.timestamp.type",
                  "CreateTime",
                  "Whether records keep the producer's time or get the broker's.")
              .oneOf("CreateTime", "LogAppendTime")
              .dynamic(),
          longInteger(
                  "log.message.timestamp.before.max.ms",
                  Long.MAX_VALUE,
                  "How far behind the broker's clock a producer's timestamp may be.")
              .atLeast(0)
              .dynamic(),
          longInteger(
                  "log.message.timestamp.after.max.ms",
                  3600000L,
                  "How far ahead of the broker's clock a producer's timestamp may be.")
              .atLeast(0)
              .dynamic(),
          longInteger(
                  "log.dir.reserve.bytes",
                  67108864L,
                  "Producing is refused while a log directory's file system has less room than"
                      + " this, so that offsets, checkpoints and ZooKeeper can still be written.")
              .atLeast(0),
          longInteger(
                  "log.initial.task.delay.ms",
                  30000L,
                  "How long after the start retention, checkpoints and scrubs begin.")
              .atLeast(0)
              .unlisted(),
          longInteger(
                  "log.scrub.interval.ms",
                  604800000L,
                  "How long after the beginning of one pass the next one begins that reads all"
                      + " segments and compares them with their checksums; 0 for never.")
              .atLeast(0),
          longInteger(
                  "log.scrub.bytes.per.second",
                  8388608L,
                  "How fast a scrub reads a log directory. What it finds damaged is fetched from"
                      + " another replica; 0 for no scrub at all.")
              .atLeast(0),
          integer(
                  "num.recovery.threads.per.data.dir",
                  2,
                  "How many threads check a directory's logs after a crash.")
              .atLeast(1)
              .dynamic(),
          longInteger(
              "replica.high.watermark.checkpoint.interval.ms",
              5000L,
              "How often it is written down up to where records are committed."),
          integer(
                  "producer.id.expiration.ms",
                  86400000,
                  "After how long an idle producer is forgotten.")
              .atLeast(1)
              .dynamic(),
          integer(
                  "producer.id.expiration.check.interval.ms",
                  600000,
                  "How often it is looked for idle producers.")
              .atLeast(1)
              .unlisted());

  /** Kafka's name for: consumers read from replicas in their own rack. */
  public static final String RACK_AWARE_SELECTOR =
      "org.apache.kafka.common.replica.RackAwareReplicaSelector";

  private static final String LEADER_SELECTOR = "org.apache.kafka.common.replica.LeaderSelector";

  /** Copies of partitions on several brokers, and the brokers' life together. */
  private static final List<ConfigKey> REPLICATION =
      List.of(
          integer(
                  "broker.heartbeat.interval.ms",
                  500,
                  "How often a broker tells the controller that it is alive.")
              .atLeast(1),
          integer(
                  "broker.session.timeout.ms",
                  2500,
                  "After how much silence the controller lets others lead what a broker leads."
                      + " A process that dies is seen at once.")
              .atLeast(1),
          bool(
              "auto.leader.rebalance.enable",
              true,
              "Whether preferred leaders lead again by themselves."),
          longInteger(
                  "leader.imbalance.check.interval.seconds",
                  300L,
                  "How often the controller looks whether leaders should go home.")
              .atLeast(1),
          integer(
              "leader.imbalance.per.broker.percentage",
              10,
              "How many of the partitions that a broker should lead others may lead."),
          bool(
              "controlled.shutdown.enable",
              true,
              "Whether a broker lets others lead before it stops."),
          key(
                  "leader.replication.throttled.rate",
                  ConfigType.LONG,
                  null,
                  "How many bytes a second a leader gives to the followers of"
                      + " leader.replication.throttled.replicas.")
              .atLeast(0)
              .dynamic()
              .unlisted(),
          key(
                  "follower.replication.throttled.rate",
                  ConfigType.LONG,
                  null,
                  "How many bytes a second a broker copies of"
                      + " follower.replication.throttled.replicas.")
              .atLeast(0)
              .dynamic()
              .unlisted(),
          key(
                  "replica.alter.log.dirs.io.max.bytes.per.second",
                  ConfigType.LONG,
                  null,
                  "How many bytes a second move from one log directory to another.")
              .atLeast(0)
              .dynamic()
              .unlisted()
              .withoutEffect("nothing moves between log directories"),
          integer("num.replica.fetchers", 1, "How many fetchers copy from one other broker.")
              .atLeast(1)
              .dynamic(),
          integer(
                  "replica.fetch.max.bytes",
                  1048576,
                  "How much a follower asks for of one partition.")
              .atLeast(0),
          integer(
                  "replica.fetch.response.max.bytes",
                  10485760,
                  "How much a follower asks for at once.")
              .atLeast(0),
          integer(
              "replica.fetch.min.bytes",
              1,
              "How much there should be before a follower is answered."),
          integer("replica.fetch.wait.max.ms", 500, "How long a follower's fetch may wait for it."),
          integer(
                  "replica.fetch.backoff.ms",
                  1000,
                  "The longest that a follower rests after its leader gave it nothing; it begins"
                      + " with 10 ms.")
              .atLeast(0),
          longInteger(
              "replica.lag.time.max.ms",
              30000L,
              "After how long a follower that has not caught up is not in sync any more."),
          text(
                  "replica.selector.class",
                  null,
                  "Which replica a consumer reads from: the leader, or one in its own rack"
                      + " (KIP-392).")
              .oneOf(RACK_AWARE_SELECTOR, LEADER_SELECTOR),
          longInteger(
              "socket.connection.setup.timeout.ms",
              10000L,
              "How long a connection to another broker may take to be made."));

  /** Consumer groups and their offsets. */
  private static final List<ConfigKey> GROUPS =
      List.of(
          integer(
              "group.min.session.timeout.ms",
              6000,
              "The shortest session time-out a member may ask for."),
          integer(
              "group.max.session.timeout.ms",
              1800000,
              "The longest session time-out a member may ask for."),
          integer(
              "group.initial.rebalance.delay.ms",
              3000,
              "How long a new group waits for more members before its first rebalance."),
          integer("group.max.size", 2147483647, "How many members a group may have.").atLeast(1),
          integer(
              "offset.metadata.max.bytes",
              4096,
              "The longest text that may be committed with an offset."),
          integer(
                  "offsets.retention.minutes",
                  10080,
                  "How long the offsets of a group without members are kept.")
              .atLeast(1),
          longInteger(
                  "offsets.retention.check.interval.ms",
                  600000L,
                  "How often it is looked for offsets that may go.")
              .atLeast(1),
          integer("offsets.commit.timeout.ms", 5000, "How long a commit may take.").atLeast(1),
          integer(
                  "offsets.load.buffer.size",
                  5242880,
                  "How many bytes are read at once when groups are loaded.")
              .atLeast(1),
          integer(
                  "offsets.topic.compression.codec",
                  0,
                  "How the records of groups are compressed: 0 not, 1 gzip, 2 snappy, 3 lz4, 4"
                      + " zstd.")
              .between(0, 4),
          integer(
                  "offsets.topic.num.partitions",
                  50,
                  "How many partitions the topic of offsets gets.")
              .atLeast(1),
          key(
                  "offsets.topic.replication.factor",
                  ConfigType.SHORT,
                  "3",
                  "How many replicas the topic of offsets gets.")
              .atLeast(1),
          integer(
                  "offsets.topic.segment.bytes",
                  104857600,
                  "How large a segment of the topic of offsets grows.")
              .atLeast(1));

  /** Keys that do what they say, and Kafka's others, which are known and do nothing here. */
  public static final ConfigKeys ALL =
      new ConfigKeys(
          Stream.of(
                  IDENTITY,
                  COORDINATION,
                  NETWORK,
                  TOPICS,
                  LOG,
                  REPLICATION,
                  GROUPS,
                  KeyTable.read("broker-keys-without-effect.txt"))
              .flatMap(List::stream)
              .toList());

  /** Keys that only earlier versions of Kafka had. */
  static final Set<String> OF_EARLIER_VERSIONS =
      Set.copyOf(KeyTable.lines("keys-of-earlier-versions.txt"));

  private BrokerKeys() {}

  /** What is known of a name: as declared, as of one listener, or nothing. */
  static ConfigKey find(String name) {
    ConfigKey declared = ALL.find(name);
    if (declared != null) {
      return declared;
    }
    String base = ListenerKeys.baseName(name);
    ConfigKey ofAllListeners = base == null ? null : ALL.find(base);
    return ofAllListeners == null ? ConfigKey.undeclared(name) : ofAllListeners.named(name);
  }
}
