package org.stoker.records;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.ConfinedTo;

/**
 * Walks the records of one batch after another without making objects of them.
 *
 * <p>Records of an uncompressed batch are read where they lie. Those of a compressed one pass
 * through a small window; a record whose body is at most {@code maxHeldBytes} is held while the
 * cursor is on it, so that its bytes can be asked for; a larger one is skipped as it streams by,
 * and only its numbers are known. Every length is checked against what is really there before it is
 * used.
 *
 * <p>All accessors speak of the record that {@link #next()} has moved to.
 */
@ConfinedTo(ConfinedTo.CALLER)
public final class RecordCursor implements AutoCloseable {
  /** For readers that need only numbers: no record of a compressed batch is held. */
  public static final int HOLD_NOTHING = 0;

  /** What the records of one compressed batch may expand to: beyond it lies only malice. */
  public static final int MAX_EXPANDED_BYTES = Integer.MAX_VALUE;

  // Attributes, two deltas, two lengths and the count of headers, one byte each.
  private static final int SMALLEST_BODY = 6;
  private static final int FIRST_HELD_SIZE = 4 * 1024;

  private final int maxHeldBytes;
  private final RecordStream stream = new RecordStream();
  private ByteBuffer held = ByteBuffer.allocate(0);

  // The batch.
  private int maxRecordBytes;
  private int maxExpandedBytes;
  private ByteBuffer bytes = held;
  private boolean isCompressed;
  private int position;
  private int limit;
  private long baseOffset;
  private long baseTimestamp;
  private boolean hasLogAppendTime;
  private long logAppendTime;
  private int recordCount;
  private int recordsRead;

  // The record.
  private boolean isHeld;
  private int bodySize;
  private byte attributes;
  private int offsetDelta;
  private long timestampDelta;
  private int keySize;
  private int keyPosition;
  private int valueSize;
  private int valuePosition;
  private int headerCount;
  private int headersPosition;

  /** Holds records of compressed batches up to a body of {@code maxHeldBytes}. */
  public RecordCursor(int maxHeldBytes) {
    this.maxHeldBytes = maxHeldBytes;
  }

  /** Without a limit on a record's size. */
  public RecordCursor open(RecordBatch batch) {
    return open(batch, Integer.MAX_VALUE, MAX_EXPANDED_BYTES);
  }

  /**
   * Stands before the first record of the batch, all of which must lie in its buffer.
   *
   * @param newMaxRecordBytes {@code max.decompressed.message.bytes}: a larger record of a
   *     compressed batch is an error
   * @param newMaxExpandedBytes how much of a compressed batch is decompressed at most, also by a
   *     codec that works by blocks
   * @throws CorruptBatchException when the batch is compressed in a way that cannot be read
   */
  public RecordCursor open(RecordBatch batch, int newMaxRecordBytes, int newMaxExpandedBytes) {
    close();
    maxRecordBytes = newMaxRecordBytes;
    maxExpandedBytes = newMaxExpandedBytes;
    CompressionType type = batch.knownCompressionType();
    baseOffset = batch.baseOffset();
    baseTimestamp = batch.baseTimestamp();
    hasLogAppendTime = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
    logAppendTime = batch.maxTimestamp();
    recordCount = batch.recordCount();
    recordsRead = 0;
    if (recordCount < 0) {
      throw new CorruptBatchException(
          BatchFault.INCONSISTENT_COUNT, "a count of " + recordCount + " records");
    }
    int start = batch.position() + RecordBatch.HEADER_SIZE_BYTES;
    int end = batch.position() + batch.sizeInBytes();
    isCompressed = type != CompressionType.NONE;
    if (isCompressed && recordCount > 0) {
      openCompressed(type, batch.buffer(), start, end);
    } else {
      bytes = batch.buffer();
      position = start;
      limit = end;
    }
    return this;
  }

  private void openCompressed(CompressionType type, ByteBuffer buffer, int start, int end) {
    try {
      stream.open(type, buffer.slice(start, end - start), maxExpandedBytes);
    } catch (IOException malformed) {
      throw malformedCompression(malformed);
    }
  }

