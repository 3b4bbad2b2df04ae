package org.stoker.protocol;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoker.records.RecordBytes;

/** How many bytes each kind of value takes on the wire. */
public final class WireSize {
  private WireSize() {}

  public static int unsignedVarint(int value) {
    // Seven bits to a byte, and one byte even for zero.
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }

  public static int string(@Nullable String value, boolean flexible) {
    int size = value == null ? 0 : utf8(value);
    return size + (flexible ? compactLength(value == null ? -1 : size) : 2);
  }

  public static int bytes(byte @Nullable [] value, boolean flexible) {
    return value == null ? length(-1, flexible) : value.length + length(value.length, flexible);
  }

  public static int buffer(@Nullable ByteBuffer value, boolean flexible) {
    int size = value == null ? -1 : value.remaining();
    return Math.max(0, size) + length(size, flexible);
  }

  public static int records(@Nullable RecordBytes value, boolean flexible) {
    int size = value == null ? -1 : value.sizeInBytes();
    return Math.max(0, size) + length(size, flexible);
  }

  public static int arrayLength(@Nullable List<?> value, boolean flexible) {
    return length(value == null ? -1 : value.size(), flexible);
  }

  /** An array whose elements all take {@code elementSize} bytes. */
  public static int array(@Nullable List<?> value, boolean flexible, int elementSize) {
    return arrayLength(value, flexible) + (value == null ? 0 : value.size() * elementSize);
  }

  public static int strings(@Nullable List<String> value, boolean flexible) {
    int size = arrayLength(value, flexible);
    if (value != null) {
      for (String element : value) {
        size += string(element, flexible);
      }
    }
    return size;
  }

  /** A tagged field whose value takes {@code valueSize} bytes, with its tag and size before it. */
  public static int tagged(int tag, int valueSize) {
    return unsignedVarint(tag) + unsignedVarint(valueSize) + valueSize;
  }

  /** The unknown fields, and the count of all tagged fields, of which {@code known} are known. */
  public static int unknownTaggedFields(@Nullable List<UnknownTaggedField> unknown, int known) {
    if (unknown == null) {
      return unsignedVarint(known);
    }
    int size = unsignedVarint(known + unknown.size());
    for (UnknownTaggedField field : unknown) {
      size += tagged(field.tag(), field.data().length);
    }
    return size;
  }

  /** The bytes of the string in UTF-8, where half a surrogate pair becomes one question mark. */
  static int utf8(String value) {
    int size = value.length();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c >= 0x800) {
        if (!Character.isSurrogate(c)) {
          size += 2;
        } else if (Character.isHighSurrogate(c)
            && i + 1 < value.length()
            && Character.isLowSurrogate(value.charAt(i + 1))) {
          size += 2;
          i++;
        }
      } else if (c >= 0x80) {
        size++;
      }
    }
    return size;
  }

  /** Bytes as a log may show them: how many, not which. */
  public static String describe(byte @Nullable [] value) {
    return value == null ? "null" : "[" + value.length + " bytes]";
  }

  public static String describe(@Nullable ByteBuffer value) {
    return value == null ? "null" : "[" + value.remaining() + " bytes]";
  }

  public static String describe(@Nullable RecordBytes value) {
    return value == null ? "null" : "[" + value.sizeInBytes() + " bytes]";
  }

  private static int length(int length, boolean flexible) {
    return flexible ? compactLength(length) : 4;
  }

  private static int compactLength(int length) {
    return unsignedVarint(length + 1);
  }
}
