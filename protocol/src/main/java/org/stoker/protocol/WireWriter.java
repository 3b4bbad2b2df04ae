package org.stoker.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;

/**
 * Writes the protocol's types to a buffer that grows. Records are not copied: the writer notes
 * where they belong, so that they can go from the file to the socket.
 */
public final class WireWriter {
  /** Records that belong before the plain byte at {@code position}. */
  public record Splice(int position, RecordBytes records) {}

  /** Takes the parts of what was written, in order. */
  public interface PartVisitor {
    void bytes(ByteBuffer part);

    void records(RecordBytes part);
  }

  private final BufferGrowth growth;
  private final List<Splice> splices = new ArrayList<>(0);
  private ByteBuffer buffer;
  private long splicedSizeBytes;

  /** Writes to memory of its own on the heap. */
  public WireWriter(int firstCapacity) {
    this(ByteBuffer.allocate(firstCapacity), BufferGrowth.DOUBLING);
  }

  /**
   * Writes to the caller's buffer from its position on, and asks {@code growth} when it is full.
   */
  public WireWriter(ByteBuffer buffer, BufferGrowth growth) {
    this.buffer = buffer.slice();
    this.growth = growth;
  }

  public void writeBool(boolean value) {
    writeInt8((byte) (value ? 1 : 0));
  }

  public void writeInt8(byte value) {
    require(1);
    buffer.put(value);
  }

  public void writeInt16(short value) {
    require(2);
    buffer.putShort(value);
  }

  public void writeUint16(int value) {
    writeInt16((short) value);
  }

  public void writeInt32(int value) {
    require(4);
    buffer.putInt(value);
  }

  public void writeUint32(long value) {
    writeInt32((int) value);
  }

  public void writeInt64(long value) {
    require(8);
    buffer.putLong(value);
  }

  public void writeFloat64(double value) {
    writeInt64(Double.doubleToRawLongBits(value));
  }

  public void writeUuid(Uuid value) {
    require(16);
    buffer.putLong(value.mostSignificantBits()).putLong(value.leastSignificantBits());
  }

  public void writeUnsignedVarint(int value) {
    // Not five bytes on suspicion: a buffer of exactly the right size must do.
    require(WireSize.unsignedVarint(value));
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      buffer.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    buffer.put((byte) rest);
  }

