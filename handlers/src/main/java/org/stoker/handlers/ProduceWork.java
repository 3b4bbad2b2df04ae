package org.stoker.handlers;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.HeapBudget;
import org.stoker.base.Timers;
import org.stoker.log.AppendOrigin;
import org.stoker.network.RequestContext;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.message.ProduceRequest;
import org.stoker.protocol.message.ProduceRequest.PartitionProduceData;
import org.stoker.protocol.message.ProduceRequest.TopicProduceData;
import org.stoker.protocol.message.ProduceResponse;
import org.stoker.protocol.message.ProduceResponse.BatchIndexAndErrorMessage;
import org.stoker.protocol.message.ProduceResponse.PartitionProduceResponse;
import org.stoker.protocol.message.ProduceResponse.TopicProduceResponse;
import org.stoker.records.BatchFault;
import org.stoker.records.BatchRewriter;
import org.stoker.records.BatchValidator;
import org.stoker.records.BatchVerdict;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.ProduceRules;
import org.stoker.records.RecordBatch;
import org.stoker.records.TimestampType;
import org.stoker.replication.AppendCommand;
import org.stoker.replication.AppendReply;
import org.stoker.replication.Partition;

/**
 * One produce request on its way: received → checked → taken by every partition → answered.
 *
 * <p>The frame that its batches lie in is given back with the answer; so the time-out only begins
 * to run when every partition has taken its batches, or refused them.
 */
final class ProduceWork {
  private static final Logger LOG = LoggerFactory.getLogger(ProduceWork.class);
  private static final short ALL = -1;
  private static final short NONE = 0;
  private static final short ONE = 1;
  // Kafka's tools that mend internal topics call themselves so.
  private static final String ADMINISTRATORS_CLIENT_ID = "__admin_client";

  private final RequestContext context;
  private final ProduceRequest body;
  private final Timers timers;
  private final HeapBudget rewritten;
  private final List<Item> items = new ArrayList<>();
  private final AtomicReferenceArray<@Nullable AppendReply> replies;
  private final AtomicInteger untaken;
  private final AtomicInteger unanswered;
  private final AtomicBoolean isAnswered = new AtomicBoolean();
  private volatile Timers.@Nullable Timer timeout;

  /** One partition's batches. */
  private static final class Item {
    private final int index;
    private final @Nullable Partition partition;
    private final @Nullable ByteBuffer bytes;
    private @Nullable ByteBuffer checked;
    private boolean isRewritten;
    private @Nullable Refusal refusal;

    Item(int index, @Nullable Partition partition, @Nullable ByteBuffer bytes) {
      this.index = index;
      this.partition = partition;
      this.bytes = bytes;
    }
  }

  private record Refusal(
      ErrorCode error, String message, List<BatchIndexAndErrorMessage> records) {}

  /** Batches that are compressed anew are claimed from the budget until a log has them. */
  ProduceWork(
      RequestContext context,
      ProduceRequest body,
      PartitionLookup lookup,
      Timers timers,
      HeapBudget rewritten) {
    this.context = context;
    this.body = body;
    this.timers = timers;
    this.rewritten = rewritten;
    for (TopicProduceData topic : body.topicData()) {
      for (PartitionProduceData data : topic.partitionData()) {
        items.add(item(topic, data, lookup));
      }
    }
    if (body.transactionalId() == null && items.stream().anyMatch(ProduceWork::isTransactional)) {
      // As in Kafka, where nobody may write to a transaction that has no name.
      ErrorCode error = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
      items.forEach(item -> refuse(item, error, error.message()));
    }
    replies = new AtomicReferenceArray<>(items.size());
    untaken = new AtomicInteger(items.size());
    unanswered = new AtomicInteger(items.size());
  }

  private Item item(TopicProduceData topic, PartitionProduceData data, PartitionLookup lookup) {
    Partition partition = lookup.find(topic.topicId(), topic.name(), data.index());
    ByteBuffer bytes = data.records() instanceof MemoryRecordBytes memory ? memory.buffer() : null;
    Item item = new Item(items.size(), partition, bytes);
    if (body.acks() < ALL || body.acks() > ONE) {
      refuse(item, ErrorCode.INVALID_REQUIRED_ACKS, "acks must be -1, 0 or 1");
    } else if (body.transactionalId() != null) {
      refuse(item, ErrorCode.INVALID_TXN_STATE, "transactions are not available in this version");
    } else if (isForbidden(partition)) {
      refuse(
          item, ErrorCode.INVALID_TOPIC_EXCEPTION, "only the cluster itself writes to this topic");
    } else if (partition == null) {
      ErrorCode error = lookup.errorOf(topic.topicId(), topic.name(), data.index());
      refuse(item, error, error.message());
    } else if (bytes == null) {
      refuse(item, ErrorCode.INVALID_RECORD, "no records");
    }
    return item;
  }

