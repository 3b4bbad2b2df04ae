package org.stoker.records;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/**
 * Writes one batch, byte for byte as Kafka's builder would where nothing is compressed.
 *
 * <p>Records are appended with rising offsets; {@link #build()} ends it. What is set before the
 * first record holds for the batch. Close it when it is given up before that: codecs hold native
 * memory.
 */
@ConfinedTo(ConfinedTo.CALLER)
public final class BatchBuilder implements AutoCloseable {
  private static final int INITIAL_SIZE_BYTES = 512;

  // Calls into a codec are dear: it gets its input in pieces of at least this size.
  private static final int CODEC_CHUNK_BYTES = 16 * 1024;
  private static final Header[] NO_HEADERS = {};

  // Length, attributes, two deltas, two lengths and the count of headers, as large as they get.
  private static final int MOST_RECORD_OVERHEAD = 5 + 1 + 10 + 5 + 5 + 5 + 5;

  private final Compression compression;
  private final GrowingBuffer batch;
  private final GrowingBuffer record;
  private @Nullable OutputStream compressed;

  private long baseOffset;
  private int partitionLeaderEpoch = RecordBatch.NO_PARTITION_LEADER_EPOCH;
  private TimestampType timestampType = TimestampType.CREATE_TIME;
  private long logAppendTime = RecordBatch.NO_TIMESTAMP;
  private long producerId = RecordBatch.NO_PRODUCER_ID;
  private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
  private int baseSequence = RecordBatch.NO_SEQUENCE;
  private boolean isTransactional;
  private boolean isControlBatch;

  private long baseTimestamp = RecordBatch.NO_TIMESTAMP;
  private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
  private long lastOffset = -1;
  private int recordCount;
  private long uncompressedSizeInBytes = RecordBatch.HEADER_SIZE_BYTES;
  private boolean isBuilt;

  private BatchBuilder(Compression compression, GrowingBuffer batch) {
    this.compression = compression;
    this.batch = batch;
    this.record =
        compression.type() == CompressionType.NONE ? batch : new GrowingBuffer(INITIAL_SIZE_BYTES);
    if (batch.ensureRoom(RecordBatch.HEADER_SIZE_BYTES)) {
      batch.buffer().position(RecordBatch.HEADER_SIZE_BYTES);
    }
  }

  public static BatchBuilder of(Compression compression) {
    return of(compression, INITIAL_SIZE_BYTES);
  }

  /** A builder that expects a batch of about that size, which saves copies. */
  public static BatchBuilder of(Compression compression, int expectedSizeBytes) {
    int size = Math.max(expectedSizeBytes, RecordBatch.HEADER_SIZE_BYTES);
    return new BatchBuilder(compression, new GrowingBuffer(size));
  }

  /** Writes into a buffer with bounds of its own, whose overflow the caller looks at. */
  static BatchBuilder into(GrowingBuffer batch, Compression compression) {
    return new BatchBuilder(compression, batch);
  }

  public static BatchBuilder uncompressed() {
    return of(Compression.NONE);
  }

  public BatchBuilder baseOffset(long offset) {
    requireEmpty();
    baseOffset = offset;
    lastOffset = offset - 1;
    return this;
  }

  public BatchBuilder partitionLeaderEpoch(int leaderEpoch) {
    partitionLeaderEpoch = leaderEpoch;
    return this;
  }

  /** The broker's time counts, for every record. */
  public BatchBuilder logAppendTime(long timestamp) {
    requireEmpty();
    timestampType = TimestampType.LOG_APPEND_TIME;
    logAppendTime = timestamp;
    return this;
  }

  public BatchBuilder producer(long id, short epoch, int sequence) {
    producerId = id;
    producerEpoch = epoch;
    baseSequence = sequence;
    return this;
  }

  public BatchBuilder transactional(boolean transactional) {
    isTransactional = transactional;
    return this;
  }

  public BatchBuilder control(boolean control) {
    isControlBatch = control;
    return this;
  }

  private void requireEmpty() {
    if (recordCount > 0) {
      throw new IllegalStateException("the batch already has " + recordCount + " records");
    }
  }

  /** Appends with the next offset. */
  public BatchBuilder append(long timestamp, byte @Nullable [] key, byte @Nullable [] value) {
    return append(lastOffset + 1, timestamp, wrap(key), wrap(value), NO_HEADERS);
  }

  /** Appends with the next offset. */
  public BatchBuilder append(
      long timestamp, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
    return append(lastOffset + 1, timestamp, wrap(key), wrap(value), headers.toArray(NO_HEADERS));
  }

