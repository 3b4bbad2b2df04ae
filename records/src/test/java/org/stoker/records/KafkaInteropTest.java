package org.stoker.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.common.record.internal.Record;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Kafka's classes write we read, what we write they read, field by field. */
final class KafkaInteropTest {
  private static final int SEEDS = 120;

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void weReadWhatKafkaWrites(CompressionType type) {
    for (int seed = 0; seed < SEEDS; seed++) {
      var plan = KafkaBatches.randomPlan(new Seeded(seed), type);

      ByteBuffer bytes = KafkaBatches.kafkaWrites(plan);

      assertSameContent("seed " + seed, bytes);
      assertSameContent("direct, seed " + seed, direct(bytes));
    }
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void kafkaReadsWhatWeWrite(CompressionType type) {
    for (int seed = 0; seed < SEEDS; seed++) {
      var plan = KafkaBatches.randomPlan(new Seeded(seed), type);

      ByteBuffer bytes = KafkaBatches.weWrite(plan);

      KafkaBatches.kafkaReads(bytes).ensureValid();
      assertSameContent("seed " + seed, bytes);
    }
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void theSameRecordsAreTheSameBytes(CompressionType type) {
    for (int seed = 0; seed < SEEDS; seed++) {
      var plan = KafkaBatches.randomPlan(new Seeded(seed), type);

      ByteBuffer ours = KafkaBatches.weWrite(plan);
      ByteBuffer theirs = KafkaBatches.kafkaWrites(plan);

      if (type == CompressionType.NONE) {
        assertThat(ours).as("seed %d", seed).isEqualTo(theirs);
      } else {
        assertThat(recordsOf(ours)).as("seed %d", seed).isEqualTo(recordsOf(theirs));
      }
    }
  }

  private static byte[] recordsOf(ByteBuffer bytes) {
    RecordBatch batch = RecordBatch.at(bytes, 0);
    int start = RecordBatch.HEADER_SIZE_BYTES;
    try (var stream =
        Compression.decompress(
            batch.knownCompressionType(), bytes.slice(start, batch.sizeInBytes() - start))) {
      return stream.readAllBytes();
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static ByteBuffer direct(ByteBuffer bytes) {
    ByteBuffer copy = ByteBuffer.allocateDirect(bytes.remaining() + 9);
    return copy.position(9).put(bytes.duplicate()).flip().position(9);
  }

  private static void assertSameContent(String what, ByteBuffer bytes) {
    var walk = new BatchWalk(bytes);
    assertThat(walk.next()).as(what).isTrue();
    RecordBatch ours = walk.batch();
    ByteBuffer heap = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    var theirs = KafkaBatches.kafkaReads(heap);
    var softly = new SoftAssertions();
    assertSameHeader(softly, ours, theirs);
    assertSameRecords(softly, ours, theirs, Integer.MAX_VALUE);
    assertSameRecords(softly, ours, theirs, RecordCursor.HOLD_NOTHING);
    assertSameRecords(softly, ours, theirs, 60);
    softly.assertThat(ours.isCrcRight()).isTrue();
    softly.assertThat(walk.next()).isFalse();
    assertThat(softly.errorsCollected()).as(what).isEmpty();
  }

  private static void assertSameHeader(
      SoftAssertions softly,
      RecordBatch ours,
      org.apache.kafka.common.record.internal.RecordBatch theirs) {
    softly.assertThat(ours.baseOffset()).isEqualTo(theirs.baseOffset());
    softly.assertThat(ours.sizeInBytes()).isEqualTo(theirs.sizeInBytes());
    softly.assertThat(ours.partitionLeaderEpoch()).isEqualTo(theirs.partitionLeaderEpoch());
    softly.assertThat(ours.magic()).isEqualTo(theirs.magic());
    softly.assertThat(Integer.toUnsignedLong(ours.crc())).isEqualTo(theirs.checksum());
    softly.assertThat(ours.lastOffset()).isEqualTo(theirs.lastOffset());
    softly.assertThat(ours.nextOffset()).isEqualTo(theirs.nextOffset());
    softly.assertThat(ours.maxTimestamp()).isEqualTo(theirs.maxTimestamp());
    softly.assertThat(ours.producerId()).isEqualTo(theirs.producerId());
    softly.assertThat(ours.hasProducerId()).isEqualTo(theirs.hasProducerId());
    softly.assertThat(ours.producerEpoch()).isEqualTo(theirs.producerEpoch());
    softly.assertThat(ours.baseSequence()).isEqualTo(theirs.baseSequence());
    softly.assertThat(ours.lastSequence()).isEqualTo(theirs.lastSequence());
    softly.assertThat((Integer) ours.recordCount()).isEqualTo(theirs.countOrNull());
    softly.assertThat(ours.isTransactional()).isEqualTo(theirs.isTransactional());
    softly.assertThat(ours.isControlBatch()).isEqualTo(theirs.isControlBatch());
    softly
        .assertThat(ours.knownCompressionType().configName())
        .isEqualTo(theirs.compressionType().name);
    softly.assertThat(KafkaBatches.kafka(ours.timestampType())).isEqualTo(theirs.timestampType());
    softly.assertThat(ours.isCompressed()).isEqualTo(theirs.isCompressed());
    softly.assertThat(ours.hasDeleteHorizon()).isEqualTo(theirs.deleteHorizonMs().isPresent());
  }

  private static void assertSameRecords(
      SoftAssertions softly,
      RecordBatch ours,
      org.apache.kafka.common.record.internal.RecordBatch theirs,
      int maxHeldBytes) {
    var expected = new ArrayList<List<Object>>();
    var found = new ArrayList<List<Object>>();
    Iterator<Record> records = theirs.iterator();
    try (RecordCursor cursor = new RecordCursor(maxHeldBytes).open(ours)) {
      while (cursor.next()) {
        Record record = records.next();
        expected.add(
            List.of(
                record.offset(),
                record.timestamp(),
                record.sizeInBytes(),
                record.keySize(),
                record.hasKey(),
                record.valueSize(),
                record.hasValue(),
                record.headers().length,
                true));
        boolean hasSameBytes =
            !cursor.isHeld()
                || (equal(cursor.key(), record.key())
                    && equal(cursor.value(), record.value())
                    && headersOf(cursor).equals(headersOf(record)));
        found.add(
            List.of(
                cursor.offset(),
                cursor.timestamp(),
                cursor.sizeInBytes(),
                cursor.keySize(),
                cursor.hasKey(),
                cursor.valueSize(),
                cursor.hasValue(),
                cursor.headerCount(),
                hasSameBytes));
      }
    }
    softly.assertThat(found).isEqualTo(expected);
    softly.assertThat(records.hasNext()).isFalse();
  }

  private static List<String> headersOf(RecordCursor cursor) {
    return cursor.headers().stream()
        .map(header -> header.key() + "=" + Arrays.toString(header.value()))
        .toList();
  }

  private static List<String> headersOf(Record record) {
    return Arrays.stream(record.headers())
        .map(header -> header.key() + "=" + Arrays.toString(header.value()))
        .toList();
  }

  private static boolean equal(@Nullable ByteBuffer ours, @Nullable ByteBuffer theirs) {
    return ours == null ? theirs == null : ours.equals(theirs);
  }
}
