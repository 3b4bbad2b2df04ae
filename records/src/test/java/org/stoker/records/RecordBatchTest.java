package org.stoker.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

final class RecordBatchTest {
  private static ByteBuffer batch() {
    try (BatchBuilder builder = BatchBuilder.uncompressed()) {
      return builder
          .producer(5, (short) 6, Integer.MAX_VALUE)
          .append(1000, new byte[] {1}, new byte[] {2})
          .append(3000, new byte[] {1}, new byte[] {2})
          .build();
    }
  }

  @Test
  void offsetAndLeaderEpochAreSetWithoutTouchingTheChecksum() {
    ByteBuffer bytes = batch();
    RecordBatch batch = RecordBatch.at(bytes, 0);
    int crc = batch.crc();

    batch.setBaseOffset(1L << 40);
    batch.setPartitionLeaderEpoch(9);

    assertThat(batch.crc()).isEqualTo(crc);
    assertThat(batch.isCrcRight()).isTrue();
    assertThat(batch.baseOffset()).isEqualTo(1L << 40);
    assertThat(batch.lastOffset()).isEqualTo((1L << 40) + 1);
    assertThat(batch.nextOffset()).isEqualTo((1L << 40) + 2);
    assertThat(batch.partitionLeaderEpoch()).isEqualTo(9);
  }

  @Test
  void theBrokersTimestampIsCoveredByTheChecksum() {
    ByteBuffer bytes = batch();
    RecordBatch batch = RecordBatch.at(bytes, 0);

    batch.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, 7777);

    assertThat(batch.isCrcRight()).isTrue();
    assertThat(batch.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
    for (var record : KafkaBatches.kafkaReads(bytes)) {
      assertThat(record.timestamp()).isEqualTo(7777);
    }
    batch.setMaxTimestamp(TimestampType.CREATE_TIME, 3000);
    assertThat(bytes).isEqualTo(batch());
  }

  @Test
  void theChecksumIsThatOfTheBytesAlsoOutsideOfTheHeap() {
    ByteBuffer bytes = batch();
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining() + 3);
    direct.position(3).put(bytes.duplicate());

    assertThat(RecordBatch.at(direct, 3).isCrcRight()).isTrue();
    direct.put(direct.capacity() - 1, (byte) 99);
    assertThat(RecordBatch.at(direct, 3).isCrcRight()).isFalse();
  }

  @Test
  void sequencesWrapAsKafkasDo() {
    int[] interesting = {0, 1, 5, Integer.MAX_VALUE - 5, Integer.MAX_VALUE - 1, Integer.MAX_VALUE};
    for (int sequence : interesting) {
      for (int step : interesting) {
        assertThat(RecordBatch.sequenceAfter(sequence, step))
            .isEqualTo(DefaultRecordBatch.incrementSequence(sequence, step));
        assertThat(RecordBatch.sequenceBefore(sequence, step))
            .isEqualTo(DefaultRecordBatch.decrementSequence(sequence, step));
      }
    }
    assertThat(RecordBatch.at(batch(), 0).lastSequence()).isZero();
  }

  @Test
  void endsOfTransactionsAreKafkas() {
    for (ControlRecord kind : ControlRecord.values()) {
      var type =
          switch (kind) {
            case ABORT -> org.apache.kafka.common.record.internal.ControlRecordType.ABORT;
            case COMMIT -> org.apache.kafka.common.record.internal.ControlRecordType.COMMIT;
          };
      var theirs =
          MemoryRecords.withEndTransactionMarker(
              40, 123_456, 3, 77, (short) 8, new EndTransactionMarker(type, 21));

      ByteBuffer ours = kind.markerBatch(40, 3, 123_456, 77, (short) 8, 21);

      assertThat(ours).isEqualTo(theirs.buffer());
      RecordBatch batch = RecordBatch.at(ours, 0);
      assertThat(batch.isControlBatch()).isTrue();
      try (RecordCursor cursor = new RecordCursor(RecordCursor.HOLD_NOTHING).open(batch)) {
        assertThat(cursor.next()).isTrue();
        assertThat(ControlRecord.ofKey(java.util.Objects.requireNonNull(cursor.key())))
            .isEqualTo(kind);
        assertThat(
                ControlRecord.coordinatorEpochOf(java.util.Objects.requireNonNull(cursor.value())))
            .isEqualTo(21);
      }
    }
  }

  @Test
  void aViewMovesFromBatchToBatch() {
    ByteBuffer one = batch();
    ByteBuffer two = ByteBuffer.allocate(2 * one.remaining());
    two.put(one.duplicate()).put(one.duplicate()).flip();
    RecordBatch.at(two, one.remaining()).setBaseOffset(50);

    RecordBatch view = RecordBatch.at(two, 0);

    assertThat(view.baseOffset()).isZero();
    assertThat(view.moveTo(view.sizeInBytes()).baseOffset()).isEqualTo(50);
    assertThat(view.toString()).contains("offsets=[50, 51]", "producerId=5");
  }
}
