package org.stoker.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoker.base.HeapBudget;

/** Each rule by its name; that the rules are Kafka's is the matter of KafkaVerdictTest. */
final class BatchValidatorTest {
  private static final long NOW_MS = 1_000_000;
  private static final int VERSION = 12;

  private final BatchValidator validator = new BatchValidator();

  private static ProduceRules rules(
      boolean isCompacted, TimestampType type, @Nullable Compression target) {
    return new ProduceRules(10_000, 5_000, isCompacted, type, 1000, 500, target);
  }

  private static final ProduceRules PLAIN = rules(false, TimestampType.CREATE_TIME, null);

  private static ByteBuffer batch(Compression compression, Consumer<BatchBuilder> content) {
    try (BatchBuilder builder = BatchBuilder.of(compression)) {
      content.accept(builder);
      return builder.build();
    }
  }

  private static ByteBuffer twoRecords(CompressionType type) {
    return batch(
        Compression.of(type),
        builder ->
            builder
                .append(NOW_MS - 10, new byte[] {1}, new byte[] {2})
                .append(NOW_MS - 20, new byte[] {1}, null));
  }

  /** The batch with one header field changed and the checksum made right again. */
  private static ByteBuffer with(Consumer<ByteBuffer> change) {
    ByteBuffer bytes = twoRecords(CompressionType.NONE);
    change.accept(bytes);
    RecordBatch.at(bytes, 0).writeCrc();
    return bytes;
  }

  private BatchVerdict.Invalid refused(ByteBuffer bytes, ProduceRules rules) {
    return refused(bytes, VERSION, rules);
  }

  private BatchVerdict.Invalid refused(ByteBuffer bytes, int version, ProduceRules rules) {
    BatchVerdict verdict = validator.check(bytes, version, rules, NOW_MS);
    assertThat(verdict).isInstanceOf(BatchVerdict.Invalid.class);
    return (BatchVerdict.Invalid) verdict;
  }

  @Test
  void tellsTheLogWhatItNeeds() {
    ByteBuffer bytes =
        batch(
            Compression.of(CompressionType.LZ4),
            builder ->
                builder
                    .producer(9, (short) 1, 100)
                    .append(NOW_MS - 50, null, new byte[9])
                    .append(NOW_MS - 10, null, new byte[9])
                    .append(NOW_MS - 10, null, new byte[9]));

    BatchVerdict verdict = validator.check(bytes, VERSION, PLAIN, NOW_MS);

    assertThat(verdict)
        .isEqualTo(
            new BatchVerdict.Valid(
                bytes.remaining(), 3, 2, NOW_MS - 10, 1, 102, CompressionType.LZ4, false));
  }

  @Test
  void bytesAreTakenFromPositionToLimitOfAnyBuffer() {
    ByteBuffer bytes = twoRecords(CompressionType.ZSTD);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining() + 20);
    direct.position(7).put(bytes.duplicate()).limit(direct.position()).position(7);