  /**
   * Moves to the next record; false when there was none.
   *
   * @throws CorruptBatchException when the bytes are not what they claim to be
   */
  public boolean next() {
    if (recordsRead == recordCount) {
      return false;
    }
    recordsRead++;
    if (!isCompressed) {
      bodySize = readVarint(limit);
      readBodyInPlace(limit);
      if (recordsRead == recordCount && position != limit) {
        throw CorruptBatchException.record(
            (limit - position) + " bytes follow the last of " + recordCount + " records");
      }
      return true;
    }
    try {
      nextFromStream();
      if (recordsRead == recordCount && !stream.isAtEnd()) {
        throw CorruptBatchException.record(
            "more bytes follow the last of " + recordCount + " records");
      }
    } catch (IOException malformed) {
      throw malformedCompression(malformed);
    }
    return true;
  }

  private void nextFromStream() throws IOException {
    bodySize = stream.readVarint();
    if (bodySize > maxRecordBytes) {
      throw new CorruptBatchException(
          BatchFault.RECORD_ABOVE_LIMIT,
          "a record of " + bodySize + " bytes is above the limit of " + maxRecordBytes);
    }
    if (stream.position() + bodySize > maxExpandedBytes) {
      throw expandsTooFar(maxExpandedBytes);
    }
    isHeld = bodySize <= maxHeldBytes;
    if (isHeld) {
      hold();
      bytes = held;
      position = 0;
      readBodyInPlace(bodySize);
    } else {
      readBodyFromStream();
    }
  }

  /** Room is made as bytes arrive, so that a record that only claims to be large costs nothing. */
  private void hold() throws IOException {
    requireBodySize();
    int filled = 0;
    while (filled < bodySize) {
      if (filled == held.capacity()) {
        long larger = Math.max(FIRST_HELD_SIZE, 2L * held.capacity());
        byte[] copy = new byte[(int) Math.min(larger, maxHeldBytes)];
        System.arraycopy(held.array(), 0, copy, 0, filled);
        held = ByteBuffer.wrap(copy);
      }
      int most = Math.min(bodySize, held.capacity()) - filled;
      filled += stream.read(held.array(), filled, most);
    }
  }

  private void readBodyInPlace(int available) {
    isHeld = true;
    requireBodySize();
    if (bodySize > available - position) {
      throw CorruptBatchException.record(
          "a record of " + bodySize + " bytes where " + (available - position) + " are left");
    }
    int end = position + bodySize;
    attributes = bytes.get(position++);
    timestampDelta = readVarlong(end);
    offsetDelta = readVarint(end);
    keySize = readVarint(end);
    keyPosition = position;
    skipInPlace(keySize, end);
    valueSize = readVarint(end);
    valuePosition = position;
    skipInPlace(valueSize, end);
    headerCount = readVarint(end);
    requireHeaderCount(end - position);
    headersPosition = position;
    for (int header = 0; header < headerCount; header++) {
      int nameSize = readVarint(end);
      requireHeaderName(nameSize);
      skipInPlace(nameSize, end);
      skipInPlace(readVarint(end), end);
    }
    requireAllRead(end - position);
  }

  private void readBodyFromStream() throws IOException {
    requireBodySize();
    long end = stream.position() + bodySize;
    attributes = stream.readByte();
    timestampDelta = stream.readVarlong();
    offsetDelta = stream.readVarint();
    keySize = stream.readVarint();
    skipInStream(keySize, end);
    valueSize = stream.readVarint();
    skipInStream(valueSize, end);
    headerCount = stream.readVarint();
    requireHeaderCount(end - stream.position());
    for (int header = 0; header < headerCount; header++) {
      int nameSize = stream.readVarint();
      requireHeaderName(nameSize);
      skipInStream(nameSize, end);
      skipInStream(stream.readVarint(), end);
    }
    requireAllRead(end - stream.position());
  }

