package org.stoker.records;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.PrimitiveRef;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.xerial.snappy.SnappyError;

/**
 * What Kafka's broker does with the records of a produce request, up to the append.
 *
 * <p>ProduceRequest and LogValidator are Kafka's own. What UnifiedLog does between them cannot be
 * called without a log, so its five checks are repeated here in its order.
 */
final class KafkaJudge {
  static final int LEADER_EPOCH = 7;
  static final long BASE_OFFSET = 1_000_000_007L;

  /**
   * What came out.
   *
   * @param error NONE when it is appended
   * @param stored what is appended, when it is; else empty
   * @param isReadable a consumer gets through what is appended
   */
  record Outcome(
      Errors error,
      List<Integer> refusedRecords,
      ByteBuffer stored,
      long maxTimestamp,
      boolean isReadable) {}

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private KafkaJudge() {}

  static Outcome judge(ByteBuffer bytes, int produceVersion, ProduceRules rules, long nowMs) {
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    MemoryRecords records = MemoryRecords.readableRecords(copy);
    try {
      ProduceRequest.validateRecords((short) produceVersion, records);
      MutableRecordBatch batch = records.batches().iterator().next();
      if (batch.baseOffset() != 0) {
        return refused(Errors.INVALID_RECORD);
      }
      if (batch.sizeInBytes() > rules.maxMessageBytes()) {
        return refused(Errors.MESSAGE_TOO_LARGE);
      }
      if (!batch.isValid()) {
        return refused(Errors.CORRUPT_MESSAGE);
      }
      return validate(
          MemoryRecords.readableRecords(copy.duplicate().limit(batch.sizeInBytes())),
          batch.compressionType(),
          rules,
          nowMs);
    } catch (RecordValidationException refused) {
      return new Outcome(
          Errors.forException(refused.invalidException()),
          refused.recordErrors().stream().map(KafkaJudge::index).toList(),
          NOTHING,
          -1,
          false);
    } catch (ApiException refused) {
      return refused(Errors.forException(refused));
    } catch (RuntimeException | SnappyError | OutOfMemoryError unexpected) {
      return refused(Errors.UNKNOWN_SERVER_ERROR);
    }
  }

  private static Outcome refused(Errors error) {
    return new Outcome(error, List.of(), NOTHING, -1, false);
  }

  private static int index(ProduceResponse.RecordError error) {
    return error.batchIndex;
  }

  private static Outcome validate(
      MemoryRecords records, CompressionType source, ProduceRules rules, long nowMs) {
    Compression target = rules.targetCompression();
    var validator =
        new LogValidator(
            records,
            new TopicPartition("topic", 0),
            new FixedTime(nowMs),
            source,
            target == null
                ? org.apache.kafka.common.compress.Compression.of(source).build()
                : KafkaBatches.kafka(target),
            rules.isCompacted(),
            RecordBatch.MAGIC_VALUE_V2,
            KafkaBatches.kafka(rules.timestampType()),
            rules.timestampBeforeMaxMs(),
            rules.timestampAfterMaxMs(),
            LEADER_EPOCH,
            AppendOrigin.CLIENT,
            rules.maxDecompressedMessageBytes());
    var result =
        validator.validateMessagesAndAssignOffsets(
            PrimitiveRef.ofLong(BASE_OFFSET), new NoMetrics(), BufferSupplier.NO_CACHING);
    MemoryRecords stored = result.validatedRecords();
    return new Outcome(
        Errors.NONE,
        List.of(),
        stored.buffer().duplicate(),
        result.maxTimestampMs(),
        isReadable(stored.buffer()));
  }

  /** True when a consumer gets through the batch. */
  static boolean isReadable(ByteBuffer bytes) {
    var batch = KafkaBatches.kafkaReads(bytes);
    try (var records = batch.streamingIterator(BufferSupplier.NO_CACHING, 1 << 20)) {
      records.forEachRemaining(record -> {});
      return true;
    } catch (RuntimeException | SnappyError | OutOfMemoryError unreadable) {
      return false;
    }
  }

  private record FixedTime(long nowMs) implements Time {
    @Override
    public long milliseconds() {
      return nowMs;
    }

    @Override
    public long nanoseconds() {
      return nowMs * 1_000_000;
    }

    @Override
    public void sleep(long ms) {
      throw new UnsupportedOperationException("nothing here waits");
    }
  }

  private static final class NoMetrics implements LogValidator.MetricsRecorder {
    @Override
    public void recordInvalidMagic() {}

    @Override
    public void recordInvalidOffset() {}

    @Override
    public void recordInvalidSequence() {}

    @Override
    public void recordInvalidChecksums() {}

    @Override
    public void recordNoKeyCompactedTopic() {}
  }
}
