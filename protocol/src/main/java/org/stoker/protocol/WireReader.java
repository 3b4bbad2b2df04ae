package org.stoker.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;

/**
 * Reads the protocol's types from bytes that nobody vouches for: every length is compared with what
 * remains before anything is allocated, and whatever does not fit is a {@link
 * MalformedMessageException}. Records and zero-copy fields are slices of the buffer that was given.
 *
 * <p>It counts, roughly, the heap that what it builds takes: a few bytes can stand for an object,
 * and a frame of megabytes for more objects than the heap holds. Above the bound that its reader
 * has set it ends with a {@link MessageTooLargeException}, before the objects are made.
 */
public final class WireReader {
  /** The most elements an array may have, Kafka's own limit. */
  public static final int MAX_ARRAY_LENGTH = 1_000_000;

  /** The most tagged fields a struct may have, Kafka's own limit. */
  public static final int MAX_TAGGED_FIELD_COUNT = 10_000;

  /** The default of a bytes field. */
  public static final byte[] NO_BYTES = new byte[0];

  /** The default of a zero-copy bytes field. */
  public static final ByteBuffer NO_BUFFER = ByteBuffer.wrap(NO_BYTES);

  // A length is a claim: beyond this, lists grow only as their elements turn up.
  private static final int MAX_FIRST_CAPACITY = 1_000;

  private static final int MAX_STRING_SIZE = Short.MAX_VALUE;

  // An object with its header, the reference to it, and what an array in it adds.
  private static final int OBJECT_HEAP_BYTES = 24;
  private static final int STRING_HEAP_BYTES = 48;
  private static final int BUFFER_HEAP_BYTES = 64;
  private static final int UUID_HEAP_BYTES = 40;

  private final ByteBuffer buffer;
  private final long maxHeapBytes;
  private long heapBytes;

  /** Reads from the buffer's position to its limit; the buffer's own position stays. */
  public WireReader(ByteBuffer buffer) {
    this(buffer, Long.MAX_VALUE);
  }

  /** As above; what is built takes no more of the heap than that. */
  public WireReader(ByteBuffer buffer, long maxHeapBytes) {
    this.buffer = buffer.duplicate();
    this.maxHeapBytes = maxHeapBytes;
  }

  /** About how much of the heap takes what has been built. */
  public long heapBytes() {
    return heapBytes;
  }

  private void countHeap(long bytes) {
    heapBytes += bytes;
    if (heapBytes > maxHeapBytes) {
      throw new MessageTooLargeException("more than " + maxHeapBytes + " bytes of memory");
    }
  }

  public int remaining() {
    return buffer.remaining();
  }

  public boolean readBool() {
    return readInt8() != 0;
  }

  public byte readInt8() {
    require(1);
    return buffer.get();
  }

  public short readInt16() {
    require(2);
    return buffer.getShort();
  }

  public int readUint16() {
    return Short.toUnsignedInt(readInt16());
  }

  public int readInt32() {
    require(4);
    return buffer.getInt();
  }

  public long readUint32() {
    return Integer.toUnsignedLong(readInt32());
  }

  public long readInt64() {
    require(8);
    return buffer.getLong();
  }

  public double readFloat64() {
    require(8);
    return buffer.getDouble();
  }

  public Uuid readUuid() {
    require(16);
    return new Uuid(buffer.getLong(), buffer.getLong());
  }

