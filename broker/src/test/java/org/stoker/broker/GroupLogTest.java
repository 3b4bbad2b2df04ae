package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.CpuLoad;
import org.stoker.base.SharedMap;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.coordinator.group.GroupCoordinator;
import org.stoker.coordinator.runtime.ShardLog.Appended;
import org.stoker.log.LogConfig;
import org.stoker.log.LogDirectory;
import org.stoker.log.LogDirectoryConfig;
import org.stoker.log.LogEnvironment;
import org.stoker.log.ProducerMemory;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.TopicImage;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.BatchBuilder;
import org.stoker.records.ProduceRules;
import org.stoker.records.TimestampType;
import org.stoker.replication.IsrProposal;
import org.stoker.replication.Partition;
import org.stoker.replication.PartitionState;
import org.stoker.replication.Partitions;
import org.stoker.replication.ReplicationThrottle;
import org.stoker.replication.ThrottledReplicas;
import org.stoker.replication.TopicRules;
import org.stoker.replication.WriteGate;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

final class GroupLogTest {
  private static final Uuid TOPIC = new Uuid(1, 2);
  private static final int SELF = 1;

  private final SimulatedClock clock = new SimulatedClock();
  private final LogDirectory directory;
  private final Partition partition;
  private final GroupLog log;
  private final List<Appended> outcomes = new ArrayList<>();

  GroupLogTest() throws Exception {
    directory = directory(clock);
    directory.identify(SELF, "cluster");
    directory.load(_ -> LogConfig.DEFAULT);
    String topic = GroupCoordinator.TOPIC.name();
    partition =
        new Partition(
            TOPIC,
            directory.create(new TopicPartition(topic, 0), TOPIC, LogConfig.DEFAULT),
            0,
            new TopicRules(
                LogConfig.DEFAULT,
                new ProduceRules(1 << 20, 1 << 20, false, TimestampType.CREATE_TIME, 1, 1, null),
                1,
                ThrottledReplicas.NONE,
                ThrottledReplicas.NONE),
            new Partition.Setting(Runnable::run, clock, new OpenGate(), new Alone(clock)));
    var partitions = new Partitions();
    partitions.add(partition);
    ClusterImage image = imageWith(new TopicImage(topic, TOPIC, List.of()));
    log = new GroupLog(() -> image, partitions, Runnable::run, Runnable::run, 1 << 20);
  }

  @AfterEach
  void stop() {
    directory.stop(1).join();
  }

  @Test
  void anAppendThatWasDecidedInAnEarlierEpochIsNotInTheLog() {
    lead(5);
    lead(7);

    log.append(0, 5, batch(), outcomes::add);

    assertThat(outcomes)
        .singleElement()
        .extracting(Appended::error)
        .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    assertThat(partition.log().logEndOffset()).isZero();
  }

  @Test
  void anAppendOfTheEpochInWhichThePartitionIsLedIsInTheLog() {
    lead(7);

    log.append(0, 7, batch(), outcomes::add);

    assertThat(outcomes).containsExactly(new Appended(ErrorCode.NONE, 0));
    assertThat(partition.log().logEndOffset()).isEqualTo(1);
  }

  private void lead(int leaderEpoch) {
    partition.lead(
        new PartitionState(SELF, leaderEpoch, leaderEpoch, List.of(SELF), List.of(SELF)));
  }

  private static ByteBuffer batch() {
    return BatchBuilder.uncompressed()
        .append(1L, null, "record".getBytes(StandardCharsets.UTF_8))
        .build();
  }

  private static ClusterImage imageWith(TopicImage topic) {
    ClusterImage empty = ClusterImage.empty("cluster");
    SharedMap.Draft<String, TopicImage> byName = empty.topicsByName().draft();
    byName.put(topic.name(), topic);
    SharedMap.Draft<Uuid, TopicImage> byId = empty.topicsById().draft();
    byId.put(topic.id(), topic);
    return new ClusterImage(
        "cluster",
        1,
        1,
        1,
        empty.brokers(),
        byName.finish(),
        byId.finish(),
        empty.configs(),
        empty.features(),
        empty.lastProducerIds());
  }

  private static LogDirectory directory(SimulatedClock clock) throws Exception {
    return LogDirectory.lock(
        LogDirectoryConfig.at(Path.of("/logs")).withReserveBytes(0),
        new LogEnvironment(
            new SimulatedDisk(1, clock),
            clock,
            clock,
            new SplitMixSeed(1),
            Runnable::run,
            name -> new CallerRunsLane(name.toString(), Runnable::run),
            ProducerMemory.ofHeap(1 << 28, clock)),
        new LogDirectory.FlushThreads(Runnable::run, Runnable::run, CpuLoad.LOW, null),
        failure -> {
          throw new AssertionError(failure);
        });
  }

  private static final class OpenGate implements WriteGate {
    @Override
    public boolean acceptsWrites() {
      return true;
    }

    @Override
    public boolean mayAppend() {
      return true;
    }
  }

  /** A cluster of one broker. */
  private record Alone(SimulatedClock clock) implements Partition.Cluster {
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
}
