package org.stoker.log;

/** Whether a producer's batch, or the marker that ends its transaction, may be appended. */
sealed interface ProducerVerdict {
  /** It may. */
  record Accept() implements ProducerVerdict {
    static final Accept ACCEPT = new Accept();
  }

  /** It is in the log already, there. */
  record Duplicate(long baseOffset, long lastOffset, long timestamp) implements ProducerVerdict {}

  /**
   * Its sequence does not follow the producer's last one, or does not start at 0 with a new epoch.
   *
   * @param lastSequence the producer's last one; −1 if it has none in its epoch
   */
  record OutOfOrderSequence(long producerId, int sequence, int lastSequence)
      implements ProducerVerdict {}

  /** A newer incarnation of the producer has written. */
  record InvalidProducerEpoch(long producerId, short producerEpoch, short currentEpoch)
      implements ProducerVerdict {}

  /** It is not part of the transaction that the producer has open. */
  record NotTransactional(long producerId, long transactionFirstOffset)
      implements ProducerVerdict {}

  /** The marker comes from a coordinator that has been replaced. */
  record CoordinatorFenced(long producerId, int coordinatorEpoch, int currentEpoch)
      implements ProducerVerdict {}
}
