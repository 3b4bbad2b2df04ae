package org.stoker.records;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/**
 * Decides whether what a client produced to a partition may be appended, and trusts nothing in it.
 *
 * <p>It accepts what Kafka accepts, with these exceptions, where Kafka would store what its own
 * consumers cannot read or what has no meaning: the fields of a compressed record do not fill it,
 * offset deltas have gaps (Kafka stores some of those and fails on others), a transactional batch
 * has no producer id, a producer id has no epoch, the records expand to more than 2 GiB. For an
 * unknown compression code and for bytes that do not decompress Kafka has no error of its own, and
 * answers UNKNOWN_SERVER_ERROR.
 *
 * <p>An uncompressed batch is read once, without allocating; a compressed one streams through a
 * small window, however large it expands. Whoever runs on an event loop asks {@link #isCheap}
 * first.
 */
@ConfinedTo(ConfinedTo.CALLER)
public final class BatchValidator {
  /** Above this a batch that must be decompressed is checked on another thread. */
  public static final int CHEAP_SIZE_BYTES = 16 * 1024;

  /** What an event loop decompresses of one batch; a larger rest goes to another thread. */
  public static final int CHEAP_EXPANDED_BYTES = 128 * 1024;

  /**
   * What threads decompress beside each other. Whatever expands further is checked one batch at a
   * time, so that it keeps neither all threads nor much memory busy.
   */
  public static final int USUAL_EXPANDED_BYTES = 8 << 20;

  /** A batch can hold more wrong records than are worth an answer. */
  public static final int MOST_RECORD_ERRORS = 1000;

  private static final int FIRST_PRODUCE_VERSION_WITH_ZSTD = 7;

  private final RecordCursor cursor = new RecordCursor(RecordCursor.HOLD_NOTHING);
  private final RecordErrors errors = new RecordErrors(MOST_RECORD_ERRORS);

  /** False when checking these bytes would hold up an event loop. */
  public static boolean isCheap(ByteBuffer records) {
    return records.remaining() <= CHEAP_SIZE_BYTES || !isFirstCompressed(records);
  }

  /** Also counts the work of storing the batch with another compression. */
  public static boolean isCheap(ByteBuffer records, ProduceRules rules) {
    if (records.remaining() <= CHEAP_SIZE_BYTES) {
      return true;
    }
    Compression target = rules.targetCompression();
    boolean keepsPlain = target == null || target.type() == CompressionType.NONE;
    return keepsPlain && !isFirstCompressed(records);
  }

  /** Whether the first batch says that it belongs to a transaction; nothing is checked. */
  public static boolean isFirstTransactional(ByteBuffer records) {
    if (records.remaining() < RecordBatch.HEADER_SIZE_BYTES) {
      return false;
    }
    RecordBatch first = RecordBatch.at(records, records.position());
    return first.magic() == RecordBatch.MAGIC_V2 && first.isTransactional();
  }

  private static boolean isFirstCompressed(ByteBuffer records) {
    return records.remaining() >= RecordBatch.HEADER_SIZE_BYTES
        && RecordBatch.at(records, records.position()).isCompressed();
  }

  /**
   * Checks the bytes from the buffer's position to its limit and changes nothing.
   *
   * @param produceVersion of the request that brought them
   */
  public BatchVerdict check(ByteBuffer bytes, int produceVersion, ProduceRules rules, long nowMs) {
    return check(bytes, produceVersion, rules, nowMs, RecordCursor.MAX_EXPANDED_BYTES);
  }

  /**
   * As above, but gives up when the batch turns out to expand to more than {@code
   * maxExpandedBytes}: a few bytes can stand for gigabytes.
   */
  public BatchVerdict check(
      ByteBuffer bytes, int produceVersion, ProduceRules rules, long nowMs, int maxExpandedBytes) {
    try {
      RecordBatch batch = onlyBatch(bytes, produceVersion);
      checkHeader(batch, rules);
      cursor.open(batch, rules.maxDecompressedMessageBytes(), maxExpandedBytes);
      return checkRecords(batch, batch.knownCompressionType(), rules, nowMs);
    } catch (CorruptBatchException corrupt) {
      if (corrupt.fault() == BatchFault.EXPANDS_TOO_FAR
          && maxExpandedBytes < RecordCursor.MAX_EXPANDED_BYTES) {
        return new BatchVerdict.Unfinished();
      }
      return new BatchVerdict.Invalid(corrupt.fault(), messageOf(corrupt), List.of());
    } finally {
      cursor.close();
    }
  }

