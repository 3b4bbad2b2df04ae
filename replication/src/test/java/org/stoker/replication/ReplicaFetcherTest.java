package org.stoker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.CallerRunsLane;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.ApiVersionsRequest;
import org.stoker.protocol.message.ApiVersionsResponse;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.protocol.message.FetchResponse.FetchableTopicResponse;
import org.stoker.protocol.message.FetchResponse.PartitionData;
import org.stoker.records.MemoryRecordBytes;

final class ReplicaFetcherTest {
  private static final int EPOCH = 5;
  private static final int BACKOFF_MS = 50;

  private final OneOfTwoBrokers broker = new OneOfTwoBrokers();
  private final Leader leader = new Leader();
  private final ReplicaFetcher fetcher =
      new ReplicaFetcher(
          new ReplicaFetcher.Setting(
              OneOfTwoBrokers.SELF, () -> 1L, broker.clock, 500, 1, 1 << 20, 1 << 20, BACKOFF_MS),
          leader,
          new CallerRunsLane("fetcher", Runnable::run));

  ReplicaFetcherTest() throws Exception {}

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
    broker.close();
  }

  @Test
  void asksALeaderThatRefusesAgainSoonAndThenEverLater() throws Exception {
    fetcher.follow(follower(0), EPOCH);

    assertThat(Stream.generate(this::restAfterARefusal).limit(5))
        .containsExactly(10, 20, 40, 50, 50);
  }

  @Test
  void restsShortlyAgainOnceTheLeaderHasAnswered() throws Exception {
    fetcher.follow(follower(0), EPOCH);
    restAfterARefusal();
    restAfterARefusal();

    leader.next(FetchRequest.class);
    leader.answer(answer(ErrorCode.NONE, 0));

    assertThat(restAfterARefusal()).isEqualTo(10);
  }

  @Test
  void nudgesTheLeaderOnceForWhatIsNotInTheFetchThatWaits() throws Exception {
    fetcher.follow(follower(0), EPOCH);
    assertThat(partitions(leader.next(FetchRequest.class))).containsExactly(0);

    fetcher.follow(follower(1), EPOCH);
    fetcher.follow(follower(2), EPOCH);
    leader.next(ApiVersionsRequest.class);
    assertThat(leader.requests).isEmpty();

    leader.answer(answer(ErrorCode.NONE, 0));
    leader.answer(new ApiVersionsResponse());
    assertThat(partitions(leader.next(FetchRequest.class))).contains(1, 2);
    assertThat(leader.requests).isEmpty();
  }

  @Test
  void nudgesTheLeaderWhenConsumersComeToTheCopy() throws Exception {
    Partition copy = follower(0);
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
    var position =
        new FetchPosition(OneOfTwoBrokers.TOPIC, "orders", 0, 0, 1 << 20, EPOCH, -1, -1, 0);
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
      broker.clock.advanceMs(1);
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
            List.of(
                new FetchableTopicResponse()
                    .setTopicId(OneOfTwoBrokers.TOPIC)
                    .setPartitions(List.of(data))));
  }

  private static List<Integer> partitions(FetchRequest request) {
    List<Integer> partitions = new ArrayList<>();
    request
        .topics()
        .forEach(topic -> topic.partitions().forEach(one -> partitions.add(one.partition())));
    return partitions;
  }

  private Partition follower(int index) throws Exception {
    Partition made = broker.partition(index);
    made.follow(OneOfTwoBrokers.led(OneOfTwoBrokers.OTHER, EPOCH));
    return made;
  }
}
