package org.stoker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.AppendOrigin;
import org.stoker.log.LogConfig;
import org.stoker.log.LogDirectory;
import org.stoker.log.LogDirectoryConfig;
import org.stoker.log.LogEnvironment;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.BatchBuilder;
import org.stoker.records.Compression;
import org.stoker.records.ProduceRules;
import org.stoker.records.TimestampType;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

/** What waits until it is committed. */
final class PartitionTest {
  private static final int SELF = 1;
  private static final int FOLLOWER = 2;
  private static final int EPOCH = 5;
  private static final Uuid TOPIC = new Uuid(1, 2);

  private final SimulatedClock clock = new SimulatedClock();
  private final List<AppendReply> replies = new ArrayList<>();
  private final LogDirectory directory = directory();
  private final Partition partition = partition();

  @BeforeEach
  void lead() {
    partition.lead(state(SELF, EPOCH));
  }

  @AfterEach
  void stop() {
    directory.stop(1).join();
  }

  @Test
  void whatIsInTheLogIsCommittedWhenTheOthersHaveIt() {
    append();
    partition.whenCommitted(replies::add);
    assertThat(replies).isEmpty();

    followerHasUpTo(1);

    assertThat(replies).singleElement().isInstanceOf(AppendReply.Accepted.class);
  }

  @Test
  void whatIsCommittedAlreadyIsNotWaitedFor() {
    append();
    followerHasUpTo(1);

    partition.whenCommitted(replies::add);

    assertThat(replies).singleElement().isInstanceOf(AppendReply.Accepted.class);
  }

  @Test
  void whoDoesNotLeadAnyLongerWillNotLearnOfIt() {
    append();
    partition.whenCommitted(replies::add);

    partition.follow(state(FOLLOWER, EPOCH + 1));
    partition.whenCommitted(replies::add);

    assertThat(replies)
        .hasSize(2)
        .allMatch(reply ->
            reply instanceof AppendReply.Refused(var error, var _)
                && error == ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }

  private void append() {
    var batch = BatchBuilder.of(Compression.NONE);
    batch.append(clock.wallMs(), null, "record".getBytes(StandardCharsets.UTF_8));
    partition.append(
        new AppendCommand(
            batch.build(),
            AppendOrigin.COORDINATOR,
            false,
            reply -> {
              assertThat(reply).isInstanceOf(AppendReply.Accepted.class);
            }));
  }

  private void followerHasUpTo(long end) {
    partition.followerAsked(
        new FetchPosition(
            TOPIC, "orders", 0, end, 1 << 20, EPOCH, -1, 0, FetchPosition.ANY_HIGH_WATERMARK),
        FOLLOWER,
        1);
  }

  private static PartitionState state(int leader, int epoch) {
    return new PartitionState(
        leader, epoch, epoch, List.of(SELF, FOLLOWER), List.of(SELF, FOLLOWER));
  }

  private Partition partition() {
    try {
      return new Partition(
          TOPIC,
          directory.create(new TopicPartition("orders", 0), TOPIC, LogConfig.DEFAULT),
          0,
          new TopicRules(
              LogConfig.DEFAULT,
              new ProduceRules(1 << 20, 1 << 20, false, TimestampType.CREATE_TIME, 1, 1, null),
              1,
              ThrottledReplicas.NONE,
              ThrottledReplicas.NONE),
          new Partition.Setting(Runnable::run, clock, new OpenGate(), new Both(clock)));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private LogDirectory directory() {
    try {
      LogDirectory made =
          LogDirectory.lock(
              LogDirectoryConfig.at(Path.of("/logs")).withReserveBytes(0),
              new LogEnvironment(
                  new SimulatedDisk(1, clock),
                  clock,
                  clock,
                  new SplitMixSeed(1),
                  Runnable::run,
                  name -> new CallerRunsLane(name.toString(), Runnable::run)),
              new LogDirectory.FlushThreads(Runnable::run, Runnable::run, null),
              failure -> {
                throw new AssertionError(failure);
              });
      made.identify(SELF, "cluster");
      made.load(_ -> LogConfig.DEFAULT);
      return made;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private record OpenGate() implements WriteGate {
    @Override
    public boolean acceptsWrites() {
      return true;
    }

    @Override
    public boolean mayAppend() {
      return true;
    }
  }

  /** Both brokers live, and nobody changes who is in sync. */
  private record Both(SimulatedClock clock) implements Partition.Cluster {
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
        throw new AssertionError("nothing is proposed");
      };
    }
  }
}
