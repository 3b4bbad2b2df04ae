package org.stoker.log;

/** What became of an append; only {@link Appended} changed the log. */
public sealed interface AppendOutcome {
  /**
   * The batches are in the page cache.
   *
   * @param logAppendTimeMs the time the log wrote into them; −1 when they kept their own
   */
  record Appended(long baseOffset, long lastOffset, long logAppendTimeMs, long logStartOffset)
      implements AppendOutcome {}

  /** An idempotent batch that is in the log already, there; perhaps not on disk yet. */
  record Duplicate(long baseOffset, long lastOffset, long logAppendTimeMs, long logStartOffset)
      implements AppendOutcome {}

  /** The log is as it was before. */
  sealed interface Refusal extends AppendOutcome {}

  /** The sequence does not follow the producer's last one. */
  record OutOfOrderSequence(long producerId, int sequence, int lastSequence) implements Refusal {}

  /** A newer incarnation of the producer has written. */
  record InvalidProducerEpoch(long producerId, int producerEpoch, int currentEpoch)
      implements Refusal {}

  /** A transaction that this producer may not write into, or a marker of a fenced coordinator. */
  record InvalidTransaction(Problem problem, long producerId) implements Refusal {
    /** What is wrong with it. */
    public enum Problem {
      NOT_TRANSACTIONAL,
      COORDINATOR_FENCED
    }
  }

  /** The producer is new here, and there is no memory to remember it. */
  record TooManyProducers(long producerId) implements Refusal {}

  /** Together the batches are larger than a segment may be. */
  record LargerThanSegment(int sizeBytes, int segmentSizeBytes) implements Refusal {}

  /** What the leader sent does not continue this log. */
  record UnexpectedOffset(long firstOffset, long logEndOffset) implements Refusal {}

  /** There was no room; the log is as it was before and works on. */
  record DiskFull(String reason) implements Refusal {}
}
