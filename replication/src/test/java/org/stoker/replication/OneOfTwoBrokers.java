package org.stoker.replication;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.CpuLoad;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.AppendOrigin;
import org.stoker.log.LogConfig;
import org.stoker.log.LogDirectory;
import org.stoker.log.LogDirectoryConfig;
import org.stoker.log.LogDirectoryException;
import org.stoker.log.LogEnvironment;
import org.stoker.log.ProducerMemory;
import org.stoker.log.UsableDirectories;
import org.stoker.metadata.BrokerImage;
import org.stoker.metadata.Endpoint;
import org.stoker.records.BatchBuilder;
import org.stoker.records.Compression;
import org.stoker.records.ProduceRules;
import org.stoker.records.TimestampType;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/**
 * One of two brokers that keep partitions of one topic, on one thread and a disk that is flushed at
 * once. Both brokers live, and nobody changes who is in sync.
 */
final class OneOfTwoBrokers implements AutoCloseable, WriteGate, Partition.Cluster {
  static final Uuid TOPIC = new Uuid(1, 2);
  static final int OTHER = 1;
  static final int SELF = 2;

  /** What holds for each topic. */
  static final TopicRules RULES =
      new TopicRules(
          LogConfig.DEFAULT,
          new ProduceRules(1 << 20, 1 << 20, false, TimestampType.CREATE_TIME, 1, 1, null),
          1,
          ThrottledReplicas.NONE,
          ThrottledReplicas.NONE);

  final SimulatedClock clock;
  final UsableDirectories directories;
  private final LogDirectory directory;
  boolean acceptsWrites = true;
  boolean mayAppend = true;
  // Flush rounds run at once, unless a test takes them.
  Executor flushRounds = Runnable::run;

  OneOfTwoBrokers() throws Exception {
    this(new SimulatedClock());
  }

  private OneOfTwoBrokers(SimulatedClock clock) throws Exception {
    this(clock, new SimulatedDisk(1, clock));
  }

  OneOfTwoBrokers(SimulatedClock clock, SimulatedDisk disk) throws Exception {
    this.clock = clock;
    directories =
        UsableDirectories.lock(
            List.of(Path.of("/logs")),
            path -> lock(path, disk),
            e -> {
              throw new AssertionError(e);
            });
    directory = directories.usable().getFirst();
    directory.identify(SELF, "cluster");
    directory.load(_ -> LogConfig.DEFAULT);
  }

  private LogDirectory lock(Path path, SimulatedDisk disk) throws LogDirectoryException {
    return LogDirectory.lock(
        LogDirectoryConfig.at(path).withReserveBytes(0),
        new LogEnvironment(
            disk,
            clock,
            clock,
            new SplitMixSeed(1),
            Runnable::run,
            name -> new CallerRunsLane(name.toString(), Runnable::run),
            ProducerMemory.ofHeap(1 << 28, clock)),
        new LogDirectory.FlushThreads(
            round -> flushRounds.execute(round), Runnable::run, CpuLoad.LOW, null),
        failure -> {
          throw new AssertionError(failure);
        });
  }

  /** An empty partition with no part yet. */
  Partition partition(int index) throws Exception {
    return partition(new TopicPartition("orders", index), this);
  }

  Partition partition(TopicPartition name, WriteGate gate) throws Exception {
    return new Partition(
        TOPIC,
        directory.create(name, TOPIC, LogConfig.DEFAULT),
        0,
        RULES,
        new Partition.Setting(Runnable::run, clock, gate, this));
  }

  /** One record, to a partition that this broker leads. */
  void append(Partition partition) {
    append(partition, clock.wallMs());
  }

  AppendCommand oneRecord(Consumer<AppendReply> onReply) {
    return oneRecord(false, onReply);
  }

  AppendCommand oneRecord(boolean waitsForAll, Consumer<AppendReply> onReply) {
    return new AppendCommand(batch(clock.wallMs()), AppendOrigin.COORDINATOR, waitsForAll, onReply);
  }

  /** The same, answered when all in sync have it. */
  void appendForAll(Partition partition, Consumer<AppendReply> onReply) {
    partition.append(
        new AppendCommand(batch(clock.wallMs()), AppendOrigin.COORDINATOR, true, onReply));
  }

  private static ByteBuffer batch(long timestamp) {
    var batch = BatchBuilder.of(Compression.NONE);
    batch.append(timestamp, null, "record".getBytes(StandardCharsets.UTF_8));
    return batch.build();
  }

  void append(Partition partition, long timestamp) {
    partition.append(
        new AppendCommand(
            batch(timestamp),
            AppendOrigin.COORDINATOR,
            false,
            reply -> {
              if (!(reply instanceof AppendReply.Accepted)) {
                throw new AssertionError(reply);
              }
            }));
  }

  /** The other broker asks for what comes at this offset. */
  void followerHasUpTo(Partition partition, int leaderEpoch, long end) {
    partition.followerFetched(position(end, leaderEpoch, -1), OTHER, 1);
  }

  static FetchPosition position(long offset, int leaderEpoch, int lastFetchedEpoch) {
    return new FetchPosition(
        TOPIC,
        "orders",
        0,
        offset,
        1 << 20,
        leaderEpoch,
        lastFetchedEpoch,
        0,
        FetchPosition.ANY_HIGH_WATERMARK);
  }

  /** Brokers as the cluster knows them, each with one address. */
  static SortedMap<Integer, BrokerImage> registered(int... ids) {
    var brokers = new TreeMap<Integer, BrokerImage>();
    for (int id : ids) {
      brokers.put(
          id,
          new BrokerImage(
              id,
              id,
              new Uuid(9, id),
              List.of(new Endpoint("PLAINTEXT", "localhost", 9_000 + id, (short) 0)),
              Map.of(),
              null,
              false,
              false,
              List.of()));
    }
    return brokers;
  }

  /** Both in sync. */
  static PartitionState led(int leader, int epoch) {
    return new PartitionState(leader, epoch, epoch, List.of(OTHER, SELF), List.of(OTHER, SELF));
  }

  @Override
  public void close() {
    directory.stop(1).join();
  }

  @Override
  public boolean acceptsWrites() {
    return acceptsWrites;
  }

  @Override
  public boolean mayAppend() {
    return mayAppend;
  }

  @Override
  public int self() {
    return SELF;
  }

  @Override
  public long selfEpoch() {
    return 1;
  }

  @Override
  public boolean mayBeInSync(int broker, long brokerEpoch) {
    return true;
  }

  @Override
  public long mostLagNs() {
    return Long.MAX_VALUE;
  }

  @Override
  public ReplicationThrottle leaderThrottle() {
    return new ReplicationThrottle(clock, () -> Long.MAX_VALUE);
  }

  @Override
  public ReplicationThrottle followerThrottle() {
    return leaderThrottle();
  }

  @Override
  public IsrProposal.Port controller() {
    return (_, _) -> {
      throw new AssertionError("nobody falls behind");
    };
  }
}
