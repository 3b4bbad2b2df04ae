package org.stoker.records;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The records that brokers write to end a transaction, in batches of their own. */
public enum ControlRecord {
  ABORT(0),
  COMMIT(1);

  private static final short VERSION = 0;
  private static final int KEY_SIZE_BYTES = 4;
  private static final int VALUE_SIZE_BYTES = 6;

  private final short kind;

  ControlRecord(int kind) {
    this.kind = (short) kind;
  }

  /** A whole batch that ends the transaction of a producer. */
  public ByteBuffer markerBatch(
      long baseOffset,
      int partitionLeaderEpoch,
      long timestampMs,
      long producerId,
      short producerEpoch,
      int coordinatorEpoch) {
    ByteBuffer key = ByteBuffer.allocate(KEY_SIZE_BYTES);
    key.putShort(VERSION).putShort(kind);
    ByteBuffer value = ByteBuffer.allocate(VALUE_SIZE_BYTES);
    value.putShort(VERSION).putInt(coordinatorEpoch);
    try (BatchBuilder builder = BatchBuilder.uncompressed()) {
      return builder
          .baseOffset(baseOffset)
          .partitionLeaderEpoch(partitionLeaderEpoch)
          .producer(producerId, producerEpoch, RecordBatch.NO_SEQUENCE)
          .transactional(true)
          .control(true)
          .append(timestampMs, key.array(), value.array())
          .build();
    }
  }

  /** What the key of a control record means; null for a kind that this broker does not know. */
  public static @Nullable ControlRecord ofKey(ByteBuffer key) {
    if (key.remaining() < KEY_SIZE_BYTES || key.getShort(key.position()) < 0) {
      return null;
    }
    short wanted = key.getShort(key.position() + Short.BYTES);
    return wanted == ABORT.kind ? ABORT : wanted == COMMIT.kind ? COMMIT : null;
  }

  /** The epoch of the coordinator that wrote a marker; -1 when the value cannot tell. */
  public static int coordinatorEpochOf(ByteBuffer value) {
    return value.remaining() < VALUE_SIZE_BYTES || value.getShort(value.position()) < 0
        ? -1
        : value.getInt(value.position() + Short.BYTES);
  }
}
