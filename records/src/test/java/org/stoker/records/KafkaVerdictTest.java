package org.stoker.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoker.base.HeapBudget;

/** Thousands of broken batches, each judged by Kafka's classes and by ours. */
final class KafkaVerdictTest {
  private static final int SEEDS = Integer.getInteger("records.seeds", 2000);
  private static final long NOW_MS = 1_700_000_000_000L;

  /** Whoever says yes or no to produced bytes. */
  private interface Judge {
    BatchVerdict check(ByteBuffer bytes, int produceVersion, ProduceRules rules, long nowMs);
  }

  private final BatchValidator validator = new BatchValidator();
  private final HeapBudget budget = new HeapBudget(64 << 20);
  private final BatchRewriter rewriter = new BatchRewriter(budget);
  private final Set<BatchFault> seen = EnumSet.noneOf(BatchFault.class);
  private int accepted;

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void judgesAsKafkaDoes(CompressionType type) {
    for (int seed = 0; seed < SEEDS; seed++) {
      judgeOne(seed, type, validator::check);
    }

    assertThat(accepted).isGreaterThan(SEEDS / 20);
    assertThat(seen)
        .contains(
            BatchFault.NO_BATCH,
            BatchFault.MORE_THAN_ONE_BATCH,
            BatchFault.OLD_MAGIC,
            BatchFault.MALFORMED_FRAME,
            BatchFault.WRONG_CRC,
            BatchFault.TOO_LARGE,
            BatchFault.BASE_OFFSET_NOT_ZERO,
            BatchFault.INCONSISTENT_COUNT,
            BatchFault.OFFSETS_NOT_DENSE,
            BatchFault.CONTROL_BATCH,
            BatchFault.INCONSISTENT_PRODUCER,
            BatchFault.MALFORMED_RECORD,
            BatchFault.KEY_MISSING,
            BatchFault.TIMESTAMP_OUT_OF_RANGE);
    if (type != CompressionType.NONE) {
      assertThat(seen).contains(BatchFault.MALFORMED_COMPRESSION, BatchFault.RECORD_ABOVE_LIMIT);
    }
  }

  @Test
  void aJudgeThatLooksAwayIsFoundOut() {
    for (BatchFault ignored :
        EnumSet.of(
            BatchFault.WRONG_CRC,
            BatchFault.MALFORMED_RECORD,
            BatchFault.INCONSISTENT_COUNT,
            BatchFault.KEY_MISSING,
            BatchFault.TIMESTAMP_OUT_OF_RANGE)) {
      Judge blind =
          (bytes, version, rules, nowMs) ->
              validator.check(bytes, version, rules, nowMs) instanceof BatchVerdict.Invalid invalid
                      && invalid.fault() != ignored
                  ? invalid
                  : new BatchVerdict.Valid(
                      bytes.remaining(), 1, 0, 0, 0, -1, CompressionType.NONE, false);

      assertThatThrownBy(
              () -> {
                for (int seed = 0; seed < SEEDS; seed++) {
                  judgeOne(seed, CompressionType.NONE, blind);
                }
              })
          .as("blind to %s", ignored)
          .isInstanceOf(AssertionError.class);
    }
  }

  private void judgeOne(int seed, CompressionType type, Judge judge) {
    var seeded = new Seeded(seed);
    ByteBuffer bytes = Mutations.mutate(seeded, producedBatch(seeded, type));
    ProduceRules rules = randomRules(seeded);
    int produceVersion = seeded.oneIn(10) ? 3 + seeded.nextInt(5) : 12;
    ByteBuffer before = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();

    BatchVerdict ours = judge.check(bytes, produceVersion, rules, NOW_MS);
    KafkaJudge.Outcome theirs = KafkaJudge.judge(bytes, produceVersion, rules, NOW_MS);

    String what = type + ", seed " + seed + ", " + rules + ": " + ours + " / " + theirs;
    assertThat(bytes).as("unchanged: %s", what).isEqualTo(before);
    switch (ours) {
      case BatchVerdict.Valid valid -> {
        accepted++;
        if (theirs.error() == Errors.UNKNOWN_SERVER_ERROR && valid.mustRewrite()) {
          // Kafka takes such timestamps, but its builder does not when it compresses again.
          assertThat(timestamps(bytes)).as(what).anyMatch(timestamp -> timestamp < -1);
          return;
        }
        assertThat(theirs.error()).as(what).isEqualTo(Errors.NONE);
        assertThat(theirs.isReadable()).as(what).isTrue();
        assertSameStored(what, bytes, valid, rules, theirs);
      }
      case BatchVerdict.Invalid invalid -> {
        seen.add(invalid.fault());
        assertSameError(what, bytes, invalid, theirs);
      }
      case BatchVerdict.Unfinished _ -> throw new AssertionError(what);
    }
  }

