package org.stoker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.log.LogConfig;
import org.stoker.log.LogDirectory;
import org.stoker.log.LogDirectoryConfig;
import org.stoker.log.LogEnvironment;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.ApiVersionsRequest;
import org.stoker.protocol.message.ApiVersionsResponse;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.protocol.message.FetchResponse.FetchableTopicResponse;
import org.stoker.protocol.message.FetchResponse.PartitionData;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.ProduceRules;
import org.stoker.records.TimestampType;
import org.stoker.testkit.SimulatedClock;
import org.stoker.testkit.SimulatedDisk;
import org.stoker.testkit.SplitMixSeed;

final class ReplicaFetcherTest {
  private static final int LEADER = 1;
  private static final int SELF = 2;
  private static final int EPOCH = 5;
  private static final Uuid TOPIC = new Uuid(1, 2);
  private static final int BACKOFF_MS = 50;

  private final SimulatedClock clock = new SimulatedClock();
  private final LogDirectory directory = directory();
  private final Leader leader = new Leader();
  private final ReplicaFetcher fetcher =
      new ReplicaFetcher(
          new ReplicaFetcher.Setting(SELF, () -> 1L, clock, 500, 1, 1 << 20, 1 << 20, BACKOFF_MS),
          leader,
          new CallerRunsLane("fetcher", Runnable::run));

  /** Keeps what it is asked; the test answers. */
  private static final class Leader implements PeerLink {
    private final ArrayDeque<Message> requests = new ArrayDeque<>();
    private final ArrayDeque<Consumer<Reply>> replies = new ArrayDeque<>();

    @Override
    public void send(Message request, Consumer<Reply> onReply) {
      requests.add(request);
      replies.add(onReply);
    }

    @Override
    public void send(Message request, short version, Consumer<Reply> onReply) {
      send(request, onReply);
    }

    /** What it was asked first, and has not answered. */
    <R extends Message> R next(Class<R> type) {
      return type.cast(requests.remove());
    }

    void answer(Message response) {
      replies.remove().accept(new Reply.Answer(response, () -> {}));
    }

    @Override
    public void close() {
      requests.clear();
    }
  }

  @AfterEach
  void stop() {
    fetcher.close();
    directory.stop(1).join();
  }

  @Test
  void asksALeaderThatRefusesAgainSoonAndThenEverLater() {
    fetcher.follow(partition(0), EPOCH);

    assertThat(Stream.generate(this::restAfterARefusal).limit(5))
        .containsExactly(10, 20, 40, 50, 50);
  }

  @Test
  void restsShortlyAgainOnceTheLeaderHasAnswered() {
    fetcher.follow(partition(0), EPOCH);
    restAfterARefusal();
    restAfterARefusal();

    leader.next(FetchRequest.class);
    leader.answer(answer(ErrorCode.NONE, 0));

    assertThat(restAfterARefusal()).isEqualTo(10);
  }

  @Test
  void nudgesTheLeaderOnceForWhatIsNotInTheFetchThatWaits() {
    fetcher.follow(partition(0), EPOCH);
    assertThat(partitions(leader.next(FetchRequest.class))).containsExactly(0);

    fetcher.follow(partition(1), EPOCH);
    fetcher.follow(partition(2), EPOCH);
    leader.next(ApiVersionsRequest.class);
    assertThat(leader.requests).isEmpty();

    leader.answer(answer(ErrorCode.NONE, 0));
    leader.answer(new ApiVersionsResponse());
    assertThat(partitions(leader.next(FetchRequest.class))).contains(1, 2);
    assertThat(leader.requests).isEmpty();
  }

  @Test
  void nudgesTheLeaderWhenConsumersComeToTheCopy() {
    Partition copy = partition(0);
    fetcher.follow(copy, EPOCH);
    assertThat(wantsHighWatermark(leader.next(FetchRequest.class))).isFalse();

    read(copy);
    read(copy);
    leader.next(ApiVersionsRequest.class);
    assertThat(leader.requests).isEmpty();

    leader.answer(answer(ErrorCode.NONE, 0));
    leader.answer(new ApiVersionsResponse());
    assertThat(wantsHighWatermark(leader.next(FetchRequest.class))).isTrue();
  }

  private static boolean wantsHighWatermark(FetchRequest request) {
    return request.topics().getFirst().partitions().getFirst().highWatermark()
        != FetchPosition.ANY_HIGH_WATERMARK;
  }

  /** As a consumer does that knows of replicas near it. */
  private static void read(Partition copy) {
    var position = new FetchPosition(TOPIC, "orders", 0, 0, 1 << 20, EPOCH, -1, -1, 0);
    assertThat(
            copy.reads()
                .fetch(position, 1 << 20, true, new PartitionReads.ConsumerView(false, true)))
        .isInstanceOf(FetchReply.Fetched.class);
  }

  /** How long the fetcher rests, in milliseconds, after what it asks is refused. */
  private int restAfterARefusal() {
    leader.next(FetchRequest.class);
    leader.answer(answer(ErrorCode.UNKNOWN_LEADER_EPOCH, 0));
    int restMs = 0;
    while (leader.requests.isEmpty() && restMs < 10 * BACKOFF_MS) {
      clock.advanceMs(1);
      restMs++;
    }
    return restMs;
  }

  private static FetchResponse answer(ErrorCode error, int partition) {
    var data =
        new PartitionData()
            .setPartitionIndex(partition)
            .setErrorCode(error.code())
            .setRecords(MemoryRecordBytes.EMPTY);
    return new FetchResponse()
        .setResponses(
            List.of(new FetchableTopicResponse().setTopicId(TOPIC).setPartitions(List.of(data))));
  }

  private static List<Integer> partitions(FetchRequest request) {
    List<Integer> partitions = new ArrayList<>();
    request
        .topics()
        .forEach(topic -> topic.partitions().forEach(one -> partitions.add(one.partition())));
    return partitions;
  }

  /** One that follows, on a disk that is flushed at once. */
  private Partition partition(int index) {
    try {
      var partition =
          new Partition(
              TOPIC,
              directory.create(new TopicPartition("orders", index), TOPIC, LogConfig.DEFAULT),
              0,
              new TopicRules(
                  LogConfig.DEFAULT,
                  new ProduceRules(1 << 20, 1 << 20, false, TimestampType.CREATE_TIME, 1, 1, null),
                  1,
                  ThrottledReplicas.NONE,
                  ThrottledReplicas.NONE),
              new Partition.Setting(Runnable::run, clock, new OpenGate(), new Alone(clock)));
      partition.follow(
          new PartitionState(LEADER, EPOCH, 1, List.of(LEADER, SELF), List.of(LEADER, SELF)));
      return partition;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private LogDirectory directory() {
    try {
      var environment =
          new LogEnvironment(
              new SimulatedDisk(1, clock),
              clock,
              clock,
              new SplitMixSeed(1),
              Runnable::run,
              name -> new CallerRunsLane(name.toString(), Runnable::run));
      LogDirectory made =
          LogDirectory.lock(
              LogDirectoryConfig.at(Path.of("/logs")).withReserveBytes(0),
              environment,
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

  /** A follower's view of the cluster: it asks nothing of it. */
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
        throw new AssertionError("a follower proposes nothing");
      };
    }
  }
}
