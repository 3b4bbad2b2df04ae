package org.stoker.replication;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.StorageException;
import org.stoker.base.TopicPartition;
import org.stoker.log.AppendOutcome;
import org.stoker.log.CorruptLogException;
import org.stoker.log.NoRoomException;
import org.stoker.protocol.ErrorCode;

/** What the log refuses, in the words of the protocol. */
final class AppendRefusals {
  private static final Logger LOG = LoggerFactory.getLogger(AppendRefusals.class);

  private AppendRefusals() {}

  static AppendReply.Refused replyTo(RuntimeException failure, TopicPartition partition) {
    if (failure instanceof StorageException
        || failure instanceof CorruptLogException
        || failure instanceof NoRoomException) {
      return new AppendReply.Refused(
          ErrorCode.KAFKA_STORAGE_ERROR, String.valueOf(failure.getMessage()));
    }
    LOG.error("An append to {} failed", partition, failure);
    return new AppendReply.Refused(
        ErrorCode.UNKNOWN_SERVER_ERROR, "the broker failed; its log says more");
  }

  static AppendReply.Refused replyTo(AppendOutcome.Refusal refusal, TopicPartition partition) {
    return switch (refusal) {
      case AppendOutcome.OutOfOrderSequence(var producerId, var sequence, var lastSequence) ->
          new AppendReply.Refused(
              ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
              "%s: producer %d sent sequence %d, its last one is %d"
                  .formatted(partition, producerId, sequence, lastSequence));
      case AppendOutcome.InvalidProducerEpoch(var producerId, var epoch, var currentEpoch) ->
          new AppendReply.Refused(
              ErrorCode.INVALID_PRODUCER_EPOCH,
              "%s: producer %d has epoch %d, a newer one has %d"
                  .formatted(partition, producerId, epoch, currentEpoch));
      case AppendOutcome.InvalidTransaction(var problem, var producerId) ->
          new AppendReply.Refused(
              switch (problem) {
                case NOT_TRANSACTIONAL -> ErrorCode.INVALID_TXN_STATE;
                case COORDINATOR_FENCED -> ErrorCode.TRANSACTION_COORDINATOR_FENCED;
              },
              "%s: no such transaction of producer %d".formatted(partition, producerId));
      // Final for clients, which tell their user: it may be a long time before there is room.
      case AppendOutcome.TooManyProducers(var producerId) ->
          new AppendReply.Refused(
              ErrorCode.POLICY_VIOLATION,
              ("%s: producer %d is new, and the broker's heap has no room for more idempotent"
                      + " producers: keep using the producers that there are instead of making new"
                      + " ones, or give the broker a larger heap (KAFKA_HEAP_OPTS)")
                  .formatted(partition, producerId));
      case AppendOutcome.LargerThanSegment(var size, var segmentSize) ->
          new AppendReply.Refused(
              ErrorCode.RECORD_LIST_TOO_LARGE,
              "%s: %d bytes, a segment holds %d".formatted(partition, size, segmentSize));
      case AppendOutcome.UnexpectedOffset(var firstOffset, var logEndOffset) ->
          new AppendReply.Refused(
              ErrorCode.UNKNOWN_SERVER_ERROR,
              "append to %s at offset=%d, logEndOffset=%d"
                  .formatted(partition, firstOffset, logEndOffset));
      case AppendOutcome.DiskFull(var reason) ->
          new AppendReply.Refused(ErrorCode.KAFKA_STORAGE_ERROR, reason);
    };
  }
}
