package org.stoker.records;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/**
 * Reads and patches the header of one batch (message format 2) where it lies in a buffer.
 *
 * <p>A view can be moved from batch to batch; nothing is copied. The caller makes sure that a whole
 * header lies at the position, see {@link BatchWalk}. Field positions, sizes in bytes:
 *
 * <pre>
 *  0 baseOffset 8            | covered by no checksum, so that the broker can set
 *  8 length 4                | the first three without computing it again
 * 12 partitionLeaderEpoch 4  |
 * 16 magic 1
 * 17 crc 4                     CRC-32C of everything behind it
 * 21 attributes 2              0-2 compression, 3 timestamp type, 4 transactional, 5 control,
 *                              6 delete horizon
 * 23 lastOffsetDelta 4
 * 27 baseTimestamp 8
 * 35 maxTimestamp 8
 * 43 producerId 8
 * 51 producerEpoch 2
 * 53 baseSequence 4
 * 57 recordCount 4
 * 61 records
 * </pre>
 */
@ConfinedTo(ConfinedTo.CALLER)
public final class RecordBatch {
  public static final byte MAGIC_V2 = 2;
  public static final long NO_TIMESTAMP = -1;
  public static final long NO_PRODUCER_ID = -1;
  public static final short NO_PRODUCER_EPOCH = -1;
  public static final int NO_SEQUENCE = -1;
  public static final int NO_PARTITION_LEADER_EPOCH = -1;

  /** Bytes of the header, so the size of a batch without records. */
  public static final int HEADER_SIZE_BYTES = 61;

  /** Base offset and length: what must be read to know where the next batch starts. */
  public static final int LOG_OVERHEAD_BYTES = 12;

  static final int LENGTH_POSITION = 8;
  static final int LEADER_EPOCH_POSITION = 12;
  static final int MAGIC_POSITION = 16;
  static final int CRC_POSITION = 17;

  /** The checksum covers everything from here on. */
  public static final int ATTRIBUTES_POSITION = 21;

  static final int LAST_OFFSET_DELTA_POSITION = 23;
  static final int BASE_TIMESTAMP_POSITION = 27;
  static final int MAX_TIMESTAMP_POSITION = 35;
  static final int PRODUCER_ID_POSITION = 43;
  static final int PRODUCER_EPOCH_POSITION = 51;
  static final int BASE_SEQUENCE_POSITION = 53;
  static final int RECORD_COUNT_POSITION = 57;

  static final int COMPRESSION_MASK = 0x07;
  static final int TIMESTAMP_TYPE_BIT = 0x08;
  static final int TRANSACTIONAL_BIT = 0x10;
  static final int CONTROL_BIT = 0x20;
  static final int DELETE_HORIZON_BIT = 0x40;
  private static final int KNOWN_BITS =
      COMPRESSION_MASK | TIMESTAMP_TYPE_BIT | TRANSACTIONAL_BIT | CONTROL_BIT | DELETE_HORIZON_BIT;

  private final CRC32C crc32c = new CRC32C();
  private ByteBuffer buffer;
  private int position;

  private RecordBatch(ByteBuffer buffer, int position) {
    this.buffer = buffer;
    this.position = position;
  }

  /** The batch whose base offset is at {@code position}, an index of the (big-endian) buffer. */
  public static RecordBatch at(ByteBuffer buffer, int position) {
    return new RecordBatch(buffer, position);
  }

  public RecordBatch moveTo(int newPosition) {
    position = newPosition;
    return this;
  }

  public RecordBatch moveTo(ByteBuffer newBuffer, int newPosition) {
    buffer = newBuffer;
    position = newPosition;
    return this;
  }

  public ByteBuffer buffer() {
    return buffer;
  }

  public int position() {
    return position;
  }

  public long baseOffset() {
    return buffer.getLong(position);
  }

  public int sizeInBytes() {
    return LOG_OVERHEAD_BYTES + buffer.getInt(position + LENGTH_POSITION);
  }

  public int partitionLeaderEpoch() {
    return buffer.getInt(position + LEADER_EPOCH_POSITION);
  }

  public byte magic() {
    return buffer.get(position + MAGIC_POSITION);
  }

  /** The CRC that is written in the batch, not that of its bytes. */
  public int crc() {
    return buffer.getInt(position + CRC_POSITION);
  }

  public short attributes() {
    return buffer.getShort(position + ATTRIBUTES_POSITION);
  }

  public int lastOffsetDelta() {
    return buffer.getInt(position + LAST_OFFSET_DELTA_POSITION);
  }

  public long lastOffset() {
    return baseOffset() + lastOffsetDelta();
  }

  public long nextOffset() {
    return lastOffset() + 1;
  }

  /** What the records' timestamp deltas count from. */
  public long baseTimestamp() {
    return buffer.getLong(position + BASE_TIMESTAMP_POSITION);
  }

