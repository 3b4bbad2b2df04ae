package org.stoker.log;

import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;
import org.stoker.records.RecordBatch;

/** Asks the producer state whether a batch may be appended, and says no in the log's words. */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class ProducerCheck {
  private final ProducerStates producers;

  ProducerCheck(ProducerStates producers) {
    this.producers = producers;
  }

  /**
   * Whether a partition that never held anything may begin with it. Of two requests under way the
   * first may come too early for a new leader, and be refused; were the second one taken, no retry
   * of the first ever could be (KAFKA-15591).
   */
  private static boolean isFirst(RecordBatch batch) {
    return batch.baseSequence() <= 0;
  }

  /**
   * Null if nothing speaks against the batch.
   *
   * @param hasLogAppendTime a duplicate's time is told only if the log had stamped it
   */
  @Nullable AppendOutcome refusal(
      RecordBatch batch,
      AppendOrigin origin,
      boolean hasLogAppendTime,
      long logStartOffset,
      long nowMs) {
    if (!batch.hasProducerId()) {
      return null;
    }
    if (origin == AppendOrigin.CLIENT && producers.hasNeverHeldAnything() && !isFirst(batch)) {
      return new AppendOutcome.OutOfOrderSequence(
          batch.producerId(), batch.baseSequence(), ProducerState.NO_SEQUENCE);
    }
    return switch (verdict(batch, origin)) {
      case ProducerVerdict.Accept() ->
          origin == AppendOrigin.CLIENT && !producers.tryMakeRoomFor(batch.producerId(), nowMs)
              ? new AppendOutcome.TooManyProducers(batch.producerId())
              : null;
      case ProducerVerdict.Duplicate(long base, long last, long timestamp) ->
          new AppendOutcome.Duplicate(
              base, last, hasLogAppendTime ? timestamp : RecordBatch.NO_TIMESTAMP, logStartOffset);
      case ProducerVerdict.OutOfOrderSequence(long id, int sequence, int lastSequence) ->
          new AppendOutcome.OutOfOrderSequence(id, sequence, lastSequence);
      case ProducerVerdict.InvalidProducerEpoch(long id, short epoch, short current) ->
          new AppendOutcome.InvalidProducerEpoch(id, epoch, current);
      case ProducerVerdict.NotTransactional(long id, long _) ->
          new AppendOutcome.InvalidTransaction(
              AppendOutcome.InvalidTransaction.Problem.NOT_TRANSACTIONAL, id);
      case ProducerVerdict.CoordinatorFenced(long id, int _, int _) ->
          new AppendOutcome.InvalidTransaction(
              AppendOutcome.InvalidTransaction.Problem.COORDINATOR_FENCED, id);
    };
  }

  private ProducerVerdict verdict(RecordBatch batch, AppendOrigin origin) {
    if (!batch.isControlBatch()) {
      return producers.check(
          batch.producerId(),
          batch.producerEpoch(),
          batch.baseSequence(),
          batch.lastSequence(),
          batch.isTransactional(),
          origin);
    }
    ProducerReplay.Marker marker = ProducerReplay.markerIn(batch);
    return marker == null
        ? ProducerVerdict.Accept.ACCEPT
        : producers.checkMarker(
            batch.producerId(), batch.producerEpoch(), marker.coordinatorEpoch(), 0, origin);
  }
}
