package org.stoker.records;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/**
 * Makes the batch that is stored where a topic wants another compression than the producer's.
 *
 * <p>One record is held at a time, and it stops as soon as the result is above what the topic
 * takes.
 */
@ConfinedTo(ConfinedTo.CALLER)
public final class BatchRewriter {
  private final RecordCursor cursor = new RecordCursor(Integer.MAX_VALUE);

  /**
   * The batch at {@code position} again, with base offset 0 and everything else as it was.
   *
   * <p>Call it with a batch for which {@link BatchValidator} said {@link
   * BatchVerdict.Valid#mustRewrite}; {@code source} is not changed.
   *
   * @param nowMs the stamp of the batch when the topic's timestamp type is LogAppendTime
   * @return null when the result would be above {@code max.message.bytes}
   * @throws CorruptBatchException when the batch was not checked before
   */
  public @Nullable ByteBuffer rewrite(
      ByteBuffer source, int position, ProduceRules rules, long nowMs) {
    RecordBatch batch = RecordBatch.at(source, position);
    Compression configured = rules.targetCompression();
    Compression target =
        configured == null ? Compression.of(batch.knownCompressionType()) : configured;
    try (BatchBuilder builder = BatchBuilder.of(target, batch.sizeInBytes())) {
      builder
          .partitionLeaderEpoch(batch.partitionLeaderEpoch())
          .producer(batch.producerId(), batch.producerEpoch(), batch.baseSequence())
          .transactional(batch.isTransactional())
          .control(batch.isControlBatch());
      if (rules.timestampType() == TimestampType.LOG_APPEND_TIME) {
        builder.logAppendTime(nowMs);
      }
      cursor.open(batch, rules.maxDecompressedMessageBytes());
      while (cursor.next()) {
        builder.append(builder.nextOffset(), cursor);
        if (builder.writtenSizeInBytes() > rules.maxMessageBytes()) {
          return null;
        }
      }
      ByteBuffer rewritten = builder.build();
      return rewritten.remaining() > rules.maxMessageBytes() ? null : rewritten;
    } finally {
      cursor.close();
    }
  }
}