  private static boolean isTransactional(Item item) {
    ByteBuffer bytes = item.bytes;
    return bytes != null && BatchValidator.isFirstTransactional(bytes);
  }

  /** What groups rely on is written by their coordinator, and mended by administrators. */
  private boolean isForbidden(@Nullable Partition partition) {
    return partition != null
        && ClusterView.isInternal(partition.topicPartition().topic())
        && !ADMINISTRATORS_CLIENT_ID.equals(context.clientId());
  }

  private static void refuse(Item item, ErrorCode error, String message) {
    item.refusal = new Refusal(error, message, List.of());
  }

  RequestContext context() {
    return context;
  }

  // ---- Checking.

  /** Checks what does not hold the event loop up; says whether that was all. */
  boolean checkCheapOnes(BatchValidator validator, long nowMs) {
    boolean isAll = true;
    for (Item item : items) {
      Partition partition = item.partition;
      if (item.refusal != null || partition == null || item.bytes == null) {
        continue;
      }
      isAll &=
          BatchValidator.isCheap(item.bytes, partition.rules().produce())
              && check(
                  item,
                  item.bytes,
                  partition,
                  validator,
                  nowMs,
                  BatchValidator.CHEAP_EXPANDED_BYTES);
    }
    return isAll;
  }

  /**
   * Checks what is left, on a thread that may take its time; says whether that was all.
   *
   * @param maxExpandedBytes batches that expand further are left for a later call
   */
  boolean checkTheRest(BatchValidator validator, long nowMs, int maxExpandedBytes) {
    boolean isAll = true;
    for (Item item : items) {
      Partition partition = item.partition;
      if (item.refusal == null && item.checked == null && partition != null && item.bytes != null) {
        isAll &= check(item, item.bytes, partition, validator, nowMs, maxExpandedBytes);
      }
    }
    return isAll;
  }

  /** False when the batch expands to more than that. */
  private boolean check(
      Item item,
      ByteBuffer bytes,
      Partition partition,
      BatchValidator validator,
      long nowMs,
      int maxExpandedBytes) {
    ProduceRules rules = partition.rules().produce();
    try {
      switch (validator.check(bytes, context.version(), rules, nowMs, maxExpandedBytes)) {
        case BatchVerdict.Invalid invalid -> item.refusal = refusal(invalid);
        case BatchVerdict.Valid valid -> accept(item, bytes, valid, rules, nowMs);
        case BatchVerdict.Unfinished _ -> {
          return false;
        }
      }
    } catch (RuntimeException e) {
      LOG.error("Checking a batch for {} failed", partition.topicPartition(), e);
      refuse(item, ErrorCode.UNKNOWN_SERVER_ERROR, "the broker failed; its log says more");
    }
    return true;
  }

  private void accept(
      Item item, ByteBuffer bytes, BatchVerdict.Valid valid, ProduceRules rules, long nowMs) {
    RecordBatch batch = RecordBatch.at(bytes, bytes.position());
    if (valid.mustRewrite()) {
      switch (new BatchRewriter(rewritten).rewrite(bytes, bytes.position(), rules, nowMs)) {
        case BatchRewriter.Outcome.Rewritten(var result) -> {
          item.checked = result;
          item.isRewritten = true;
        }
        case BatchRewriter.Outcome.TooLarge() ->
            refuse(item, ErrorCode.MESSAGE_TOO_LARGE, "the batch is too large once it is stored");
        // Producers send it again after such an error.
        case BatchRewriter.Outcome.NoMemory() ->
            refuse(
                item, ErrorCode.REQUEST_TIMED_OUT, "no memory to compress the batch anew just now");
      }
      return;
    }
    // The header may say something else than the records, or that a broker has stamped them.
    if (rules.timestampType() == TimestampType.CREATE_TIME
        && (batch.maxTimestamp() != valid.maxTimestamp()
            || batch.timestampType() != TimestampType.CREATE_TIME)) {
      batch.setMaxTimestamp(TimestampType.CREATE_TIME, valid.maxTimestamp());
    }
    item.checked = bytes.slice(bytes.position(), valid.sizeInBytes());
  }

  private static Refusal refusal(BatchVerdict.Invalid invalid) {
    List<BatchIndexAndErrorMessage> records =
        invalid.recordErrors().stream()
            .map(error ->
                new BatchIndexAndErrorMessage()
                    .setBatchIndex(error.batchIndex())
                    .setBatchIndexErrorMessage(error.message()))
            .toList();
    return new Refusal(errorFor(invalid.fault()), invalid.message(), records);
  }

