package org.stoker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.ErrorCode;

/** What consumers read of a partition, and find in it by time. */
final class PartitionReadsTest {
  private static final int EPOCH = 5;

  private final OneOfTwoBrokers broker = new OneOfTwoBrokers();
  private final Partition partition = broker.partition(0);

  PartitionReadsTest() throws Exception {}

  @AfterEach
  void stop() {
    broker.close();
  }

  private void lead() {
    partition.lead(OneOfTwoBrokers.led(OneOfTwoBrokers.SELF, EPOCH));
  }

  private void appendWithTimes(long... timestamps) {
    for (long timestamp : timestamps) {
      broker.append(partition, timestamp);
    }
  }

  private void deleteUpTo(long offset) {
    List<RecordDeletion.Reply> replies = new ArrayList<>();
    partition.deleteRecords(new RecordDeletion(offset, replies::add, () -> {}));
    assertThat(partition.log().logStartOffset()).isEqualTo(offset);
  }

  private OffsetReply largest() {
    return partition.reads().offsetOfLargestTimestamp(false);
  }

  @Test
  void theLargestTimeIsLookedForAmongRecordsThatWereNotDeleted() {
    lead();
    appendWithTimes(5, 9, 7, 3);
    broker.followerHasUpTo(partition, EPOCH, 4);

    deleteUpTo(2);

    assertThat(largest()).isEqualTo(new OffsetReply.Found(7, 2, EPOCH));
  }

  @Test
  void theLargestTimeIsLookedForAmongCommittedRecords() {
    lead();
    appendWithTimes(5, 7, 9);
    broker.followerHasUpTo(partition, EPOCH, 2);

    assertThat(largest()).isEqualTo(new OffsetReply.Found(7, 1, EPOCH));
  }

  @Test
  void aNewLeaderDoesNotTakeTheLargestTimeBackThatAnotherMayHaveShown() {
    lead();
    appendWithTimes(5, 7, 9);
    broker.followerHasUpTo(partition, EPOCH, 2);

    partition.follow(OneOfTwoBrokers.led(OneOfTwoBrokers.OTHER, EPOCH + 1));
    partition.lead(OneOfTwoBrokers.led(OneOfTwoBrokers.SELF, EPOCH + 2));

    assertThat(largest()).isEqualTo(new OffsetReply.Refused(ErrorCode.OFFSET_NOT_AVAILABLE));
  }

  private FetchReply fetch(long offset, int lastFetchedEpoch) {
    return partition
        .reads()
        .fetch(
            OneOfTwoBrokers.position(offset, -1, lastFetchedEpoch),
            1 << 20,
            true,
            new PartitionReads.ConsumerView(false, true));
  }

  @Test
  void aConsumerThatReadInALaterEpochIsOutOfRange() {
    lead();
    appendWithTimes(1, 2);
    broker.followerHasUpTo(partition, EPOCH, 2);

    assertThat(fetch(1, EPOCH + 1))
        .isEqualTo(new FetchReply.Refused(ErrorCode.OFFSET_OUT_OF_RANGE, 2, 2, 0));
    assertThat(fetch(1, EPOCH)).isInstanceOf(FetchReply.Fetched.class);
  }

  @Test
  void aConsumerBehindTheEndOfItsEpochIsToldWhereTheEpochEnds() {
    lead();
    appendWithTimes(1, 2);
    broker.followerHasUpTo(partition, EPOCH, 2);

    assertThat(fetch(7, EPOCH)).isEqualTo(new FetchReply.Diverging(EPOCH, 2, 2, 2, 0));
    assertThat(fetch(7, -1))
        .isEqualTo(new FetchReply.Refused(ErrorCode.OFFSET_OUT_OF_RANGE, 2, 2, 0));
  }
}
