package org.stoker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.TopicPartition;
import org.stoker.log.LogConfig;
import org.stoker.records.BatchBuilder;

/** What a follower answers its fetcher when its leader has sent records. */
final class FollowerAppendTest {
  private static final int EPOCH = 5;

  private final OneOfTwoBrokers broker = new OneOfTwoBrokers();
  private final List<FollowerReply> replies = new ArrayList<>();

  FollowerAppendTest() throws Exception {}

  @AfterEach
  void stop() {
    broker.close();
  }

  private static final WriteGate FAILING =
      new WriteGate() {
        @Override
        public boolean acceptsWrites() {
          throw new IllegalStateException("on purpose");
        }

        @Override
        public boolean mayAppend() {
          return true;
        }
      };

  private static Partition following(Partition partition) {
    partition.follow(OneOfTwoBrokers.led(OneOfTwoBrokers.OTHER, EPOCH));
    return partition;
  }

  private void send(Partition partition, ByteBuffer batches) {
    partition.appendAsFollower(batches, EPOCH, 0, 0, replies::add);
  }

  private static ByteBuffer batch(long baseOffset, int sizeBytes) {
    BatchBuilder builder = BatchBuilder.uncompressed();
    builder.append(1, null, "x".repeat(sizeBytes).getBytes(StandardCharsets.UTF_8));
    ByteBuffer batch = builder.build();
    org.stoker.records.RecordBatch view =
        org.stoker.records.RecordBatch.at(batch, batch.position());
    view.setBaseOffset(baseOffset);
    view.setPartitionLeaderEpoch(EPOCH);
    return batch;
  }

  @Test
  void anAppendThatThrowsIsAnsweredAsFailed() throws Exception {
    Partition partition = following(broker.partition(new TopicPartition("orders", 0), FAILING));

    send(partition, batch(0, 10));

    assertThat(replies).singleElement().isInstanceOf(FollowerReply.Failed.class);
  }

  @Test
  void aBatchLargerThanASegmentIsTakenIntoASegmentOfItsOwn() throws Exception {
    Partition partition = following(broker.partition(0));
    send(partition, batch(0, 10));
    var small =
        LogConfig.DEFAULT.withSegment(LogConfig.DEFAULT.segment().withSegmentSizeBytes(1000));
    partition.log().reconfigure(small);

    send(partition, batch(1, 3000));
    send(partition, batch(2, 10));

    assertThat(replies)
        .containsExactly(
            new FollowerReply.OnDisk(1, EPOCH),
            new FollowerReply.OnDisk(2, EPOCH),
            new FollowerReply.OnDisk(3, EPOCH));
    assertThat(partition.log().segmentCount()).isEqualTo(3);
  }

  @Test
  void aFollowersDiskKeepsItsReserveFreeOfWhatClientsProduced() throws Exception {
    Partition partition = following(broker.partition(0));
    broker.acceptsWrites = false;

    send(partition, batch(0, 10));
    broker.acceptsWrites = true;
    send(partition, batch(0, 10));

    assertThat(replies.getFirst()).isInstanceOf(FollowerReply.NoRoom.class);
    assertThat(replies.getLast()).isEqualTo(new FollowerReply.OnDisk(1, EPOCH));
  }

  @Test
  void aFollowersReserveIsThereForCommittedOffsets() throws Exception {
    Partition partition =
        following(broker.partition(new TopicPartition("__consumer_offsets", 0), broker));
    broker.acceptsWrites = false;

    send(partition, batch(0, 10));

    assertThat(replies).containsExactly(new FollowerReply.OnDisk(1, EPOCH));
  }
}
