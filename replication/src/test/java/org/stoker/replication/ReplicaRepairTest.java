package org.stoker.replication;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.CallerRunsLane;
import org.stoker.base.SharedMap;
import org.stoker.base.Uuid;
import org.stoker.log.DamagedBatches;
import org.stoker.log.ReadOutcome;
import org.stoker.metadata.ClusterImage;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.TopicImage;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.FetchRequest;
import org.stoker.protocol.message.FetchResponse;
import org.stoker.protocol.message.FetchResponse.FetchableTopicResponse;
import org.stoker.protocol.message.FetchResponse.PartitionData;
import org.stoker.records.MemoryRecordBytes;

final class ReplicaRepairTest {
  private static final int THIRD = 3;
  private static final int RECORDS = 4;

  private final OneOfTwoBrokers broker = new OneOfTwoBrokers();
  private final Partition partition = broker.partition(0);
  private final Map<Integer, Source> sources = new TreeMap<>();
  private final List<String> asked = new ArrayList<>();
  private final ReplicaRepair repair =
      new ReplicaRepair(
          OneOfTwoBrokers.SELF,
          "PLAINTEXT",
          ReplicaRepairTest::image,
          (id, _) -> sources.computeIfAbsent(id, Source::new),
          Runnable::run,
          new CallerRunsLane("repair", Runnable::run));
  private int doneCount;

  ReplicaRepairTest() throws Exception {
    partition.lead(OneOfTwoBrokers.led(OneOfTwoBrokers.SELF, 1));
    for (int i = 0; i < RECORDS; i++) {
      broker.append(partition);
    }
  }

  /** Another replica; the test answers for it. */
  private final class Source implements PeerLink {
    private final int id;
    private final ArrayDeque<Consumer<Reply>> replies = new ArrayDeque<>();
    private boolean isClosed;

    Source(int id) {
      this.id = id;
    }

    @Override
    public void send(Message request, Consumer<Reply> onReply) {
      var fetch = (FetchRequest) request;
      asked.add(id + " from " + fetch.topics().getFirst().partitions().getFirst().fetchOffset());
      assertThat(fetch.replicaId()).as("it asks as consumers do").isEqualTo(-1);
      replies.add(onReply);
    }

    @Override
    public void send(Message request, short version, Consumer<Reply> onReply) {
      throw new AssertionError("any version will do");
    }

    @Override
    public void close() {
      isClosed = true;
    }

    void answer(ErrorCode error, ByteBuffer records) {
      var data =
          new PartitionData().setErrorCode(error.code()).setRecords(new MemoryRecordBytes(records));
      var topic =
          new FetchableTopicResponse()
              .setTopicId(OneOfTwoBrokers.TOPIC)
              .setPartitions(List.of(data));
      replies
          .remove()
          .accept(new Reply.Answer(new FetchResponse().setResponses(List.of(topic)), () -> {}));
    }
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private Source source(int id) {
    return requireNonNull(sources.get(id), () -> id + " was not asked");
  }

  private static ClusterImage image() {
    var state =
        new PartitionImage(
            List.of(OneOfTwoBrokers.OTHER, OneOfTwoBrokers.SELF, THIRD),
            List.of(OneOfTwoBrokers.OTHER, OneOfTwoBrokers.SELF, THIRD),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(Uuid.ZERO, Uuid.ZERO, Uuid.ZERO),
            OneOfTwoBrokers.SELF,
            1,
            1,
            false);
    var orders = new TopicImage("orders", OneOfTwoBrokers.TOPIC, List.of(state));
    return new ClusterImage(
        "cluster",
        1,
        0,
        OneOfTwoBrokers.OTHER,
        OneOfTwoBrokers.registered(OneOfTwoBrokers.OTHER, OneOfTwoBrokers.SELF, THIRD),
        only("orders", orders),
        only(orders.id(), orders),
        SharedMap.empty(),
        new TreeMap<>(),
        ClusterImage.empty("cluster").lastProducerIds());
  }

  private static <K, V> SharedMap<K, V> only(K key, V value) {
    SharedMap.Draft<K, V> draft = SharedMap.<K, V>empty().draft();
    draft.put(key, value);
    return draft.finish();
  }