  /** Where Kafka says yes and we say no, it is one of the exceptions that BatchValidator names. */
  private static void assertSameError(
      String what, ByteBuffer bytes, BatchVerdict.Invalid ours, KafkaJudge.Outcome theirs) {
    Errors error = errorOf(ours.fault());
    if (ours.fault() == BatchFault.INCONSISTENT_PRODUCER && hasProducerWithoutMeaning(bytes)) {
      assertThat(theirs.error()).as(what).isNotEqualTo(Errors.CORRUPT_MESSAGE);
    } else if (theirs.error() == Errors.NONE && ours.fault() == BatchFault.OFFSETS_NOT_DENSE) {
      var batch = RecordBatch.at(bytes, 0);
      assertThat(offsetDeltas(batch)).as(what).isNotEqualTo(upTo(batch.recordCount()));
    } else if (ours.fault() == BatchFault.MALFORMED_RECORD
        && RecordBatch.at(bytes, 0).isCompressed()) {
      // Kafka looks less closely at these and may say yes, or have found another fault further on.
      assertThat(KafkaJudge.isReadable(firstBatch(bytes))).as(what).isFalse();
    } else if (theirs.error() != Errors.UNKNOWN_SERVER_ERROR) {
      assertThat(error).as(what).isEqualTo(theirs.error());
      assertThat(ours.recordErrors().stream().map(RecordError::batchIndex).toList())
          .as(what)
          .isEqualTo(
              theirs.refusedRecords().stream().limit(BatchValidator.MOST_RECORD_ERRORS).toList());
    }
  }

  private void assertSameStored(
      String what,
      ByteBuffer bytes,
      BatchVerdict.Valid ours,
      ProduceRules rules,
      KafkaJudge.Outcome theirs) {
    ByteBuffer stored = theirs.stored();
    boolean isStamped = rules.timestampType() == TimestampType.LOG_APPEND_TIME;
    if (!isStamped) {
      assertThat(ours.maxTimestamp()).as(what).isEqualTo(theirs.maxTimestamp());
    }
    if (!ours.mustRewrite()) {
      ByteBuffer kept = ByteBuffer.allocate(ours.sizeInBytes());
      kept.put(bytes.slice(0, ours.sizeInBytes())).flip();
      RecordBatch batch = RecordBatch.at(kept, 0);
      batch.setBaseOffset(KafkaJudge.BASE_OFFSET);
      batch.setPartitionLeaderEpoch(KafkaJudge.LEADER_EPOCH);
      batch.setMaxTimestamp(rules.timestampType(), isStamped ? NOW_MS : ours.maxTimestamp());
      assertThat(kept).as(what).isEqualTo(stored);
      return;
    }
    if (!(rewriter.rewrite(bytes, 0, rules, NOW_MS)
        instanceof BatchRewriter.Outcome.Rewritten(ByteBuffer rewritten))) {
      assertThat(stored.remaining()).as(what).isGreaterThan(rules.maxMessageBytes() / 2);
      return;
    }
    BatchRewriter.release(rewritten, budget);
    RecordBatch batch = RecordBatch.at(rewritten, 0);
    batch.setBaseOffset(KafkaJudge.BASE_OFFSET);
    batch.setPartitionLeaderEpoch(KafkaJudge.LEADER_EPOCH);
    assertThat(BatchContent.of(rewritten)).as(what).isEqualTo(BatchContent.of(stored));
  }