    assertThat(validator.check(direct, VERSION, PLAIN, NOW_MS))
        .isEqualTo(validator.check(bytes, VERSION, PLAIN, NOW_MS))
        .isInstanceOf(BatchVerdict.Valid.class);
    assertThat(direct.position()).isEqualTo(7);
  }

  @Test
  void zstdNeedsProduceVersion7() {
    ByteBuffer bytes = twoRecords(CompressionType.ZSTD);

    assertThat(refused(bytes, 6, PLAIN).fault()).isEqualTo(BatchFault.ZSTD_NOT_ALLOWED);
    assertThat(validator.check(bytes, 7, PLAIN, NOW_MS)).isInstanceOf(BatchVerdict.Valid.class);
  }

  @Test
  void onlyTheCompressionTypesThatExistAreTaken() {
    ByteBuffer bytes = with(b -> b.putShort(RecordBatch.ATTRIBUTES_POSITION, (short) 5));

    assertThat(refused(bytes, PLAIN).fault()).isEqualTo(BatchFault.UNKNOWN_COMPRESSION);
  }

  @Test
  void brokersAloneWriteControlBatches() {
    ByteBuffer bytes = ControlRecord.COMMIT.markerBatch(0, 1, NOW_MS, 5, (short) 1, 1);

    assertThat(refused(bytes, PLAIN).fault()).isEqualTo(BatchFault.CONTROL_BATCH);
  }

  @Test
  void producerFieldsMustMakeSense() {
    int transactional = RecordBatch.TRANSACTIONAL_BIT;
    assertInconsistent(
        with(b -> b.putShort(RecordBatch.ATTRIBUTES_POSITION, (short) transactional)));
    assertInconsistent(with(b -> b.putLong(RecordBatch.PRODUCER_ID_POSITION, 4)));
    assertInconsistent(
        with(b ->
            b.putLong(RecordBatch.PRODUCER_ID_POSITION, 4)
                .putInt(RecordBatch.BASE_SEQUENCE_POSITION, 0)));
    assertInconsistent(
        with(b ->
            b.putLong(RecordBatch.PRODUCER_ID_POSITION, 4)
                .putShort(RecordBatch.PRODUCER_EPOCH_POSITION, (short) 0)));
  }

  private void assertInconsistent(ByteBuffer bytes) {
    assertThat(refused(bytes, PLAIN).fault()).isEqualTo(BatchFault.INCONSISTENT_PRODUCER);
  }

  @Test
  void countAndOffsetsMustAgree() {
    assertThat(refused(with(b -> b.putInt(RecordBatch.RECORD_COUNT_POSITION, 3)), PLAIN).fault())
        .isEqualTo(BatchFault.INCONSISTENT_COUNT);
    assertThat(
            refused(with(b -> b.putInt(RecordBatch.LAST_OFFSET_DELTA_POSITION, 5)), PLAIN).fault())
        .isEqualTo(BatchFault.INCONSISTENT_COUNT);
    ByteBuffer gap =
        batch(
            Compression.NONE,
            builder -> builder.append(0, NOW_MS, null, null).append(2, NOW_MS, null, null));
    gap.putInt(RecordBatch.LAST_OFFSET_DELTA_POSITION, 1);
    RecordBatch.at(gap, 0).writeCrc();
    assertThat(refused(gap, PLAIN).fault()).isEqualTo(BatchFault.OFFSETS_NOT_DENSE);
  }

  @Test
  void tooLargeIsTheBatchNotTheRequest() {
    ByteBuffer large =
        batch(Compression.NONE, builder -> builder.append(NOW_MS, null, new byte[10_000]));

    BatchVerdict.Invalid verdict = refused(large, PLAIN);

    assertThat(verdict.fault()).isEqualTo(BatchFault.TOO_LARGE);
    assertThat(verdict.message()).contains("10000").contains("" + large.remaining());
  }

  @Test
  void namesTheRecordsWithoutKey() {
    ByteBuffer bytes =
        batch(
            Compression.of(CompressionType.GZIP),
            builder ->
                builder
                    .append(NOW_MS, new byte[0], null)
                    .append(NOW_MS, null, new byte[1])
                    .append(NOW_MS, new byte[1], null)
                    .append(NOW_MS, null, null));

    BatchVerdict.Invalid verdict = refused(bytes, rules(true, TimestampType.CREATE_TIME, null));

    assertThat(verdict.fault()).isEqualTo(BatchFault.KEY_MISSING);
    assertThat(verdict.recordErrors()).extracting(RecordError::batchIndex).containsExactly(1, 3);
  }

  @Test
  void namesTheRecordsOutOfTime() {
    ByteBuffer bytes =
        batch(
            Compression.NONE,
            builder ->
                builder
                    .append(NOW_MS - 1000, null, new byte[1])
                    .append(NOW_MS - 1001, null, new byte[1])
                    .append(NOW_MS + 500, null, new byte[1])
                    .append(NOW_MS + 501, null, new byte[1])
                    .append(RecordBatch.NO_TIMESTAMP, null, new byte[1]));

    BatchVerdict.Invalid verdict = refused(bytes, PLAIN);

    assertThat(verdict.fault()).isEqualTo(BatchFault.TIMESTAMP_OUT_OF_RANGE);
    assertThat(verdict.recordErrors()).extracting(RecordError::batchIndex).containsExactly(1, 3);
    assertThat(
            validator.check(
                bytes, VERSION, rules(false, TimestampType.LOG_APPEND_TIME, null), NOW_MS))
        .isInstanceOf(BatchVerdict.Valid.class);
  }

  @Test
  void aProducerDoesNotStampForTheBroker() {
    ByteBuffer stamped =
        batch(Compression.NONE, b -> b.logAppendTime(NOW_MS).append(NOW_MS, null, new byte[1]));

    BatchVerdict.Invalid verdict =
        refused(stamped, rules(false, TimestampType.LOG_APPEND_TIME, null));

    assertThat(verdict.fault()).isEqualTo(BatchFault.TIMESTAMP_OUT_OF_RANGE);
  }

  @Test
  void aTopicMayWantAnotherCompression() {
    for (CompressionType from : CompressionType.values()) {
      for (CompressionType to : CompressionType.values()) {
        ByteBuffer bytes = twoRecords(from);
        var rules = rules(false, TimestampType.CREATE_TIME, Compression.of(to));

        BatchVerdict verdict = validator.check(bytes, VERSION, rules, NOW_MS);
        var rewriter = new BatchRewriter(new HeapBudget(1 << 20));

        assertThat(verdict)
            .isInstanceOfSatisfying(
                BatchVerdict.Valid.class,
                valid -> assertThat(valid.mustRewrite()).isEqualTo(from != to));
        assertThat(rewriter.rewrite(bytes, 0, rules, NOW_MS))
            .isEqualTo(new BatchRewriter.Outcome.Rewritten(twoRecords(to)));
      }
    }
  }

  @Test
  void whatGrowsAboveTheLimitIsNotRewritten() {
    ByteBuffer zeros =
        batch(
            Compression.of(CompressionType.ZSTD),
            builder ->
                builder
                    .append(NOW_MS, null, new byte[4_900])
                    .append(NOW_MS, null, new byte[4_900])
                    .append(NOW_MS, null, new byte[4_900]));
    var rules = rules(false, TimestampType.CREATE_TIME, Compression.NONE);

    assertThat(validator.check(zeros, VERSION, rules, NOW_MS))
        .isInstanceOf(BatchVerdict.Valid.class);
    assertThat(new BatchRewriter(new HeapBudget(1 << 20)).rewrite(zeros, 0, rules, NOW_MS))
        .isInstanceOf(BatchRewriter.Outcome.TooLarge.class);
  }

  @Test
  void whatMustBeDecompressedAndIsLargeIsNotCheap() {
    byte[] noise = new Seeded(1).bytes(2 * BatchValidator.CHEAP_SIZE_BYTES);
    ByteBuffer plain = batch(Compression.NONE, b -> b.append(NOW_MS, null, noise));
    ByteBuffer packed =
        batch(Compression.of(CompressionType.ZSTD), b -> b.append(NOW_MS, null, noise));
    var recompressed =
        rules(false, TimestampType.CREATE_TIME, Compression.of(CompressionType.ZSTD));

    assertThat(BatchValidator.isCheap(plain)).isTrue();
    assertThat(BatchValidator.isCheap(plain, PLAIN)).isTrue();
    assertThat(BatchValidator.isCheap(plain, recompressed)).isFalse();
    assertThat(BatchValidator.isCheap(packed)).isFalse();
    assertThat(BatchValidator.isCheap(packed, PLAIN)).isFalse();
    assertThat(BatchValidator.isCheap(twoRecords(CompressionType.ZSTD))).isTrue();
    assertThat(BatchValidator.isCheap(ByteBuffer.allocate(0))).isTrue();
  }

  @Test
  void aValidatorIsAsGoodAsNewAfterABadBatch() {
    ByteBuffer good = twoRecords(CompressionType.GZIP);
    ByteBuffer cut = twoRecords(CompressionType.GZIP);
    cut.put(cut.limit() - 3, (byte) ~cut.get(cut.limit() - 3));
    RecordBatch.at(cut, 0).writeCrc();
    BatchVerdict expected = validator.check(good, VERSION, PLAIN, NOW_MS);

    for (int i = 0; i < 3; i++) {
      refused(cut, PLAIN);
      assertThat(validator.check(good, VERSION, PLAIN, NOW_MS)).isEqualTo(expected);
    }
  }
}
