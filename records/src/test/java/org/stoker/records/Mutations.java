package org.stoker.records;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Breaks a batch in one way or another, most often with a CRC that hides it. */
final class Mutations {
  private static final long[] TELLING = {
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    -2,
    Byte.MIN_VALUE,
    Short.MAX_VALUE,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final int[][] FIELDS = {
    {0, 8}, {8, 4}, {12, 4}, {16, 1}, {17, 4}, {21, 2}, {23, 4}, {27, 8}, {35, 8}, {43, 8}, {51, 2},
    {53, 4}, {57, 4}
  };

  private Mutations() {}

  static ByteBuffer mutate(Seeded seeded, ByteBuffer batch) {
    ByteBuffer bytes = copy(batch, batch.remaining());
    switch (seeded.nextInt(8)) {
      case 0 -> {}
      case 1, 2 -> setField(seeded, bytes);
      case 3 -> flip(seeded, bytes, 0);
      case 4 -> flip(seeded, bytes, RecordBatch.HEADER_SIZE_BYTES);
      case 5 -> bytes = changeSize(seeded, bytes);
      default -> bytes = mutateRecords(seeded, bytes);
    }
    if (!seeded.oneIn(8)) {
      fixCrc(bytes);
    }
    return bytes;
  }

  private static ByteBuffer copy(ByteBuffer source, int size) {
    ByteBuffer copy = ByteBuffer.allocate(size);
    return copy.put(source.slice(source.position(), Math.min(size, source.remaining()))).rewind();
  }

  private static void setField(Seeded seeded, ByteBuffer bytes) {
    int[] field = FIELDS[seeded.nextInt(FIELDS.length)];
    long value = seeded.oneIn(3) ? seeded.nextLong() : TELLING[seeded.nextInt(TELLING.length)];
    int at = field[0];
    switch (field[1]) {
      case 1 -> bytes.put(at, (byte) value);
      case 2 -> bytes.putShort(at, seeded.oneIn(2) ? (short) seeded.nextInt(128) : (short) value);
      case 4 ->
          bytes.putInt(
              at, seeded.oneIn(2) ? bytes.getInt(at) + seeded.nextInt(5) - 2 : (int) value);
      default -> bytes.putLong(at, seeded.oneIn(2) ? bytes.getLong(at) ^ value : value);
    }
  }

  private static void flip(Seeded seeded, ByteBuffer bytes, int from) {
    for (int flips = 1 + seeded.nextInt(3); flips > 0; flips--) {
      int at = from + seeded.nextInt(bytes.remaining() - from);
      bytes.put(at, (byte) (bytes.get(at) ^ (1 << seeded.nextInt(8))));
    }
  }

  private static ByteBuffer changeSize(Seeded seeded, ByteBuffer bytes) {
    int size =
        Math.max(
            0, bytes.remaining() + (seeded.oneIn(2) ? -seeded.nextInt(80) : seeded.nextInt(80)));
    ByteBuffer changed = copy(bytes, size);
    if (seeded.oneIn(2) && size >= RecordBatch.LOG_OVERHEAD_BYTES) {
      changed.putInt(RecordBatch.LENGTH_POSITION, size - RecordBatch.LOG_OVERHEAD_BYTES);
    } else if (seeded.oneIn(2)) {
      ByteBuffer twice = ByteBuffer.allocate(bytes.remaining() + size);
      changed = twice.put(bytes.duplicate()).put(changed).flip();
    }
    return changed;
  }

  /** Breaks what the codec protects: the records are taken out, changed and compressed again. */
  private static ByteBuffer mutateRecords(Seeded seeded, ByteBuffer bytes) {
    RecordBatch batch = RecordBatch.at(bytes, 0);
    CompressionType type = batch.knownCompressionType();
    int start = RecordBatch.HEADER_SIZE_BYTES;
    try (var plain = Compression.decompress(type, bytes.slice(start, bytes.remaining() - start))) {
      ByteBuffer records = ByteBuffer.wrap(plain.readAllBytes());
      if (seeded.oneIn(4)) {
        records = copy(records, Math.max(1, records.remaining() + seeded.nextInt(9) - 4));
      } else {
        // Lengths and deltas stand at the start of a record, so that is where it hurts.
        int near = seeded.oneIn(2) ? Math.min(12, records.remaining()) : records.remaining();
        int at = seeded.nextInt(near);
        records.put(
            at, seeded.oneIn(2) ? (byte) seeded.nextInt(256) : (byte) (records.get(at) ^ 2));
      }
      var compressed = new ByteArrayOutputStream();
      try (OutputStream target = Compression.of(type).compressTo(compressed)) {
        target.write(records.array(), 0, records.remaining());
      }
      ByteBuffer changed = ByteBuffer.allocate(start + compressed.size());
      changed.put(bytes.slice(0, start)).put(compressed.toByteArray()).flip();
      return changed.putInt(
          RecordBatch.LENGTH_POSITION, changed.limit() - RecordBatch.LOG_OVERHEAD_BYTES);
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  static void fixCrc(ByteBuffer bytes) {
    if (bytes.remaining() < RecordBatch.HEADER_SIZE_BYTES) {
      return;
    }
    RecordBatch batch = RecordBatch.at(bytes, 0);
    if (batch.sizeInBytes() >= RecordBatch.HEADER_SIZE_BYTES
        && batch.sizeInBytes() <= bytes.remaining()) {
      batch.writeCrc();
    }
  }
}
