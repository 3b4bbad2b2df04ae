package org.stoker.records;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.stoker.base.ConfinedTo;
import org.stoker.base.HeapBudget;

/**
 * Makes the batch that is stored where a topic wants another compression than the producer's.
 *
 * <p>Records pass from codec to codec through a small window, however large they are; what is held
 * is the result, which is claimed from a budget as it grows. It stops as soon as the result is
 * above what the topic takes.
 */
@ConfinedTo(ConfinedTo.CALLER)
public final class BatchRewriter {
  private final HeapBudget budget;
  private final RecordStream stream = new RecordStream();

  /** Claims the results from the budget; {@link #release} gives them back. */
  public BatchRewriter(HeapBudget budget) {
    this.budget = budget;
  }

  /** What came of it. */
  public sealed interface Outcome {
    /**
     * Whoever takes the batch releases it.
     *
     * @param bytes the batch, from position to limit
     */
    record Rewritten(ByteBuffer bytes) implements Outcome {}

    /** The result would be above {@code max.message.bytes}, or above the whole budget. */
    record TooLarge() implements Outcome {}

    /** Others hold the budget; the same batch may be taken later. */
    record NoMemory() implements Outcome {}
  }

  /** The batch is no longer needed. */
  public static void release(ByteBuffer rewritten, HeapBudget budget) {
    budget.release(rewritten.capacity());
  }

  /**
   * The batch at {@code position} again, with base offset 0 and everything else as it was.
   *
   * <p>Call it with a batch for which {@link BatchValidator} said {@link
   * BatchVerdict.Valid#mustRewrite}; {@code source} is not changed.
   *
   * @param nowMs the stamp of the batch when the topic's timestamp type is LogAppendTime
   * @throws CorruptBatchException when the batch was not checked before
   */
  public Outcome rewrite(ByteBuffer source, int position, ProduceRules rules, long nowMs) {
    RecordBatch batch = RecordBatch.at(source, position);
    Compression configured = rules.targetCompression();
    Compression target =
        configured == null ? Compression.of(batch.knownCompressionType()) : configured;
    var result = new GrowingBuffer(batch.sizeInBytes(), rules.maxMessageBytes(), budget);
    boolean isRewritten = false;
    try (BatchBuilder builder = BatchBuilder.into(result, target)) {
      builder
          .partitionLeaderEpoch(batch.partitionLeaderEpoch())
          .producer(batch.producerId(), batch.producerEpoch(), batch.baseSequence())
          .transactional(batch.isTransactional())
          .control(batch.isControlBatch());
      if (rules.timestampType() == TimestampType.LOG_APPEND_TIME) {
        builder.logAppendTime(nowMs);
      }
      copyRecords(batch, builder, result);
      ByteBuffer bytes = builder.buildIfItFits();
      if (bytes != null) {
        isRewritten = true;
        return new Outcome.Rewritten(bytes);
      }
    } finally {
      if (!isRewritten) {
        result.discard();
      }
    }
    return result.overflow() == GrowingBuffer.Overflow.NO_MEMORY
        ? new Outcome.NoMemory()
        : new Outcome.TooLarge();
  }

  private void copyRecords(RecordBatch batch, BatchBuilder builder, GrowingBuffer result) {
    int start = batch.position() + RecordBatch.HEADER_SIZE_BYTES;
    int size = batch.sizeInBytes() - RecordBatch.HEADER_SIZE_BYTES;
    boolean isStamped = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
    try {
      stream.open(
          batch.knownCompressionType(), batch.buffer().slice(start, size), Integer.MAX_VALUE);
      for (int i = 0; i < batch.recordCount() && result.overflow() == null; i++) {
        int bodySize = stream.readVarint();
        long end = stream.position() + bodySize;
        stream.readByte();
        long timestamp = batch.baseTimestamp() + stream.readVarlong();
        stream.readVarint();
        builder.appendFrom(
            stream, end - stream.position(), isStamped ? batch.maxTimestamp() : timestamp);
      }
    } catch (IOException malformed) {
      throw RecordCursor.malformedCompression(malformed);
    } finally {
      closeStream();
    }
  }

  private void closeStream() {
    try {
      stream.close();
    } catch (IOException malformed) {
      throw RecordCursor.malformedCompression(malformed);
    }
  }
}
