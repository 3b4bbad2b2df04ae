package org.stoker.coordinator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.stoker.coordinator.runtime.Counters.Answer;
import org.stoker.metadata.Result;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.BatchBuilder;
import org.stoker.records.ControlRecord;

/** The runtime, with a state machine that knows nothing of groups. */
@SuppressWarnings("FutureReturnValueIgnored") // not every answer is what a test is about
final class CounterShardTest {
  private static final long ON_ITS_WAY_BYTES =
      ReplicatedFacts.ON_ITS_WAY_BYTES + Counters.Type.RECORD_BYTES;

  private final CounterRig rig = new CounterRig();

  // ---- appends ----

  @Test
  void decisionsRestOnRecordsOnTheirWayAndReadersAreToldWhatIsStored() {
    rig.log.holdAppends(true);
    CompletableFuture<Answer> first = rig.add("a", 1);
    CompletableFuture<Answer> second = rig.add("a", 10);

    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(0));
    assertThat(rig.latestSum("a")).isCompletedWithValue(CounterRig.is(11));
    assertThat(first).isNotDone();
    rig.log.settleOldest(ErrorCode.NONE);

    assertThat(first).isCompletedWithValue(CounterRig.is(1));
    assertThat(second).isNotDone();
    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(1));
    rig.log.settleOldest(ErrorCode.NONE);
    assertThat(second).isCompletedWithValue(CounterRig.is(11));
    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(11));
  }

  @Test
  void anAppendThatIsLostInTheMiddleIsTakenOutOfTheLatestFactsAndNoOther() {
    rig.add("a", 1);
    rig.log.holdAppends(true);
    rig.add("b", 2);
    CompletableFuture<Answer> lost = rig.add("a", 10);
    rig.add("c", 3);
    rig.log.settleOldest(ErrorCode.NONE);

    rig.log.settleOldest(ErrorCode.NOT_ENOUGH_REPLICAS);

    assertThat(lost).isCompletedWithValue(Answer.refused(ErrorCode.COORDINATOR_NOT_AVAILABLE));
    assertThat(rig.latestSum("a")).isCompletedWithValue(CounterRig.is(1));
    assertThat(rig.latestSum("b")).isCompletedWithValue(CounterRig.is(2));
    assertThat(rig.latestSum("c")).isCompletedWithValue(CounterRig.is(3));
    assertThat(rig.sum("c")).isCompletedWithValue(CounterRig.is(0));
    rig.log.settleOldest(ErrorCode.NONE);
    assertThat(rig.sum("c")).isCompletedWithValue(CounterRig.is(3));
  }

  @Test
  void factsStayRightWhileAppendsOverlapWithoutAPause() {
    rig.log.holdAppends(true);
    long sum = 0;
    for (int i = 0; i < 1_000; i++) {
      rig.add("a", i);
      sum += i;
      if (i >= 5) {
        rig.log.settleOldest(ErrorCode.NONE);
      }
      assertThat(rig.latestSum("a")).isCompletedWithValue(CounterRig.is(sum));
    }
    rig.log.settleAll(ErrorCode.NONE);

    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(sum));
  }

  @Test
  void recordsLearnTheirOffsetsWhenTheyAreStored() {
    rig.add("a", 1);
    rig.add("a", 1);

    CompletableFuture<Answer> offset =
        rig.shards.read(
            "key",
            Answer::refused,
            counters -> CounterRig.is(counters.facts.committed().lastOffset()));

    assertThat(offset).isCompletedWithValue(CounterRig.is(1));
  }

  @Test
  void whatFollowsARecordIsDecidedWhenItIsStored() {
    rig.log.holdAppends(true);
    CompletableFuture<Answer> twice =
        rig.execute((counters, to, nowMs) -> counters.addTwice("a", 5, to, nowMs));
    rig.log.settleOldest(ErrorCode.NONE);
    assertThat(twice).isNotDone();
    assertThat(rig.log.heldCount()).isEqualTo(1);

    rig.log.settleOldest(ErrorCode.NONE);

    assertThat(twice).isCompletedWithValue(CounterRig.is(10));
  }

  @Test
  void anAppendThatTakesTooLongIsAnsweredOnceAndStillCounts() {
    rig.log.holdAppends(true);
    CompletableFuture<Answer> slow = rig.add("a", 1);

    rig.clock.advanceMs(5_000);
    assertThat(slow).isCompletedWithValue(Answer.refused(ErrorCode.COORDINATOR_NOT_AVAILABLE));
    rig.log.settleOldest(ErrorCode.NONE);

    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(1));
  }

  @Test
  void recordsThatDoNotFitIntoABatchAreRefusedAndLeaveNothing() {
    rig.log.setMaxBatchBytes(200);

    CompletableFuture<Answer> large = rig.add("x".repeat(300), 1);

    assertThat(large).isCompletedWithValue(Answer.refused(ErrorCode.UNKNOWN_SERVER_ERROR));
    assertThat(rig.latestSum("x".repeat(300))).isCompletedWithValue(CounterRig.is(0));
    assertThat(rig.stored()).isEmpty();
    assertThat(rig.memory.usedBytes()).isZero();
  }

  @Test
  void recordsOfADivisibleDecisionGoIntoAsManyBatchesAsTheyNeed() {
    List<String> names = IntStream.range(0, 50).mapToObj(i -> "counter-" + i).toList();
    names.forEach(name -> rig.add(name, 1));
    rig.log.setMaxBatchBytes(300);
    int before = rig.log.batchCount();

    rig.execute((counters, _, nowMs) -> counters.forget(names, nowMs));

    assertThat(rig.log.batchCount() - before).isBetween(5, 25);
    assertThat(rig.sum("counter-49")).isCompletedWithValue(CounterRig.is(0));
    assertThat(rig.memory.usedBytes()).isZero();
  }

  @Test
  void anAppendNamesTheEpochInWhichItWasDecided() {
    rig.add("a", 1);
    assertThat(rig.log.lastEpoch()).isEqualTo(1);

    rig.shards.becomeLeader(0, 2);
    rig.add("a", 1);

    assertThat(rig.log.lastEpoch()).isEqualTo(2);
  }

  @Test
  void whatIsDecidedInAnEpochThatIsOverIsNotInTheLog() {
    rig.log.loseLeadership(1, 0);

    CompletableFuture<Answer> late = rig.add("a", 1);

    assertThat(late).isCompletedWithValue(Answer.refused(ErrorCode.NOT_COORDINATOR));
    assertThat(rig.stored()).isEmpty();
  }

  // ---- reading ----

  @Test
  void aStableReadWaitsForTheAppendsBeforeItAndForNoOther() {
    rig.log.holdAppends(true);
    rig.add("a", 1);
    CompletableFuture<Answer> stable = rig.stableSum("a");
    rig.add("a", 10);
    assertThat(stable).isNotDone();

    rig.log.settleOldest(ErrorCode.NONE);

    assertThat(stable).isCompletedWithValue(CounterRig.is(1));
  }

  @Test
  void aStableReadIsAnsweredAlsoWhenTheAppendBeforeItIsLost() {
    rig.log.holdAppends(true);
    rig.add("a", 1);
    CompletableFuture<Answer> stable = rig.stableSum("a");

    rig.log.settleOldest(ErrorCode.NOT_ENOUGH_REPLICAS);

    assertThat(stable).isCompletedWithValue(CounterRig.is(0));
  }

  @Test
  void aStableReadGivesUpAfterTheTimeoutOfAnAppend() {
    rig.log.holdAppends(true);
    rig.add("a", 1);
    CompletableFuture<Answer> stable = rig.stableSum("a");

    rig.clock.advanceMs(5_000);

    assertThat(stable).isCompletedWithValue(Answer.refused(ErrorCode.NOT_COORDINATOR));
  }

  // ---- timers ----

  @Test
  void aTimerDecidesWhenItsTimeHasCome() {
    rig.execute((counters, _, nowMs) -> counters.addAfter(100, "one", "a", nowMs));

    rig.clock.advanceMs(99);
    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(0));
    rig.clock.advanceMs(1);

    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(1));
  }

  @Test
  void aTimerReplacesTheOneOfItsNameAndNoOther() {
    rig.execute((counters, _, nowMs) -> counters.addAfter(100, "one", "a", nowMs));
    rig.execute((counters, _, nowMs) -> counters.addAfter(100, "two", "b", nowMs));

    rig.execute((counters, _, nowMs) -> counters.addAfter(200, "one", "c", nowMs));
    rig.clock.advanceMs(200);

    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(0));
    assertThat(rig.sum("b")).isCompletedWithValue(CounterRig.is(1));
    assertThat(rig.sum("c")).isCompletedWithValue(CounterRig.is(1));
  }

  @Test
  void aTimerThatIsCancelledDecidesNothing() {
    rig.execute((counters, _, nowMs) -> counters.addAfter(100, "one", "a", nowMs));

    rig.execute((_, _, nowMs) -> Counters.cancel("one", nowMs));
    rig.clock.advanceMs(100);

    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(0));
    assertThat(rig.clock.timersWaiting()).isZero();
  }

  // ---- leadership ----

  @Test
  void everyRequestThatWaitsIsAnsweredWhenLeadershipEnds() {
    CompletableFuture<Answer> parked =
        rig.execute((counters, to, nowMs) -> counters.park(to, nowMs));
    rig.log.holdAppends(true);
    CompletableFuture<Answer> added = rig.add("a", 1);
    CompletableFuture<Answer> stable = rig.stableSum("a");
    rig.execute((counters, _, nowMs) -> counters.addAfter(100, "one", "a", nowMs));

    rig.shards.resign(0, 1);

    Answer refused = Answer.refused(ErrorCode.NOT_COORDINATOR);
    assertThat(parked).isCompletedWithValue(refused);
    assertThat(added).isCompletedWithValue(refused);
    assertThat(stable).isCompletedWithValue(refused);
    assertThat(rig.add("a", 1)).isCompletedWithValue(refused);
    assertThat(rig.clock.timersWaiting()).isZero();
    assertThat(rig.memory.usedBytes()).isZero();
  }

  @Test
  void anElectionThatIsOlderThanTheLastResignationIsIgnored() {
    rig.shards.resign(0, 6);

    rig.shards.becomeLeader(0, 5);

    assertThat(rig.sum("a")).isCompletedWithValue(Answer.refused(ErrorCode.NOT_COORDINATOR));
    rig.shards.becomeLeader(0, 7);
    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(0));
  }

  @Test
  void aLeaderWhoseEpochsFollowEachOtherKeepsWhatItKnows() {
    rig.log.holdAppends(true);
    CompletableFuture<Answer> added = rig.add("a", 1);

    rig.shards.becomeLeader(0, 2);
    assertThat(rig.latestSum("a")).isCompletedWithValue(CounterRig.is(1));
    rig.log.settleAll(ErrorCode.NONE);

    assertThat(added).isCompletedWithValue(CounterRig.is(1));
  }

  @Test
  void aLeaderThatMissedAnEpochReadsTheLogAnew() {
    rig.log.holdAppends(true);
    CompletableFuture<Answer> added = rig.add("a", 1);

    rig.shards.becomeLeader(0, 3);

    assertThat(added).isCompletedWithValue(Answer.refused(ErrorCode.NOT_COORDINATOR));
    assertThat(rig.latestSum("a")).isCompletedWithValue(CounterRig.is(0));
  }

  @Test
  void afterAnExceptionTheFactsAreThoseOfTheLog() {
    rig.add("a", 1);
    rig.log.holdAppends(true);
    CompletableFuture<Answer> onItsWay = rig.add("a", 10);

    CompletableFuture<Answer> failed = rig.execute((_, _, _) -> Counters.fail());

    assertThat(failed).isCompletedWithValue(Answer.refused(ErrorCode.UNKNOWN_SERVER_ERROR));
    assertThat(onItsWay).isCompletedWithValue(Answer.refused(ErrorCode.NOT_COORDINATOR));
    assertThat(rig.latestSum("a")).isCompletedWithValue(CounterRig.is(1));
    rig.log.holdAppends(false);
    rig.log.settleAll(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    assertThat(rig.add("a", 2)).isCompletedWithValue(CounterRig.is(3));
  }

  // ---- loading ----

  @Test
  void loadedFactsAreThoseThatWereCommittedAndTheMachineHearsOfEachRecord() {
    rig.add("a", 1);
    rig.add("b", 2);
    rig.add("a", 3);
    rig.execute((counters, _, nowMs) -> counters.forget(List.of("b"), nowMs));

    rig.shards.resign(0, 1);
    rig.shards.becomeLeader(0, 2);

    assertThat(rig.sum("a")).isCompletedWithValue(CounterRig.is(4));
    assertThat(rig.latestSum("b")).isCompletedWithValue(CounterRig.is(0));
    assertThat(rig.shards.read("key", _ -> List.<String>of(), counters -> counters.recalled).join())
        .containsExactly("a", "b", "a", "b");
  }

  @Test
  void whatIsLoadedIsCountedAndMoreThanFitsIsNotServedUntilThereIsRoom() {
    for (int i = 0; i < 50; i++) {
      rig.add("counter-" + i, 1);
    }
    assertThat(rig.memory.usedBytes()).isEqualTo(50 * Counters.Sums.BYTES);
    rig.shards.resign(0, 1);
    assertThat(rig.memory.usedBytes()).isZero();
    long others = 124_000;
    rig.memory.claim(others);

    rig.shards.becomeLeader(0, 2);

    assertThat(rig.sum("counter-0"))
        .isCompletedWithValue(Answer.refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS));
    assertThat(rig.memory.usedBytes()).as("what was read is given back").isEqualTo(others);
    rig.memory.release(others);
    rig.clock.advanceMs(Shard.LOAD_RETRY_MS);
    assertThat(rig.sum("counter-0")).isCompletedWithValue(CounterRig.is(1));
    assertThat(rig.memory.usedBytes()).isEqualTo(50 * Counters.Sums.BYTES);
  }

  @Test
  void recordsOnTheirWayCountUntilTheyHaveArrived() {
    rig.log.holdAppends(true);
    rig.add("a", 1);
    rig.add("b", 1);
    assertThat(rig.memory.usedBytes()).isEqualTo(2 * ON_ITS_WAY_BYTES);

    rig.log.settleOldest(ErrorCode.NONE);
    assertThat(rig.memory.usedBytes()).isEqualTo(ON_ITS_WAY_BYTES + Counters.Sums.BYTES);
    rig.log.settleOldest(ErrorCode.NOT_ENOUGH_REPLICAS);

    assertThat(rig.memory.usedBytes()).isEqualTo(Counters.Sums.BYTES);
  }

  @Test
  void recordsOfATransactionCountFromItsMarkerOn() {
    putInTransaction(1, "committed", 5);
    putInTransaction(2, "aborted", 6);
    putInTransaction(3, "open", 7);
    putInTransaction(4, "overtaken", 8);
    rig.log.put(batch("overtaken", 80));
    rig.log.put(ControlRecord.COMMIT.markerBatch(0, 1, 1L, 1, (short) 0, 0));
    rig.log.put(ControlRecord.ABORT.markerBatch(0, 1, 1L, 2, (short) 0, 0));
    rig.log.put(ControlRecord.COMMIT.markerBatch(0, 1, 1L, 4, (short) 0, 0));

    rig.shards.resign(0, 1);
    rig.shards.becomeLeader(0, 2);

    assertThat(rig.sum("committed")).isCompletedWithValue(CounterRig.is(5));
    assertThat(rig.sum("aborted")).isCompletedWithValue(CounterRig.is(0));
    assertThat(rig.sum("open")).isCompletedWithValue(CounterRig.is(0));
    assertThat(rig.sum("overtaken")).isCompletedWithValue(CounterRig.is(80));
    assertThat(rig.memory.usedBytes()).isEqualTo(2 * Counters.Sums.BYTES);
  }

  @Test
  void recordsOfOpenTransactionsCountInMemoryWhileTheyAreHeld() {
    for (int i = 0; i < 130; i++) {
      putInTransaction(7, "counter-" + i, i);
    }
    rig.shards.resign(0, 1);

    rig.shards.becomeLeader(0, 2);

    assertThat(rig.sum("a"))
        .as("130 records of 1,000 bytes do not fit into 125,000")
        .isCompletedWithValue(Answer.refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS));
    assertThat(rig.memory.usedBytes()).isZero();
  }

  private void putInTransaction(long producerId, String name, long value) {
    rig.log.put(
        BatchBuilder.uncompressed()
            .producer(producerId, (short) 0, 0)
            .transactional(true)
            .append(1L, name.getBytes(java.nio.charset.StandardCharsets.UTF_8), bytes(value))
            .build());
  }

  private static ByteBuffer batch(String name, long value) {
    return BatchBuilder.uncompressed()
        .append(1L, name.getBytes(java.nio.charset.StandardCharsets.UTF_8), bytes(value))
        .build();
  }

  private static byte[] bytes(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }

  // ---- the cluster ----

  @Test
  void machinesHearOfThoseImagesThatTheyReactTo() {
    rig.imageChanged(false);
    assertThat(rig.sum("images")).isCompletedWithValue(CounterRig.is(0));

    rig.imageChanged(true);

    assertThat(rig.sum("images")).isCompletedWithValue(CounterRig.is(1));
  }

  @Test
  void aCoordinatorHasItsOwnTopicMade() {
    assertThat(rig.shards.makeTopic()).isCompletedWithValue(Result.OK);

    assertThat(rig.made).containsExactly("__counters");
  }

  @Test
  void imagesMeanNothingToAShardThatIsNotLedHere() {
    rig.shards.resign(0, 1);

    rig.imageChanged(true);

    assertThat(rig.stored()).isEmpty();
  }
}
