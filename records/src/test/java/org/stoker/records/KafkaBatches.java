package org.stoker.records;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.jspecify.annotations.Nullable;

/** What Kafka's own classes write and read: the oracle of this room. */
final class KafkaBatches {
  /** Everything about a batch that a producer or a broker chooses. */
  record Plan(
      Compression compression,
      TimestampType timestampType,
      long baseOffset,
      long logAppendTime,
      long producerId,
      short producerEpoch,
      int baseSequence,
      boolean isTransactional,
      int partitionLeaderEpoch,
      List<PlannedRecord> records) {}

  @SuppressWarnings("ArrayRecordComponent") // Nobody compares plans.
  record PlannedRecord(
      int offsetDelta,
      long timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value,
      List<Header> headers) {}

  private KafkaBatches() {}

  static Plan randomPlan(Seeded seeded, CompressionType type) {
    boolean isIdempotent = seeded.oneIn(2);
    int count = seeded.oneIn(20) ? 1 + seeded.nextInt(2000) : 1 + seeded.nextInt(20);
    long time = 1_700_000_000_000L;
    var records = new ArrayList<PlannedRecord>();
    int delta = 0;
    boolean isDense = !seeded.oneIn(4);
    for (int i = 0; i < count; i++) {
      records.add(randomRecord(seeded, delta, time + seeded.nextInt(5000) - 2500));
      delta += isDense ? 1 : 1 + seeded.nextInt(3);
    }
    return new Plan(
        Compression.of(type),
        seeded.oneIn(4) ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
        seeded.oneIn(2) ? 0 : seeded.nextLong() >>> 2,
        time + 77,
        isIdempotent ? seeded.nextLong() >>> 1 : RecordBatch.NO_PRODUCER_ID,
        isIdempotent ? (short) seeded.nextInt(Short.MAX_VALUE) : RecordBatch.NO_PRODUCER_EPOCH,
        isIdempotent ? Integer.MAX_VALUE - seeded.nextInt(30) : RecordBatch.NO_SEQUENCE,
        isIdempotent && seeded.oneIn(2),
        seeded.nextInt(1000) - 1,
        records);
  }

  private static PlannedRecord randomRecord(Seeded seeded, int delta, long time) {
    var headers = new ArrayList<Header>();
    for (int i = seeded.oneIn(3) ? seeded.nextInt(4) : 0; i > 0; i--) {
      headers.add(
          new Header(
              "h\u00e9" + seeded.nextInt(10),
              seeded.oneIn(4) ? null : seeded.bytes(seeded.nextInt(9))));
    }
    return new PlannedRecord(
        delta,
        seeded.oneIn(20) ? RecordBatch.NO_TIMESTAMP : time,
        seeded.oneIn(4) ? null : seeded.bytes(seeded.nextInt(30)),
        seeded.oneIn(6) ? null : seeded.bytes(seeded.nextInt(seeded.oneIn(30) ? 40_000 : 100)),
        headers);
  }

  /** The batch as Kafka's builder writes it. */
  static ByteBuffer kafkaWrites(Plan plan) {
    var target = new ByteBufferOutputStream(1024);
    try (var builder =
        new MemoryRecordsBuilder(
            target,
            RecordBatch.MAGIC_VALUE_V2,
            kafka(plan.compression()),
            kafka(plan.timestampType()),
            plan.baseOffset(),
            plan.logAppendTime(),
            plan.producerId(),
            plan.producerEpoch(),
            plan.baseSequence(),
            plan.isTransactional(),
            false,
            plan.partitionLeaderEpoch(),
            Integer.MAX_VALUE)) {
      for (PlannedRecord record : plan.records()) {
        builder.appendWithOffset(
            plan.baseOffset() + record.offsetDelta(),
            new SimpleRecord(
                record.timestamp(), record.key(), record.value(), kafka(record.headers())));
      }
      return builder.build().buffer();
    }
  }

  /** The batch as ours writes it. */
  static ByteBuffer weWrite(Plan plan) {
    try (BatchBuilder builder = BatchBuilder.of(plan.compression())) {
      builder
          .baseOffset(plan.baseOffset())
          .partitionLeaderEpoch(plan.partitionLeaderEpoch())
          .producer(plan.producerId(), plan.producerEpoch(), plan.baseSequence())
          .transactional(plan.isTransactional());
      if (plan.timestampType() == TimestampType.LOG_APPEND_TIME) {
        builder.logAppendTime(plan.logAppendTime());
      }
      for (PlannedRecord record : plan.records()) {
        builder.append(
            plan.baseOffset() + record.offsetDelta(),
            record.timestamp(),
            record.key() == null ? null : ByteBuffer.wrap(record.key()),
            record.value() == null ? null : ByteBuffer.wrap(record.value()),
            record.headers().toArray(new Header[0]));
      }
      return builder.build();
    }
  }

  static RecordBatch kafkaReads(ByteBuffer bytes) {
    var batches =
        StreamSupport.stream(
                MemoryRecords.readableRecords(bytes.duplicate()).batches().spliterator(), false)
            .toList();
    if (batches.size() != 1) {
      throw new AssertionError("Kafka sees " + batches.size() + " batches");
    }
    return batches.getFirst();
  }

  static org.apache.kafka.common.record.TimestampType kafka(TimestampType type) {
    return switch (type) {
      case CREATE_TIME -> org.apache.kafka.common.record.TimestampType.CREATE_TIME;
      case LOG_APPEND_TIME -> org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME;
    };
  }

  static org.apache.kafka.common.compress.Compression kafka(Compression compression) {
    int level = compression.level();
    return switch (compression.type()) {
      case NONE -> org.apache.kafka.common.compress.Compression.NONE;
      case GZIP -> org.apache.kafka.common.compress.Compression.gzip().level(level).build();
      case SNAPPY -> org.apache.kafka.common.compress.Compression.snappy().build();
      case LZ4 -> org.apache.kafka.common.compress.Compression.lz4().level(level).build();
      case ZSTD -> org.apache.kafka.common.compress.Compression.zstd().level(level).build();
    };
  }

  private static org.apache.kafka.common.header.Header[] kafka(List<Header> headers) {
    return headers.stream()
        .map(header -> new RecordHeader(header.key(), header.value()))
        .toArray(org.apache.kafka.common.header.Header[]::new);
  }
}