  private static ErrorCode errorFor(BatchFault fault) {
    return switch (fault) {
      case MALFORMED_FRAME, WRONG_CRC -> ErrorCode.CORRUPT_MESSAGE;
      case TOO_LARGE -> ErrorCode.MESSAGE_TOO_LARGE;
      case ZSTD_NOT_ALLOWED -> ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
      case TIMESTAMP_OUT_OF_RANGE -> ErrorCode.INVALID_TIMESTAMP;
      // Kafka has no code of its own for a codec that does not exist.
      case UNKNOWN_COMPRESSION -> ErrorCode.UNKNOWN_SERVER_ERROR;
      case NO_BATCH,
          MORE_THAN_ONE_BATCH,
          OLD_MAGIC,
          BASE_OFFSET_NOT_ZERO,
          INCONSISTENT_COUNT,
          OFFSETS_NOT_DENSE,
          CONTROL_BATCH,
          INCONSISTENT_PRODUCER,
          MALFORMED_RECORD,
          RECORD_ABOVE_LIMIT,
          EXPANDS_TOO_FAR,
          MALFORMED_COMPRESSION,
          KEY_MISSING,
          OFFSETS_OUT_OF_ORDER ->
          ErrorCode.INVALID_RECORD;
    };
  }

  // ---- Appending.

  /** Hands the batches to their partitions; on the event loop, in the order of the connection. */
  void append() {
    if (items.isEmpty()) {
      answer();
      return;
    }
    boolean waitsForAll = body.acks() == ALL;
    for (Item item : items) {
      Partition partition = item.partition;
      ByteBuffer checked = item.checked;
      Refusal refusal = item.refusal;
      if (refusal != null || partition == null || checked == null) {
        taken(item);
        replied(item, new AppendReply.Refused(errorOf(refusal), ""));
      } else {
        partition.append(
            new AppendCommand(
                checked,
                AppendOrigin.CLIENT,
                waitsForAll,
                () -> taken(item),
                reply -> replied(item, reply)));
      }
    }
  }

  private static ErrorCode errorOf(@Nullable Refusal refusal) {
    return refusal == null ? ErrorCode.UNKNOWN_SERVER_ERROR : refusal.error();
  }

  private void taken(Item item) {
    ByteBuffer checked = item.checked;
    item.checked = null;
    if (checked != null && item.isRewritten) {
      BatchRewriter.release(checked, rewritten);
    }
    if (untaken.decrementAndGet() == 0 && unanswered.get() > 0 && body.acks() == ALL) {
      timeout = timers.after(Math.max(0, body.timeoutMs()), this::answer);
      if (unanswered.get() == 0) {
        cancelTimeout();
      }
    }
  }

  private void replied(Item item, AppendReply reply) {
    replies.set(item.index, reply);
    if (unanswered.decrementAndGet() == 0) {
      cancelTimeout();
      answer();
    }
  }

  private void cancelTimeout() {
    Timers.Timer running = timeout;
    if (running != null) {
      running.cancel();
    }
  }

  // ---- Answering.

  private void answer() {
    if (!isAnswered.compareAndSet(false, true)) {
      return;
    }
    if (body.acks() == NONE) {
      answerNothing();
      return;
    }
    ProduceResponse response = new ProduceResponse();
    List<TopicProduceResponse> topics = new ArrayList<>(body.topicData().size());
    int index = 0;
    for (TopicProduceData topic : body.topicData()) {
      List<PartitionProduceResponse> partitions = new ArrayList<>(topic.partitionData().size());
      for (PartitionProduceData data : topic.partitionData()) {
        partitions.add(partitionResponse(data.index(), items.get(index++)));
      }
      topics.add(
          new TopicProduceResponse()
              .setName(topic.name())
              .setTopicId(topic.topicId())
              .setPartitionResponses(partitions));
    }
    context.respond(response.setResponses(topics));
  }

  /** A producer that wants no answers learns of an error by losing its connection, as in Kafka. */
  private void answerNothing() {
    for (Item item : items) {
      if (replies.get(item.index) instanceof AppendReply.Refused(var error, var _)) {
        context.closeConnection("produce with acks=0 failed with " + error);
        return;
      }
    }
    context.respondNothing();
  }

  private PartitionProduceResponse partitionResponse(int partition, Item item) {
    PartitionProduceResponse response =
        new PartitionProduceResponse().setIndex(partition).setBaseOffset(-1);
    Refusal refusal = item.refusal;
    if (refusal != null) {
      return response
          .setErrorCode(refusal.error().code())
          .setErrorMessage(refusal.message())
          .setRecordErrors(refusal.records());
    }
    return switch (replies.get(item.index)) {
      case AppendReply.Accepted(var baseOffset, var _, var timeMs, var logStartOffset) ->
          response
              .setBaseOffset(baseOffset)
              .setLogAppendTimeMs(timeMs)
              .setLogStartOffset(logStartOffset);
      case AppendReply.Refused(var error, var message) ->
          response.setErrorCode(error.code()).setErrorMessage(message);
      case null ->
          response
              .setErrorCode(ErrorCode.REQUEST_TIMED_OUT.code())
              .setErrorMessage("not on the disk of every in-sync replica in time");
    };
  }
}
