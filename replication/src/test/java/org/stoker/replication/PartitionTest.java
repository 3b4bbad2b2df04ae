package org.stoker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.protocol.ErrorCode;

/** What waits until it is committed. */
final class PartitionTest {
  private static final int EPOCH = 5;

  private final OneOfTwoBrokers broker = new OneOfTwoBrokers();
  private final Partition partition = broker.partition(0);
  private final List<AppendReply> replies = new ArrayList<>();

  PartitionTest() throws Exception {}

  @BeforeEach
  void lead() {
    partition.lead(OneOfTwoBrokers.led(OneOfTwoBrokers.SELF, EPOCH));
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  @Test
  void whatIsInTheLogIsCommittedWhenTheOthersHaveIt() {
    broker.append(partition);
    partition.whenCommitted(replies::add);
    assertThat(replies).isEmpty();

    followerHasUpTo(1);

    assertThat(replies).singleElement().isInstanceOf(AppendReply.Accepted.class);
  }

  @Test
  void whatIsCommittedAlreadyIsNotWaitedFor() {
    broker.append(partition);
    followerHasUpTo(1);

    partition.whenCommitted(replies::add);

    assertThat(replies).singleElement().isInstanceOf(AppendReply.Accepted.class);
  }

  @Test
  void whoDoesNotLeadAnyLongerWillNotLearnOfIt() {
    broker.append(partition);
    partition.whenCommitted(replies::add);

    partition.follow(OneOfTwoBrokers.led(OneOfTwoBrokers.OTHER, EPOCH + 1));
    partition.whenCommitted(replies::add);

    assertThat(replies)
        .hasSize(2)
        .allMatch(reply ->
            reply instanceof AppendReply.Refused(var error, var _)
                && error == ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }

  @Test
  void anAppendThatWasDecidedInAnEarlierEpochIsRefusedInALaterOne() {
    partition.lead(OneOfTwoBrokers.led(OneOfTwoBrokers.SELF, EPOCH + 1));

    partition.append(broker.oneRecord(replies::add).onlyInEpoch(EPOCH));

    assertThat(replies)
        .singleElement()
        .isInstanceOfSatisfying(
            AppendReply.Refused.class,
            refused -> assertThat(refused.error()).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER));
    assertThat(partition.log().logEndOffset()).isZero();
    partition.append(broker.oneRecord(replies::add).onlyInEpoch(EPOCH + 1));
    assertThat(partition.log().logEndOffset()).isEqualTo(1);
  }

  @Test
  void anAppendIsAnsweredOnceAndOthersAreWokenWhenACallbackThrows() {
    var answers = new ArrayList<AppendReply>();
    var woken = new ArrayList<String>();
    partition
        .followers()
        .add(() -> {
          woken.add("first");
          throw new IllegalStateException("on purpose");
        });
    partition
        .followers()
        .add(() -> {
          woken.add("second");
          throw new IllegalStateException("on purpose");
        });

    partition.append(
        broker.oneRecord(
            false,
            reply -> {
              answers.add(reply);
              throw new IllegalStateException("on purpose");
            }));

    assertThat(answers).singleElement().isInstanceOf(AppendReply.Accepted.class);
    assertThat(woken).containsExactlyInAnyOrder("first", "second");
  }

  @Test
  void appendsThatWaitForTheDiskGoOnOneFlushAtATimeWhileItLags() {
    var rounds = new ArrayDeque<Runnable>();
    broker.flushRounds = rounds::add;
    broker.append(partition);
    broker.mayAppend = false;
    broker.append(partition);
    broker.append(partition);
    broker.append(partition);
    var unflushed = new ArrayList<Long>();
    partition
        .followers()
        .add(() -> unflushed.add(partition.log().logEndOffset() - partition.log().flushedOffset()));

    rounds.remove().run();

    assertThat(unflushed).containsExactly(1L, 1L, 1L);
    assertThat(partition.log().logEndOffset()).isEqualTo(4);
  }

  private void followerHasUpTo(long end) {
    broker.followerHasUpTo(partition, EPOCH, end);
  }

  private AppendReply appendForAll(int minInSync) {
    TopicRules rules = OneOfTwoBrokers.RULES;
    partition.reconfigure(
        new TopicRules(
            rules.log(),
            rules.produce(),
            minInSync,
            rules.throttledLeaders(),
            rules.throttledFollowers()));
    broker.appendForAll(partition, replies::add);
    if (replies.isEmpty()) {
      followerHasUpTo(partition.log().logEndOffset());
    }
    return replies.getLast();
  }

  @Test
  void aPartitionIsNotAskedForMoreReplicasInSyncThanItHas() {
    assertThat(appendForAll(3)).isInstanceOf(AppendReply.Accepted.class);
  }

  @Test
  void aPartitionWithTooFewReplicasInSyncRefusesAppendsForAll() {
    partition.lead(
        new PartitionState(
            OneOfTwoBrokers.SELF,
            EPOCH,
            EPOCH + 1,
            List.of(OneOfTwoBrokers.OTHER, OneOfTwoBrokers.SELF),
            List.of(OneOfTwoBrokers.SELF)));

    assertThat(appendForAll(3))
        .isEqualTo(
            new AppendReply.Refused(
                ErrorCode.NOT_ENOUGH_REPLICAS,
                "The size of the current ISR : 1 is insufficient to satisfy the min.isr requirement"
                    + " of 2 for partition orders-0, live replica(s) broker.id are : [2]"));
  }

  @Test
  void deletedRecordsAreAnsweredForWhenThisBrokerHasTriedAndNotBefore() {
    broker.append(partition);
    followerHasUpTo(1);
    List<String> told = new ArrayList<>();

    partition.deleteRecords(
        new RecordDeletion(1, reply -> told.add("answered " + reply), () -> told.add("tried")));
    partition.followerFetched(OneOfTwoBrokers.position(1, EPOCH, -1), OneOfTwoBrokers.OTHER, 1);

    assertThat(told.getFirst()).isEqualTo("tried");
  }
}
