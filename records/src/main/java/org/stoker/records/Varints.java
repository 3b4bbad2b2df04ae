package org.stoker.records;

import java.nio.ByteBuffer;

/** Numbers in base 128, lowest group first, with the sign folded into the lowest bit (zigzag). */
final class Varints {
  static final int MAX_VARINT_SIZE = 5;
  static final int MAX_VARLONG_SIZE = 10;

  private Varints() {}

  static int sizeOfVarint(int value) {
    return sizeOfUnsigned((value << 1) ^ (value >> 31));
  }

  static int sizeOfVarlong(long value) {
    long bits = (value << 1) ^ (value >> 63);
    return (70 - Long.numberOfLeadingZeros(bits | 1)) / 7;
  }

  private static int sizeOfUnsigned(int bits) {
    return (38 - Integer.numberOfLeadingZeros(bits | 1)) / 7;
  }

  static void writeVarint(int value, ByteBuffer target) {
    int bits = (value << 1) ^ (value >> 31);
    while ((bits & ~0x7f) != 0) {
      target.put((byte) (bits | 0x80));
      bits >>>= 7;
    }
    target.put((byte) bits);
  }

  static void writeVarlong(long value, ByteBuffer target) {
    long bits = (value << 1) ^ (value >> 63);
    while ((bits & ~0x7fL) != 0) {
      target.put((byte) (bits | 0x80));
      bits >>>= 7;
    }
    target.put((byte) bits);
  }

  static int unfold(int bits) {
    return (bits >>> 1) ^ -(bits & 1);
  }

  static long unfold(long bits) {
    return (bits >>> 1) ^ -(bits & 1);
  }
}