  /** What all replicas hold from this offset on, up to the other one. */
  private ByteBuffer intact(long from, long to) {
    var data = (ReadOutcome.Data) partition.log().read(from, 1 << 20, to, true);
    ByteBuffer bytes = ((MemoryRecordBytes) data.records()).buffer();
    return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
  }

  /** The middle two of four batches. */
  private DamagedBatches damage() {
    int position = intact(0, 1).remaining();
    return new DamagedBatches(
        Path.of("/logs/orders-0/00000000000000000000.log"),
        0,
        position,
        intact(1, 3).remaining(),
        1,
        3,
        0,
        "its checksum is wrong");
  }

  private void report(DamagedBatches damage) {
    repair.damaged(partition.log(), damage, () -> doneCount++);
  }

  private void overwriteWithNothing(DamagedBatches damage) {
    partition
        .log()
        .lane()
        .submit(() -> partition.log().repair(damage, ByteBuffer.allocate(damage.sizeBytes())));
  }

  @Test
  void damagedBatchesAreReplacedByThoseOfAnotherReplica() {
    DamagedBatches damage = damage();
    ByteBuffer good = intact(1, 3);
    ByteBuffer all = intact(0, RECORDS);
    overwriteWithNothing(damage);
    report(damage);

    source(OneOfTwoBrokers.OTHER).answer(ErrorCode.NONE, good);

    assertThat(intact(0, RECORDS)).isEqualTo(all);
    assertThat(asked).containsExactly("1 from 1");
    assertThat(source(OneOfTwoBrokers.OTHER).isClosed).isTrue();
    assertThat(doneCount).isEqualTo(1);
  }

  @Test
  void whatComesInPartsIsPutTogetherBeforeAnythingIsWritten() {
    DamagedBatches damage = damage();
    ByteBuffer first = intact(1, 2);
    ByteBuffer second = intact(2, 4);
    ByteBuffer all = intact(0, RECORDS);
    overwriteWithNothing(damage);
    report(damage);

    source(OneOfTwoBrokers.OTHER).answer(ErrorCode.NONE, first);
    assertThat(doneCount).isZero();
    source(OneOfTwoBrokers.OTHER).answer(ErrorCode.NONE, second);

    assertThat(asked).containsExactly("1 from 1", "1 from 2");
    assertThat(intact(0, RECORDS)).isEqualTo(all);
    assertThat(doneCount).isEqualTo(1);
  }

  @Test
  void theNextReplicaIsAskedWhenOneRefusesOrIsDamagedToo() {
    DamagedBatches damage = damage();
    ByteBuffer good = intact(1, 3);
    ByteBuffer alsoBad = intact(1, 3);
    alsoBad.put(alsoBad.limit() - 1, (byte) (alsoBad.get(alsoBad.limit() - 1) ^ 1));
    ByteBuffer all = intact(0, RECORDS);
    overwriteWithNothing(damage);
    report(damage);

    source(OneOfTwoBrokers.OTHER).answer(ErrorCode.NONE, alsoBad);
    source(THIRD).answer(ErrorCode.NONE, good);

    assertThat(asked).containsExactly("1 from 1", "3 from 1");
    assertThat(intact(0, RECORDS)).isEqualTo(all);
    assertThat(doneCount).isEqualTo(1);
  }

  @Test
  void nothingIsWrittenWhenNoReplicaHasTheBatches() {
    ByteBuffer all = intact(0, RECORDS);
    report(damage());

    source(OneOfTwoBrokers.OTHER).answer(ErrorCode.NOT_LEADER_OR_FOLLOWER, intact(0, 1));
    source(THIRD).answer(ErrorCode.NONE, intact(3, 4));

    assertThat(intact(0, RECORDS)).isEqualTo(all);
    assertThat(doneCount).isEqualTo(1);
  }

  @Test
  void damageThatIsTooLargeForMemoryIsLeftToAnOperator() {
    DamagedBatches small = damage();
    report(
        new DamagedBatches(
            small.file(), 0, 0, ReplicaRepair.MAX_REPAIR_BYTES + 1, 0, 9, 0, "no header"));

    assertThat(asked).isEmpty();
    assertThat(doneCount).isEqualTo(1);
  }
}