  public long maxTimestamp() {
    return buffer.getLong(position + MAX_TIMESTAMP_POSITION);
  }

  public long producerId() {
    return buffer.getLong(position + PRODUCER_ID_POSITION);
  }

  public boolean hasProducerId() {
    return producerId() > NO_PRODUCER_ID;
  }

  public short producerEpoch() {
    return buffer.getShort(position + PRODUCER_EPOCH_POSITION);
  }

  public int baseSequence() {
    return buffer.getInt(position + BASE_SEQUENCE_POSITION);
  }

  public int lastSequence() {
    int baseSequence = baseSequence();
    return baseSequence == NO_SEQUENCE
        ? NO_SEQUENCE
        : sequenceAfter(baseSequence, lastOffsetDelta());
  }

  public int recordCount() {
    return buffer.getInt(position + RECORD_COUNT_POSITION);
  }

  public int compressionCode() {
    return attributes() & COMPRESSION_MASK;
  }

  /** Null when the code is none that is known. */
  public @Nullable CompressionType compressionType() {
    return CompressionType.forCode(compressionCode());
  }

  CompressionType knownCompressionType() {
    CompressionType type = compressionType();
    if (type == null) {
      throw new CorruptBatchException(
          BatchFault.UNKNOWN_COMPRESSION, "compression code " + compressionCode());
    }
    return type;
  }

  public boolean isCompressed() {
    return compressionCode() != 0;
  }

  public TimestampType timestampType() {
    return (attributes() & TIMESTAMP_TYPE_BIT) == 0
        ? TimestampType.CREATE_TIME
        : TimestampType.LOG_APPEND_TIME;
  }

  public boolean isTransactional() {
    return (attributes() & TRANSACTIONAL_BIT) != 0;
  }

  public boolean isControlBatch() {
    return (attributes() & CONTROL_BIT) != 0;
  }

  /**
   * True when the cleaner has put the time into {@link #baseTimestamp()} at which tombstones go.
   */
  public boolean hasDeleteHorizon() {
    return (attributes() & DELETE_HORIZON_BIT) != 0;
  }

  /** The sequence number that many records later; behind the largest comes 0. */
  public static int sequenceAfter(int sequence, int increment) {
    return sequence > Integer.MAX_VALUE - increment
        ? increment - (Integer.MAX_VALUE - sequence) - 1
        : sequence + increment;
  }

  /** The sequence number that many records earlier; before 0 comes the largest. */
  public static int sequenceBefore(int sequence, int decrement) {
    return sequence < decrement
        ? Integer.MAX_VALUE - (decrement - sequence) + 1
        : sequence - decrement;
  }

  public void setBaseOffset(long baseOffset) {
    buffer.putLong(position, baseOffset);
  }

  public void setPartitionLeaderEpoch(int leaderEpoch) {
    buffer.putInt(position + LEADER_EPOCH_POSITION, leaderEpoch);
  }

  /** Computes the CRC again, unless the batch already says so. */
  public void setMaxTimestamp(TimestampType type, long maxTimestamp) {
    if (timestampType() == type && maxTimestamp() == maxTimestamp) {
      return;
    }
    int attributes = attributes() & KNOWN_BITS & ~TIMESTAMP_TYPE_BIT;
    if (type == TimestampType.LOG_APPEND_TIME) {
      attributes |= TIMESTAMP_TYPE_BIT;
    }
    buffer.putShort(position + ATTRIBUTES_POSITION, (short) attributes);
    buffer.putLong(position + MAX_TIMESTAMP_POSITION, maxTimestamp);
    writeCrc();
  }

  /** True when the CRC is that of the bytes; the whole batch must lie in the buffer. */
  public boolean isCrcRight() {
    return crc() == computeCrc();
  }

  void writeCrc() {
    buffer.putInt(position + CRC_POSITION, computeCrc());
  }

  int computeCrc() {
    crc32c.reset();
    int size = sizeInBytes() - ATTRIBUTES_POSITION;
    if (buffer.hasArray()) {
      int start = buffer.arrayOffset() + position + ATTRIBUTES_POSITION;
      crc32c.update(buffer.array(), start, size);
    } else {
      crc32c.update(buffer.slice(position + ATTRIBUTES_POSITION, size));
    }
    return (int) crc32c.getValue();
  }

  @Override
  public String toString() {
    return "RecordBatch(offsets=["
        + baseOffset()
        + ", "
        + lastOffset()
        + "], sizeInBytes="
        + sizeInBytes()
        + ", partitionLeaderEpoch="
        + partitionLeaderEpoch()
        + ", magic="
        + magic()
        + ", attributes="
        + attributes()
        + ", recordCount="
        + recordCount()
        + ", producerId="
        + producerId()
        + ", producerEpoch="
        + producerEpoch()
        + ", baseSequence="
        + baseSequence()
        + ")";
  }
}