  private int readVarint(int end) {
    int bits = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      if (position >= end) {
        throw CorruptBatchException.record("a record ends in the middle of a number");
      }
      byte next = bytes.get(position++);
      bits |= (next & 0x7f) << shift;
      if (next >= 0) {
        return Varints.unfold(bits);
      }
    }
    throw CorruptBatchException.record("a number of more than five bytes");
  }

  private long readVarlong(int end) {
    long bits = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (position >= end) {
        throw CorruptBatchException.record("a record ends in the middle of a number");
      }
      byte next = bytes.get(position++);
      bits |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return Varints.unfold(bits);
      }
    }
    throw CorruptBatchException.record("a number of more than ten bytes");
  }

  /** A negative size is that of null, whatever the number: Kafka takes them all. */
  private void skipInPlace(int size, int end) {
    if (size <= 0) {
      return;
    }
    if (size > end - position) {
      throw beyondTheRecord(size, end - position);
    }
    position += size;
  }

  private void skipInStream(int size, long end) throws IOException {
    if (size <= 0) {
      return;
    }
    if (size > end - stream.position()) {
      throw beyondTheRecord(size, end - stream.position());
    }
    stream.skip(size);
  }

  private void requireBodySize() {
    if (bodySize < SMALLEST_BODY) {
      throw CorruptBatchException.record(
          "a record of " + bodySize + " bytes is smaller than any can be");
    }
  }

  private void requireHeaderCount(long left) {
    if (headerCount < 0 || headerCount > left) {
      throw CorruptBatchException.record(
          headerCount + " headers in the last " + left + " bytes of a record");
    }
  }

  private static void requireHeaderName(int size) {
    if (size < 0) {
      throw CorruptBatchException.record("a header's name of " + size + " bytes");
    }
  }

  private void requireAllRead(long left) {
    if (left != 0) {
      throw CorruptBatchException.record(
          "the fields of a record of " + bodySize + " bytes end " + left + " bytes before it does");
    }
  }

  private static CorruptBatchException beyondTheRecord(int size, long left) {
    return CorruptBatchException.record(
        "a field of " + size + " bytes where the record has " + left + " left");
  }

  static CorruptBatchException expandsTooFar(long maxBytes) {
    return new CorruptBatchException(
        BatchFault.EXPANDS_TOO_FAR,
        "the records of the batch expand to more than " + maxBytes + " bytes");
  }

  static CorruptBatchException malformedCompression(IOException cause) {
    return new CorruptBatchException(
        BatchFault.MALFORMED_COMPRESSION,
        "the records cannot be decompressed: " + cause.getMessage());
  }

  public long offset() {
    return baseOffset + offsetDelta;
  }

  public int offsetDelta() {
    return offsetDelta;
  }

  /** The producer's time, or the batch's when the broker has stamped it. */
  public long timestamp() {
    return hasLogAppendTime ? logAppendTime : baseTimestamp + timestampDelta;
  }

  /** The time that the producer gave, also when the broker has stamped the batch. */
  public long createTimestamp() {
    return baseTimestamp + timestampDelta;
  }

  public byte attributes() {
    return attributes;
  }

  /** The size of the record with the length in front of it. */
  public int sizeInBytes() {
    return Varints.sizeOfVarint(bodySize) + bodySize;
  }

  public boolean hasKey() {
    return keySize >= 0;
  }

  /** Negative when there is no key. */
  public int keySize() {
    return keySize;
  }

  public boolean hasValue() {
    return valueSize >= 0;
  }

  /** Negative when there is no value. */
  public int valueSize() {
    return valueSize;
  }

  public int headerCount() {
    return headerCount;
  }

  /** True when the record's bytes can be asked for. */
  public boolean isHeld() {
    return isHeld;
  }

  /** A view that is good until the cursor moves; null when the record has no key. */
  public @Nullable ByteBuffer key() {
    return slice(keyPosition, keySize);
  }

  /** A view that is good until the cursor moves; null when the record has no value. */
  public @Nullable ByteBuffer value() {
    return slice(valuePosition, valueSize);
  }

  /** Copies; for readers off the hot path. */
  public List<Header> headers() {
    requireHeld();
    var headers = new ArrayList<Header>(headerCount);
    int end = position;
    position = headersPosition;
    for (int i = 0; i < headerCount; i++) {
      byte[] name = copyInPlace(readVarint(end));
      int size = readVarint(end);
      byte[] value = size < 0 ? null : copyInPlace(size);
      headers.add(new Header(new String(name, StandardCharsets.UTF_8), value));
    }
    return headers;
  }

  private byte[] copyInPlace(int size) {
    byte[] copy = new byte[size];
    bytes.get(position, copy);
    position += size;
    return copy;
  }

  private @Nullable ByteBuffer slice(int start, int size) {
    requireHeld();
    return size < 0 ? null : bytes.slice(start, size);
  }

  private void requireHeld() {
    if (!isHeld) {
      throw new IllegalStateException(
          "a record of " + bodySize + " bytes is not held, the cursor holds " + maxHeldBytes);
    }
  }

  /** Releases what decompression holds; the cursor can be opened again. */
  @Override
  public void close() {
    recordCount = 0;
    recordsRead = 0;
    try {
      stream.close();
    } catch (IOException malformed) {
      throw malformedCompression(malformed);
    }
  }
}
