package org.stoker.records;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Batches of a few bytes that stand for many. */
final class Bombs {
  private Bombs() {}

  /** One record of zeros that says it has {@code claimed} bytes and has {@code real}. */
  static ByteBuffer bomb(CompressionType type, int claimed, int real) {
    ByteBuffer head = ByteBuffer.allocate(32);
    Varints.writeVarint(claimed, head);
    int lengthSize = head.position();
    head.put((byte) 0).put((byte) 0).put((byte) 0).put((byte) 1);
    int valueSize = real - 4 - Varints.sizeOfVarint(real) - 1;
    Varints.writeVarint(valueSize, head);
    int tail = real - (head.position() - lengthSize);
    var payload = new ByteArrayOutputStream();
    byte[] zeros = new byte[64 * 1024];
    try (OutputStream target = Compression.of(type).compressTo(payload)) {
      target.write(head.array(), 0, head.position());
      for (int left = tail; left > 0; left -= zeros.length) {
        target.write(zeros, 0, Math.min(left, zeros.length));
      }
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
    return withPayload(type, payload.toByteArray());
  }

  static ByteBuffer withPayload(CompressionType type, byte[] payload) {
    ByteBuffer header = header();
    ByteBuffer bytes = ByteBuffer.allocate(header.remaining() + payload.length);
    bytes.put(header).put(payload).flip();
    bytes.putInt(RecordBatch.LENGTH_POSITION, bytes.limit() - RecordBatch.LOG_OVERHEAD_BYTES);
    bytes.putShort(RecordBatch.ATTRIBUTES_POSITION, (short) type.code());
    RecordBatch.at(bytes, 0).writeCrc();
    return bytes;
  }

  private static ByteBuffer header() {
    try (BatchBuilder builder = BatchBuilder.uncompressed()) {
      return builder
          .append(1_700_000_000_000L, null, new byte[20])
          .build()
          .slice(0, RecordBatch.HEADER_SIZE_BYTES);
    }
  }
}
