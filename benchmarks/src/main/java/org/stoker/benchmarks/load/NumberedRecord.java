package org.stoker.benchmarks.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The layout of a value that says who sent it, as which of its records, when, and whether a byte of
 * it was changed.
 *
 * <pre>producer: int32, sequence: int32, dueNs: int64, crc of everything else: int32, filler</pre>
 */
final class NumberedRecord {
  static final int SMALLEST = 20;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int PRODUCER = 0;
  private static final int SEQUENCE = 4;
  private static final int DUE = 8;
  private static final int CRC = 16;

  private NumberedRecord() {}

  /** Writes the header over the first bytes of a value that already holds its filler. */
  static void seal(byte[] value, int producer, int sequence, long dueNs) {
    INT.set(value, PRODUCER, producer);
    INT.set(value, SEQUENCE, sequence);
    LONG.set(value, DUE, dueNs);
    INT.set(value, CRC, crc(value));
  }

  static int producer(byte[] value) {
    return (int) INT.get(value, PRODUCER);
  }

  static int sequence(byte[] value) {
    return (int) INT.get(value, SEQUENCE);
  }

  /** When the record was to be sent, on the sender's monotonic clock. */
  static long dueNs(byte[] value) {
    return (long) LONG.get(value, DUE);
  }

  static boolean isIntact(byte[] value) {
    return value.length >= SMALLEST && (int) INT.get(value, CRC) == crc(value);
  }

  private static int crc(byte[] value) {
    var crc = new CRC32C();
    crc.update(value, 0, CRC);
    crc.update(value, SMALLEST, value.length - SMALLEST);
    return (int) crc.getValue();
  }
}