  /** Seven bits to a byte, lowest first, at most five bytes. */
  public int readUnsignedVarint() {
    int value = 0;
    for (int shift = 0; shift <= 28; shift += 7) {
      byte next = readInt8();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new MalformedMessageException("varint of more than 5 bytes");
  }

  public String readString(String field, boolean flexible) {
    return requireNotNull(field, readNullableString(field, flexible));
  }

  public @Nullable String readNullableString(String field, boolean flexible) {
    int length = flexible ? readUnsignedVarint() - 1 : readInt16();
    if (length < 0) {
      return null;
    }
    if (length > MAX_STRING_SIZE) {
      throw new MalformedMessageException(field + " is a string of " + length + " bytes");
    }
    requireField(field, length);
    if (length == 0) {
      return "";
    }
    countHeap(STRING_HEAP_BYTES + length);
    if (buffer.hasArray()) {
      int start = buffer.arrayOffset() + buffer.position();
      buffer.position(buffer.position() + length);
      return new String(buffer.array(), start, length, StandardCharsets.UTF_8);
    }
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  public byte[] readBytes(String field, boolean flexible) {
    return requireNotNull(field, readNullableBytes(field, flexible));
  }

  public byte @Nullable [] readNullableBytes(String field, boolean flexible) {
    int length = readLength(flexible);
    if (length < 0) {
      return null;
    }
    requireField(field, length);
    countHeap(OBJECT_HEAP_BYTES + length);
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return bytes;
  }

  public ByteBuffer readBuffer(String field, boolean flexible) {
    return requireNotNull(field, readNullableBuffer(field, flexible));
  }

  public @Nullable ByteBuffer readNullableBuffer(String field, boolean flexible) {
    int length = readLength(flexible);
    if (length < 0) {
      return null;
    }
    requireField(field, length);
    countHeap(BUFFER_HEAP_BYTES);
    ByteBuffer slice = buffer.slice(buffer.position(), length);
    buffer.position(buffer.position() + length);
    return slice;
  }

  public RecordBytes readRecords(String field, boolean flexible) {
    return requireNotNull(field, readNullableRecords(field, flexible));
  }

  public @Nullable RecordBytes readNullableRecords(String field, boolean flexible) {
    ByteBuffer slice = readNullableBuffer(field, flexible);
    return slice == null ? null : new MemoryRecordBytes(slice);
  }

  /**
   * The length of an array whose elements take at least {@code minimumSize} bytes each, and become
   * objects of about {@code elementHeapBytes}.
   */
  public int readArrayLength(
      String field, boolean flexible, int minimumSize, int elementHeapBytes) {
    int length = readNullableArrayLength(field, flexible, minimumSize, elementHeapBytes);
    if (length < 0) {
      throw nullNotAllowed(field);
    }
    return length;
  }

  /** As {@link #readArrayLength}; negative if the array is null. */
  public int readNullableArrayLength(
      String field, boolean flexible, int minimumSize, int elementHeapBytes) {
    int length = readLength(flexible);
    if (length > MAX_ARRAY_LENGTH || (long) length * minimumSize > buffer.remaining()) {
      throw new MalformedMessageException(
          field + " has " + length + " elements, " + buffer.remaining() + " bytes remain");
    }
    if (length > 0) {
      countHeap((long) length * elementHeapBytes);
    }
    return length;
  }

  /** How many elements a list of this claimed length gets room for before they are read. */
  public static int firstCapacity(int length) {
    return Math.min(length, MAX_FIRST_CAPACITY);
  }

  public List<Byte> readInt8s(String field, boolean flexible) {
    return requireNotNull(field, readNullableInt8s(field, flexible));
  }

  public @Nullable List<Byte> readNullableInt8s(String field, boolean flexible) {
    int length = readNullableArrayLength(field, flexible, 1, OBJECT_HEAP_BYTES);
    if (length < 0) {
      return null;
    }
    List<Byte> list = new ArrayList<>(firstCapacity(length));
    for (int i = 0; i < length; i++) {
      list.add(buffer.get());
    }
    return list;
  }

  public List<Short> readInt16s(String field, boolean flexible) {
    return requireNotNull(field, readNullableInt16s(field, flexible));
  }

  public @Nullable List<Short> readNullableInt16s(String field, boolean flexible) {
    int length = readNullableArrayLength(field, flexible, 2, OBJECT_HEAP_BYTES);
    if (length < 0) {
      return null;
    }
    List<Short> list = new ArrayList<>(firstCapacity(length));
    for (int i = 0; i < length; i++) {
      list.add(buffer.getShort());
    }
    return list;
  }

  public List<Integer> readInt32s(String field, boolean flexible) {
    return requireNotNull(field, readNullableInt32s(field, flexible));
  }

  public @Nullable List<Integer> readNullableInt32s(String field, boolean flexible) {
    int length = readNullableArrayLength(field, flexible, 4, OBJECT_HEAP_BYTES);
    if (length < 0) {
      return null;
    }
    List<Integer> list = new ArrayList<>(firstCapacity(length));
    for (int i = 0; i < length; i++) {
      list.add(buffer.getInt());
    }
    return list;
  }

  public List<Long> readInt64s(String field, boolean flexible) {
    return requireNotNull(field, readNullableInt64s(field, flexible));
  }

  public @Nullable List<Long> readNullableInt64s(String field, boolean flexible) {
    int length = readNullableArrayLength(field, flexible, 8, OBJECT_HEAP_BYTES);
    if (length < 0) {
      return null;
    }
    List<Long> list = new ArrayList<>(firstCapacity(length));
    for (int i = 0; i < length; i++) {
      list.add(buffer.getLong());
    }
    return list;
  }

  public List<Uuid> readUuids(String field, boolean flexible) {
    return requireNotNull(field, readNullableUuids(field, flexible));
  }

  public @Nullable List<Uuid> readNullableUuids(String field, boolean flexible) {
    int length = readNullableArrayLength(field, flexible, 16, UUID_HEAP_BYTES);
    if (length < 0) {
      return null;
    }
    List<Uuid> list = new ArrayList<>(firstCapacity(length));
    for (int i = 0; i < length; i++) {
      list.add(readUuid());
    }
    return list;
  }

  public List<String> readStrings(String field, boolean flexible) {
    return requireNotNull(field, readNullableStrings(field, flexible));
  }

  public @Nullable List<String> readNullableStrings(String field, boolean flexible) {
    int length = readNullableArrayLength(field, flexible, flexible ? 1 : 2, Integer.BYTES);
    if (length < 0) {
      return null;
    }
    List<String> list = new ArrayList<>(firstCapacity(length));
    for (int i = 0; i < length; i++) {
      list.add(readString(field, flexible));
    }
    return list;
  }

  public int readTaggedFieldCount() {
    int count = readUnsignedVarint();
    // A tagged field takes two bytes at least: its tag and its size.
    if (count < 0 || count > MAX_TAGGED_FIELD_COUNT || count * 2 > buffer.remaining()) {
      throw new MalformedMessageException(
          count + " tagged fields, " + buffer.remaining() + " bytes remain");
    }
    return count;
  }

  /** The tagged fields of a struct that knows none; null if there are none. */
  public @Nullable List<UnknownTaggedField> readUnknownTaggedFields() {
    int count = readTaggedFieldCount();
    List<UnknownTaggedField> fields = null;
    for (int i = 0; i < count; i++) {
      fields = readUnknownTaggedField(fields, readUnsignedVarint(), readUnsignedVarint());
    }
    return fields;
  }

  /** Appends one tagged field, whose tag and size were read, to the list, made if it is null. */
  public List<UnknownTaggedField> readUnknownTaggedField(
      @Nullable List<UnknownTaggedField> fields, int tag, int size) {
    requireField("tagged field", size);
    countHeap(2 * OBJECT_HEAP_BYTES + size);
    byte[] data = new byte[size];
    buffer.get(data);
    List<UnknownTaggedField> list = fields == null ? new ArrayList<>(1) : fields;
    list.add(new UnknownTaggedField(tag, data));
    return list;
  }

  /** For a known tag that the version at hand does not have. */
  public static MalformedMessageException tagNotInVersion(String field, short version) {
    return new MalformedMessageException(field + " is no tagged field of version " + version);
  }

  private int readLength(boolean flexible) {
    return flexible ? readUnsignedVarint() - 1 : readInt32();
  }

  private void require(int size) {
    if (buffer.remaining() < size) {
      throw new MalformedMessageException(
          size + " bytes expected, " + buffer.remaining() + " remain");
    }
  }

  private void requireField(String field, int size) {
    if (size < 0 || size > buffer.remaining()) {
      throw new MalformedMessageException(
          field + " has " + size + " bytes, " + buffer.remaining() + " remain");
    }
  }

  private static <T> T requireNotNull(String field, @Nullable T value) {
    if (value == null) {
      throw nullNotAllowed(field);
    }
    return value;
  }

  private static MalformedMessageException nullNotAllowed(String field) {
    return new MalformedMessageException(field + " must not be null");
  }
}