  public void writeString(@Nullable String value, boolean flexible) {
    if (value == null) {
      writeStringLength(-1, flexible);
      return;
    }
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > Short.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a string of " + bytes.length + " bytes, at most " + Short.MAX_VALUE + " can be sent");
    }
    writeStringLength(bytes.length, flexible);
    writeRaw(bytes);
  }

  public void writeBytes(byte @Nullable [] value, boolean flexible) {
    writeLength(value == null ? -1 : value.length, flexible);
    if (value != null) {
      writeRaw(value);
    }
  }

  public void writeBuffer(@Nullable ByteBuffer value, boolean flexible) {
    writeLength(value == null ? -1 : value.remaining(), flexible);
    if (value != null) {
      writeRaw(value);
    }
  }

  public void writeRecords(@Nullable RecordBytes value, boolean flexible) {
    int size = value == null ? -1 : value.sizeInBytes();
    writeLength(size, flexible);
    if (value != null && size > 0) {
      splices.add(new Splice(buffer.position(), value));
      splicedSizeBytes += size;
    }
  }

  public void writeArrayLength(@Nullable List<?> value, boolean flexible) {
    writeLength(value == null ? -1 : value.size(), flexible);
  }

  public void writeInt8s(@Nullable List<Byte> value, boolean flexible) {
    writeArrayLength(value, flexible);
    if (value != null) {
      for (byte element : value) {
        writeInt8(element);
      }
    }
  }

  public void writeInt16s(@Nullable List<Short> value, boolean flexible) {
    writeArrayLength(value, flexible);
    if (value != null) {
      for (short element : value) {
        writeInt16(element);
      }
    }
  }

  public void writeInt32s(@Nullable List<Integer> value, boolean flexible) {
    writeArrayLength(value, flexible);
    if (value != null) {
      for (int element : value) {
        writeInt32(element);
      }
    }
  }

  public void writeInt64s(@Nullable List<Long> value, boolean flexible) {
    writeArrayLength(value, flexible);
    if (value != null) {
      for (long element : value) {
        writeInt64(element);
      }
    }
  }

  public void writeUuids(@Nullable List<Uuid> value, boolean flexible) {
    writeArrayLength(value, flexible);
    if (value != null) {
      for (Uuid element : value) {
        writeUuid(element);
      }
    }
  }

  public void writeStrings(@Nullable List<String> value, boolean flexible) {
    writeArrayLength(value, flexible);
    if (value != null) {
      for (String element : value) {
        writeString(element, flexible);
      }
    }
  }

  /** Bytes as they are, without a length. */
  public void writeRaw(byte[] bytes) {
    require(bytes.length);
    buffer.put(bytes);
  }

  /** What remains in {@code bytes}, as it is, without a length; its position stays. */
  public void writeRaw(ByteBuffer bytes) {
    require(bytes.remaining());
    buffer.put(bytes.duplicate());
  }

  /** Leaves room for a length of 32 bits; {@link #endLength} fills it in. */
  public int beginLength() {
    int position = buffer.position();
    writeInt32(0);
    // Until then the place holds the size so far, which is what the end subtracts.
    buffer.putInt(position, size());
    return position;
  }

  /** Fills in how much was written since {@link #beginLength} returned {@code lengthAt}. */
  public void endLength(int lengthAt) {
    buffer.putInt(lengthAt, size() - buffer.getInt(lengthAt));
  }

  /** All tagged fields of a struct that knows none. */
  public void writeUnknownTaggedFields(@Nullable List<UnknownTaggedField> unknown) {
    if (unknown == null) {
      writeUnsignedVarint(0);
    } else {
      writeTaggedFieldCount(0, unknown);
      writeUnknownTaggedFieldsFrom(unknown, 0);
    }
  }

  public void writeTaggedFieldCount(int known, @Nullable List<UnknownTaggedField> unknown) {
    if (unknown != null) {
      requireAscending(unknown);
    }
    writeUnsignedVarint(known + (unknown == null ? 0 : unknown.size()));
  }

  /**
   * Writes from the field at {@code next} on while tags are below {@code tag}; returns the new
   * next.
   */
  public int writeUnknownTaggedFieldsBefore(
      @Nullable List<UnknownTaggedField> unknown, int next, int tag) {
    int index = next;
    while (unknown != null && index < unknown.size() && unknown.get(index).tag() <= tag) {
      if (unknown.get(index).tag() == tag) {
        throw new IllegalStateException("tag " + tag + " is known and unknown at once");
      }
      writeUnknownTaggedField(unknown.get(index));
      index++;
    }
    return index;
  }

  public void writeUnknownTaggedFieldsFrom(@Nullable List<UnknownTaggedField> unknown, int next) {
    if (unknown != null) {
      for (int i = next; i < unknown.size(); i++) {
        writeUnknownTaggedField(unknown.get(i));
      }
    }
  }

  private void writeUnknownTaggedField(UnknownTaggedField field) {
    writeUnsignedVarint(field.tag());
    writeUnsignedVarint(field.data().length);
    writeRaw(field.data());
  }

  private static void requireAscending(List<UnknownTaggedField> fields) {
    int previous = -1;
    for (UnknownTaggedField field : fields) {
      if (field.tag() <= previous) {
        throw new IllegalStateException("tag " + field.tag() + " comes after tag " + previous);
      }
      previous = field.tag();
    }
  }

  /** The size of everything written, records included. */
  public int size() {
    return Math.toIntExact(buffer.position() + splicedSizeBytes);
  }

  /** Where records belong among the plain bytes, in order. */
  public List<Splice> splices() {
    return List.copyOf(splices);
  }

  /** Hands out what was written, in order; the bytes are views that the next write may change. */
  public void forEachPart(PartVisitor visitor) {
    int from = 0;
    for (Splice splice : splices) {
      visitBytes(visitor, from, splice.position());
      visitor.records(splice.records());
      from = splice.position();
    }
    visitBytes(visitor, from, buffer.position());
  }

  private void visitBytes(PartVisitor visitor, int from, int to) {
    if (to > from) {
      visitor.bytes(buffer.slice(from, to - from));
    }
  }

  /** Everything written as one buffer; only if all records are in memory. */
  public ByteBuffer toByteBuffer() {
    if (splices.isEmpty()) {
      return buffer.slice(0, buffer.position());
    }
    ByteBuffer whole = ByteBuffer.allocate(size());
    forEachPart(
        new PartVisitor() {
          @Override
          public void bytes(ByteBuffer part) {
            whole.put(part);
          }

          @Override
          public void records(RecordBytes part) {
            if (!(part instanceof MemoryRecordBytes memory)) {
              throw new IllegalStateException(part + " is not in memory");
            }
            whole.put(memory.buffer().duplicate());
          }
        });
    return whole.flip();
  }

  public static int requireUint16(String field, int value) {
    if (value < 0 || value > 0xffff) {
      throw new IllegalArgumentException(field + "=" + value + " is no unsigned 16-bit number");
    }
    return value;
  }

  public static long requireUint32(String field, long value) {
    if (value < 0 || value > 0xffff_ffffL) {
      throw new IllegalArgumentException(field + "=" + value + " is no unsigned 32-bit number");
    }
    return value;
  }

  private void writeStringLength(int length, boolean flexible) {
    if (flexible) {
      writeUnsignedVarint(length + 1);
    } else {
      writeInt16((short) length);
    }
  }

  private void writeLength(int length, boolean flexible) {
    if (flexible) {
      writeUnsignedVarint(length + 1);
    } else {
      writeInt32(length);
    }
  }

  private void require(int size) {
    if (buffer.remaining() < size) {
      buffer = growth.grow(buffer, Math.addExact(buffer.position(), size));
      buffer.order(ByteOrder.BIG_ENDIAN);
    }
  }
}