  private static RecordBatch onlyBatch(ByteBuffer records, int produceVersion) {
    var walk = new BatchWalk(records);
    if (!walk.next()) {
      throw new CorruptBatchException(
          BatchFault.NO_BATCH, "no whole batch in " + records.remaining() + " bytes");
    }
    int position = walk.batch().position();
    if (walk.batch().compressionType() == CompressionType.ZSTD
        && produceVersion < FIRST_PRODUCE_VERSION_WITH_ZSTD) {
      throw new CorruptBatchException(
          BatchFault.ZSTD_NOT_ALLOWED,
          "zstd needs produce version "
              + FIRST_PRODUCE_VERSION_WITH_ZSTD
              + ", the request has "
              + produceVersion);
    }
    if (walk.next()) {
      throw new CorruptBatchException(
          BatchFault.MORE_THAN_ONE_BATCH, "more than one batch for the partition");
    }
    return walk.batch().moveTo(position);
  }

  private static void checkHeader(RecordBatch batch, ProduceRules rules) {
    if (batch.baseOffset() != 0) {
      throw new CorruptBatchException(
          BatchFault.BASE_OFFSET_NOT_ZERO, "baseOffset is " + batch.baseOffset() + ", not 0");
    }
    if (batch.sizeInBytes() > rules.maxMessageBytes()) {
      throw new CorruptBatchException(
          BatchFault.TOO_LARGE,
          "a batch of "
              + batch.sizeInBytes()
              + " bytes is above max.message.bytes="
              + rules.maxMessageBytes());
    }
    if (!batch.isCrcRight()) {
      throw new CorruptBatchException(
          BatchFault.WRONG_CRC,
          "the batch says crc=0x%08x, its bytes have 0x%08x"
              .formatted(batch.crc(), batch.computeCrc()));
    }
    checkCounts(batch);
    if (batch.isControlBatch()) {
      throw new CorruptBatchException(
          BatchFault.CONTROL_BATCH, "clients do not write control batches");
    }
    checkProducer(batch);
  }

  private static void checkCounts(RecordBatch batch) {
    int recordCount = batch.recordCount();
    if (recordCount <= 0 || batch.lastOffsetDelta() != recordCount - 1) {
      throw new CorruptBatchException(
          BatchFault.INCONSISTENT_COUNT,
          "recordCount=" + recordCount + ", lastOffsetDelta=" + batch.lastOffsetDelta());
    }
  }

  private static void checkProducer(RecordBatch batch) {
    boolean isConsistent =
        batch.hasProducerId()
            ? batch.baseSequence() >= 0 && batch.producerEpoch() >= 0
            : !batch.isTransactional();
    if (!isConsistent) {
      throw new CorruptBatchException(
          BatchFault.INCONSISTENT_PRODUCER,
          "producerId="
              + batch.producerId()
              + ", producerEpoch="
              + batch.producerEpoch()
              + ", baseSequence="
              + batch.baseSequence()
              + ", isTransactional="
              + batch.isTransactional());
    }
  }

  private BatchVerdict checkRecords(
      RecordBatch batch, CompressionType type, ProduceRules rules, long nowMs) {
    long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    int offsetDeltaOfMaxTimestamp = -1;
    int firstGap = -1;
    boolean isStamped = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
    errors.clear();
    for (int index = 0; cursor.next(); index++) {
      long timestamp = cursor.timestamp();
      if (cursor.offsetDelta() != index && firstGap < 0) {
        firstGap = index;
      }
      if (timestamp > maxTimestamp) {
        maxTimestamp = timestamp;
        offsetDeltaOfMaxTimestamp = index;
      }
      if (rules.isCompacted() && !cursor.hasKey()) {
        errors.addKeyMissing(index);
      } else {
        checkTimestamp(index, timestamp, isStamped, rules, nowMs);
      }
    }
    if (!errors.isEmpty()) {
      return errors.verdict();
    }
    if (firstGap >= 0) {
      throw new CorruptBatchException(
          BatchFault.OFFSETS_NOT_DENSE,
          "record " + firstGap + " has another offset delta than that");
    }
    return new BatchVerdict.Valid(
        batch.sizeInBytes(),
        batch.recordCount(),
        batch.lastOffsetDelta(),
        maxTimestamp,
        offsetDeltaOfMaxTimestamp,
        batch.lastSequence(),
        type,
        rules.changeCompression(type));
  }

  /** As in Kafka, a stamped batch passes where the topic takes the producer's time and it fits. */
  private void checkTimestamp(
      int index, long timestamp, boolean isStamped, ProduceRules rules, long nowMs) {
    if (rules.timestampType() == TimestampType.CREATE_TIME
        && timestamp != RecordBatch.NO_TIMESTAMP) {
      long age = nowMs - timestamp;
      if (age > rules.timestampBeforeMaxMs() || -age > rules.timestampAfterMaxMs()) {
        errors.addTimestampOutOfRange(index, timestamp, nowMs, rules);
      }
    } else if (isStamped) {
      errors.addBrokerTimestamp(index);
    }
  }

  private static String messageOf(CorruptBatchException corrupt) {
    @Nullable String message = corrupt.getMessage();
    return message == null ? corrupt.fault().name() : message;
  }
}
