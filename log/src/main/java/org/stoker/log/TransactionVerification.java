package org.stoker.log;

import org.stoker.base.ConfinedTo;

/**
 * The coordinator is being asked whether a producer's transaction is open (KIP-890): until the
 * first batch is in, remembers the lowest sequence seen, so that a later batch does not overtake
 * it. The object itself is the proof that the append which carries it was verified.
 */
@ConfinedTo(ConfinedTo.PARTITION_LANE)
final class TransactionVerification {
  private final long startedMs;
  private final boolean mayBumpEpoch;
  private int lowestSequence;
  private short epoch;

  TransactionVerification(long startedMs, int sequence, short epoch, boolean mayBumpEpoch) {
    this.startedMs = startedMs;
    this.lowestSequence = sequence;
    this.epoch = epoch;
    this.mayBumpEpoch = mayBumpEpoch;
  }

  long startedMs() {
    return startedMs;
  }

  void seen(int sequence, short newEpoch) {
    if (newEpoch == epoch && sequence < lowestSequence) {
      lowestSequence = sequence;
    }
    if (newEpoch > epoch) {
      epoch = newEpoch;
      lowestSequence = sequence;
    }
  }

  /** Whether a marker of this epoch ends the transaction before the one that is verified here. */
  boolean isOfNextTransaction(short markerEpoch) {
    return mayBumpEpoch && markerEpoch == epoch;
  }

  boolean allows(int baseSequence, boolean producerHasBatches) {
    boolean startsWrongly = mayBumpEpoch && baseSequence != 0 && !producerHasBatches;
    return !startsWrongly && baseSequence <= lowestSequence;
  }
}