  /** Appends with that offset, which is above the last one. Neither buffer is moved. */
  public BatchBuilder append(
      long offset,
      long timestamp,
      @Nullable ByteBuffer key,
      @Nullable ByteBuffer value,
      Header... headers) {
    byte[][] names = new byte[headers.length][];
    int size = 0;
    for (int i = 0; i < headers.length; i++) {
      names[i] = headers[i].key().getBytes(StandardCharsets.UTF_8);
      size += sizeOfBytes(names[i].length) + sizeOfBytes(sizeOf(headers[i].value()));
    }
    ByteBuffer target = beginRecord(offset, timestamp, key, value, headers.length, size);
    for (int i = 0; i < headers.length; i++) {
      putBytes(names[i], target);
      putBytes(headers[i].value(), target);
    }
    endRecord();
    return this;
  }

  /**
   * Appends a record, with the next offset, whose key, value and headers are the next bytes of the
   * source: they pass through, however many they are. Stops when the batch overflows.
   */
  void appendFrom(RecordStream source, long restSizeInBytes, long timestamp) throws IOException {
    int offsetDelta = noteOffset(lastOffset + 1);
    long timestampDelta = noteTimestamp(timestamp);
    recordCount++;
    long bodySize =
        1
            + Varints.sizeOfVarlong(timestampDelta)
            + Varints.sizeOfVarint(offsetDelta)
            + restSizeInBytes;
    boolean isKnownToGrow = record == batch || bodySize > Integer.MAX_VALUE;
    if (isKnownToGrow && !batch.ensureRoom(Varints.MAX_VARINT_SIZE + bodySize)) {
      return;
    }
    ByteBuffer target = record.withRoom(MOST_RECORD_OVERHEAD);
    Varints.writeVarint((int) bodySize, target);
    target.put((byte) 0);
    Varints.writeVarlong(timestampDelta, target);
    Varints.writeVarint(offsetDelta, target);
    long left = restSizeInBytes;
    while (left > 0) {
      endRecord();
      if (batch.overflow() != null) {
        return;
      }
      ByteBuffer room = record.withRoom((int) Math.min(left, CODEC_CHUNK_BYTES));
      int most = (int) Math.min(left, room.remaining());
      int count = source.read(room.array(), room.arrayOffset() + room.position(), most);
      room.position(room.position() + count);
      left -= count;
    }
    endRecord();
  }

  private ByteBuffer beginRecord(
      long offset,
      long timestamp,
      @Nullable ByteBuffer key,
      @Nullable ByteBuffer value,
      int headerCount,
      int headersSize) {
    int offsetDelta = noteOffset(offset);
    long timestampDelta = noteTimestamp(timestamp);
    recordCount++;
    int keySize = key == null ? -1 : key.remaining();
    int valueSize = value == null ? -1 : value.remaining();
    int bodySize =
        1
            + Varints.sizeOfVarlong(timestampDelta)
            + Varints.sizeOfVarint(offsetDelta)
            + sizeOfBytes(keySize)
            + sizeOfBytes(valueSize)
            + Varints.sizeOfVarint(headerCount)
            + headersSize;
    uncompressedSizeInBytes += Varints.sizeOfVarint(bodySize) + bodySize;
    ByteBuffer target = record.withRoom(Varints.MAX_VARINT_SIZE + bodySize);
    Varints.writeVarint(bodySize, target);
    target.put((byte) 0);
    Varints.writeVarlong(timestampDelta, target);
    Varints.writeVarint(offsetDelta, target);
    putBytes(key, keySize, target);
    putBytes(value, valueSize, target);
    Varints.writeVarint(headerCount, target);
    return target;
  }

