package org.stoker.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.stoker.records.BatchBuilder;
import org.stoker.records.BatchWalk;
import org.stoker.records.FileRecordBytes;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;
import org.stoker.records.RecordCursor;

/** Batches for tests, and what is in them. */
final class Batches {
  private Batches() {}

  static ByteBuffer of(long timestamp, String... values) {
    return build(BatchBuilder.uncompressed(), timestamp, values);
  }

  static ByteBuffer idempotent(
      long producerId, int epoch, int sequence, long timestamp, String... values) {
    return build(
        BatchBuilder.uncompressed().producer(producerId, (short) epoch, sequence),
        timestamp,
        values);
  }

  static ByteBuffer transactional(
      long producerId, int epoch, int sequence, long timestamp, String... values) {
    return build(
        BatchBuilder.uncompressed()
            .producer(producerId, (short) epoch, sequence)
            .transactional(true),
        timestamp,
        values);
  }

  static ByteBuffer build(BatchBuilder builder, long timestamp, String... values) {
    for (String value : values) {
      builder.append(timestamp, null, value.getBytes(StandardCharsets.UTF_8));
    }
    return builder.build();
  }

  /** The values of all records, in order. */
  static List<String> values(ByteBuffer batches) {
    var values = new ArrayList<String>();
    var walk = new BatchWalk(batches);
    try (var cursor = new RecordCursor(1 << 20)) {
      while (walk.next()) {
        cursor.open(walk.batch());
        while (cursor.next()) {
          ByteBuffer value = cursor.value();
          values.add(
              value == null ? "null" : StandardCharsets.UTF_8.decode(value.duplicate()).toString());
        }
      }
    }
    return values;
  }

  static ByteBuffer bytes(RecordBytes records) {
    return switch (records) {
      case MemoryRecordBytes memory -> memory.buffer().duplicate();
      case FileRecordBytes file -> {
        try {
          ByteBuffer bytes = ByteBuffer.allocate(file.sizeInBytes());
          while (bytes.hasRemaining()) {
            if (file.channel().read(bytes, file.position() + bytes.position()) < 0) {
              throw new AssertionError("the file is shorter than promised");
            }
          }
          yield bytes.flip();
        } catch (java.io.IOException e) {
          throw new AssertionError(e);
        } finally {
          file.release();
        }
      }
      default -> throw new AssertionError("" + records);
    };
  }

  /** The values of everything from the offset to the log's end, read batch by batch. */
  static List<String> valuesFrom(Log log, long offset, int maxBytes) {
    var values = new ArrayList<String>();
    long next = offset;
    while (next < log.logEndOffset()) {
      switch (log.read(next, maxBytes, Long.MAX_VALUE, true)) {
        case ReadOutcome.Data data -> {
          ByteBuffer bytes = bytes(data.records());
          values.addAll(values(bytes));
          var walk = new BatchWalk(bytes);
          while (walk.next()) {
            next = walk.batch().nextOffset();
          }
        }
        case ReadOutcome.Empty _ -> {
          return values;
        }
        case ReadOutcome.OutOfRange outOfRange -> throw new AssertionError("" + outOfRange);
        case ReadOutcome.Damaged damaged -> throw new AssertionError("" + damaged);
      }
    }
    return values;
  }
}
