package org.stoker.records;

import org.jspecify.annotations.Nullable;

/**
 * What a topic asks of the batches that are produced to it.
 *
 * @param maxMessageBytes {@code max.message.bytes}
 * @param maxDecompressedMessageBytes {@code max.decompressed.message.bytes}
 * @param isCompacted {@code cleanup.policy} contains compact, so every record needs a key
 * @param timestampType {@code message.timestamp.type}
 * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}
 * @param timestampAfterMaxMs {@code message.timestamp.after.max.ms}
 * @param targetCompression {@code compression.type}; null for {@code producer}, which keeps what
 *     comes
 */
public record ProduceRules(
    int maxMessageBytes,
    int maxDecompressedMessageBytes,
    boolean isCompacted,
    TimestampType timestampType,
    long timestampBeforeMaxMs,
    long timestampAfterMaxMs,
    @Nullable Compression targetCompression) {

  /** True when a batch of this compression is stored with another one. */
  public boolean changeCompression(CompressionType source) {
    return targetCompression != null && targetCompression.type() != source;
  }
}