  private static boolean hasProducerWithoutMeaning(ByteBuffer bytes) {
    var batch = KafkaBatches.kafkaReads(firstBatch(bytes));
    return batch.hasProducerId() ? batch.producerEpoch() < 0 : batch.isTransactional();
  }

  private static List<Integer> offsetDeltas(RecordBatch batch) {
    var deltas = new ArrayList<Integer>();
    for (var record : KafkaBatches.kafkaReads(firstBatch(batch.buffer()))) {
      deltas.add((int) (record.offset() - batch.baseOffset()));
    }
    return deltas;
  }

  private static List<Long> timestamps(ByteBuffer bytes) {
    var timestamps = new ArrayList<Long>();
    for (var record : KafkaBatches.kafkaReads(firstBatch(bytes))) {
      timestamps.add(record.timestamp());
    }
    return timestamps;
  }

  private static List<Integer> upTo(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static ByteBuffer firstBatch(ByteBuffer bytes) {
    return bytes.slice(0, RecordBatch.at(bytes, 0).sizeInBytes());
  }

  private static ByteBuffer producedBatch(Seeded seeded, CompressionType type) {
    var plan = KafkaBatches.randomPlan(seeded, type);
    var records = plan.records().subList(0, Math.min(plan.records().size(), 30));
    boolean isDense = !seeded.oneIn(6);
    try (BatchBuilder builder = BatchBuilder.of(plan.compression())) {
      builder
          .producer(plan.producerId(), plan.producerEpoch(), plan.baseSequence())
          .transactional(plan.isTransactional());
      for (var record : records) {
        builder.append(
            isDense ? builder.nextOffset() : record.offsetDelta(),
            record.timestamp(),
            record.key() == null && !seeded.oneIn(8) ? null : ByteBuffer.wrap(new byte[3]),
            record.value() == null ? null : ByteBuffer.wrap(record.value()),
            record.headers().toArray(new Header[0]));
      }
      ByteBuffer bytes = builder.build();
      // Gaps that a client would have to lie about: the header says that there are none.
      bytes.putInt(RecordBatch.LAST_OFFSET_DELTA_POSITION, records.size() - 1);
      return bytes;
    }
  }

  private static ProduceRules randomRules(Seeded seeded) {
    return new ProduceRules(
        seeded.oneIn(10) ? 200 : 1 << 20,
        seeded.oneIn(10) ? 50 : 1 << 20,
        seeded.oneIn(6),
        seeded.oneIn(4) ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
        seeded.oneIn(4) ? 2000 : Long.MAX_VALUE,
        seeded.oneIn(4) ? 2000 : 3_600_000,
        seeded.oneIn(4) ? Compression.of(seeded.oneOf(CompressionType.values())) : null);
  }

  private static Errors errorOf(BatchFault fault) {
    return switch (fault) {
      case MALFORMED_FRAME, WRONG_CRC -> Errors.CORRUPT_MESSAGE;
      case TOO_LARGE -> Errors.MESSAGE_TOO_LARGE;
      case ZSTD_NOT_ALLOWED -> Errors.UNSUPPORTED_COMPRESSION_TYPE;
      case TIMESTAMP_OUT_OF_RANGE -> Errors.INVALID_TIMESTAMP;
      case UNKNOWN_COMPRESSION -> Errors.UNKNOWN_SERVER_ERROR;
      case NO_BATCH,
          MORE_THAN_ONE_BATCH,
          OLD_MAGIC,
          BASE_OFFSET_NOT_ZERO,
          INCONSISTENT_COUNT,
          OFFSETS_NOT_DENSE,
          CONTROL_BATCH,
          INCONSISTENT_PRODUCER,
          MALFORMED_RECORD,
          RECORD_ABOVE_LIMIT,
          EXPANDS_TOO_FAR,
          MALFORMED_COMPRESSION,
          KEY_MISSING ->
          Errors.INVALID_RECORD;
      case OFFSETS_OUT_OF_ORDER -> throw new AssertionError("only a follower meets " + fault);
    };
  }
}