  private int noteOffset(long offset) {
    long delta = offset - baseOffset;
    if (isBuilt || offset <= lastOffset || delta > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          "append of offset="
              + offset
              + ", baseOffset="
              + baseOffset
              + ", lastOffset="
              + lastOffset
              + ", isBuilt="
              + isBuilt);
    }
    lastOffset = offset;
    return (int) delta;
  }

  private long noteTimestamp(long timestamp) {
    if (recordCount == 0) {
      baseTimestamp = timestamp;
    }
    maxTimestamp = Math.max(maxTimestamp, timestamp);
    return timestamp - baseTimestamp;
  }

  private void endRecord() {
    if (record != batch && record.position() >= CODEC_CHUNK_BYTES) {
      compressPending();
    }
  }

  private void compressPending() {
    try {
      if (compressed == null) {
        compressed = compression.compressTo(batch);
      }
      record.drainTo(compressed);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  public int recordCount() {
    return recordCount;
  }

  public boolean isEmpty() {
    return recordCount == 0;
  }

  /** What the next record gets. */
  public long nextOffset() {
    return lastOffset + 1;
  }

  /** The exact size so far when nothing is compressed, else what it would be then. */
  public long uncompressedSizeInBytes() {
    return uncompressedSizeInBytes;
  }

  /** The most that a record without headers can add to the size of an uncompressed batch. */
  public static long mostSizeOfRecord(@Nullable ByteBuffer key, @Nullable ByteBuffer value) {
    return (long) MOST_RECORD_OVERHEAD
        + (key == null ? 0 : key.remaining())
        + (value == null ? 0 : value.remaining());
  }

  /** The batch, from position to limit; the builder is finished with it. */
  public ByteBuffer build() {
    ByteBuffer built = buildIfItFits();
    if (built == null) {
      throw new IllegalStateException("a batch that overflowed: " + batch.overflow());
    }
    return built;
  }

  /** Null when the buffer it was written into has overflowed. */
  @Nullable ByteBuffer buildIfItFits() {
    if (isBuilt || recordCount == 0) {
      throw new IllegalStateException(
          "build with recordCount=" + recordCount + ", isBuilt=" + isBuilt);
    }
    if (record != batch) {
      compressPending();
    }
    close();
    if (batch.overflow() != null) {
      return null;
    }
    ByteBuffer bytes = batch.buffer().flip();
    int attributes = compression.type().code();
    attributes |=
        timestampType == TimestampType.LOG_APPEND_TIME ? RecordBatch.TIMESTAMP_TYPE_BIT : 0;
    attributes |= isTransactional ? RecordBatch.TRANSACTIONAL_BIT : 0;
    attributes |= isControlBatch ? RecordBatch.CONTROL_BIT : 0;
    bytes.putLong(0, baseOffset);
    bytes.putInt(RecordBatch.LENGTH_POSITION, bytes.limit() - RecordBatch.LOG_OVERHEAD_BYTES);
    bytes.putInt(RecordBatch.LEADER_EPOCH_POSITION, partitionLeaderEpoch);
    bytes.put(RecordBatch.MAGIC_POSITION, RecordBatch.MAGIC_V2);
    bytes.putShort(RecordBatch.ATTRIBUTES_POSITION, (short) attributes);
    bytes.putInt(RecordBatch.LAST_OFFSET_DELTA_POSITION, (int) (lastOffset - baseOffset));
    bytes.putLong(RecordBatch.BASE_TIMESTAMP_POSITION, baseTimestamp);
    bytes.putLong(
        RecordBatch.MAX_TIMESTAMP_POSITION,
        timestampType == TimestampType.LOG_APPEND_TIME ? logAppendTime : maxTimestamp);
    bytes.putLong(RecordBatch.PRODUCER_ID_POSITION, producerId);
    bytes.putShort(RecordBatch.PRODUCER_EPOCH_POSITION, producerEpoch);
    bytes.putInt(RecordBatch.BASE_SEQUENCE_POSITION, baseSequence);
    bytes.putInt(RecordBatch.RECORD_COUNT_POSITION, recordCount);
    RecordBatch.at(bytes, 0).writeCrc();
    return bytes;
  }

  /** Gives back what the codec holds. */
  @Override
  public void close() {
    isBuilt = true;
    OutputStream closing = compressed;
    compressed = null;
    if (closing != null) {
      try {
        closing.close();
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
    }
  }

  private static @Nullable ByteBuffer wrap(byte @Nullable [] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }

  private static int sizeOf(byte @Nullable [] bytes) {
    return bytes == null ? -1 : bytes.length;
  }

  private static int sizeOfBytes(int size) {
    return Varints.sizeOfVarint(size) + Math.max(size, 0);
  }

  private static void putBytes(byte @Nullable [] bytes, ByteBuffer target) {
    Varints.writeVarint(sizeOf(bytes), target);
    if (bytes != null) {
      target.put(bytes);
    }
  }

  private static void putBytes(@Nullable ByteBuffer bytes, int size, ByteBuffer target) {
    Varints.writeVarint(size, target);
    if (bytes != null) {
      target.put(target.position(), bytes, bytes.position(), size);
      target.position(target.position() + size);
    }
  }
}
