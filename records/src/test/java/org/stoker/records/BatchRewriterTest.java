package org.stoker.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoker.base.HeapBudget;
import org.stoker.records.BatchRewriter.Outcome;

final class BatchRewriterTest {
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int BOMB_SIZE_BYTES = 100 << 20;

  private final HeapBudget budget = new HeapBudget(32 << 20);
  private final BatchRewriter rewriter = new BatchRewriter(budget);

  private static ProduceRules rules(CompressionType target, int maxMessageBytes) {
    return new ProduceRules(
        maxMessageBytes,
        Integer.MAX_VALUE,
        false,
        TimestampType.CREATE_TIME,
        Long.MAX_VALUE,
        Long.MAX_VALUE,
        Compression.of(target));
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aBombIsCompressedAnewInLittleMoreMemoryThanTheResult(CompressionType source) {
    ByteBuffer bomb = Bombs.bomb(source, BOMB_SIZE_BYTES, BOMB_SIZE_BYTES);
    for (CompressionType target : CompressionType.values()) {
      rewriter.rewrite(Bombs.bomb(source, 100, 100), 0, rules(target, 1000), NOW_MS);
      ProduceRules rules = rules(target, 8 << 20);

      var outcomes = new ArrayList<Outcome>();
      long allocated =
          AllocatedBytes.by(() -> outcomes.add(rewriter.rewrite(bomb, 0, rules, NOW_MS)));

      String what = source + " to " + target;
      assertThat(allocated).as(what).isLessThan(24 << 20);
      if (target == CompressionType.NONE) {
        assertThat(outcomes).as(what).containsExactly(new Outcome.TooLarge());
        assertThat(allocated).as(what).isLessThan(9 << 20);
      } else {
        assertThat(outcomes.getFirst()).as(what).isInstanceOf(Outcome.Rewritten.class);
        assertThat(valueSizeOf(outcomes.getFirst())).isGreaterThan(BOMB_SIZE_BYTES - 100);
      }
    }
  }

  private static int valueSizeOf(Outcome outcome) {
    ByteBuffer bytes = ((Outcome.Rewritten) outcome).bytes();
    try (var cursor = new RecordCursor(RecordCursor.HOLD_NOTHING).open(RecordBatch.at(bytes, 0))) {
      assertThat(cursor.next()).isTrue();
      return cursor.valueSize();
    }
  }

  @Test
  void recordsOfEverySizeReadTheSameInEveryCompression() {
    for (CompressionType source : CompressionType.values()) {
      ByteBuffer bytes = mixedRecords(source);
      for (CompressionType target : CompressionType.values()) {
        Outcome outcome = rewriter.rewrite(bytes, 0, rules(target, 8 << 20), NOW_MS);

        assertThat(outcome).isInstanceOf(Outcome.Rewritten.class);
        ByteBuffer rewritten = ((Outcome.Rewritten) outcome).bytes();
        assertThat(rewritten).as(source + " to " + target).isEqualTo(mixedRecords(target));
        BatchRewriter.release(rewritten, budget);
      }
    }
    assertThat(budget.usedBytes()).isZero();
  }

  private static ByteBuffer mixedRecords(CompressionType type) {
    var seeded = new Seeded(7);
    try (BatchBuilder builder = BatchBuilder.of(Compression.of(type))) {
      for (int size : List.of(0, 1, 16_000, 200_000, 50, 16_384, 70_000)) {
        byte[] noise = seeded.bytes(size);
        builder.append(NOW_MS + size, size % 2 == 0 ? null : noise, noise);
        builder.append(NOW_MS, noise, null, List.of(new Header("h", noise), new Header("n", null)));
      }
      return builder.build();
    }
  }

  @Test
  void aResultThatWasGivenUpGivesItsMemoryBack() {
    ByteBuffer bytes = mixedRecords(CompressionType.ZSTD);

    for (CompressionType target : CompressionType.values()) {
      assertThat(rewriter.rewrite(bytes, 0, rules(target, 100_000), NOW_MS))
          .as(target.name())
          .isEqualTo(new Outcome.TooLarge());
    }

    assertThat(budget.usedBytes()).isZero();
  }

  @Test
  void aBatchIsRefusedForNowWhileOthersHoldTheMemory() {
    ByteBuffer bytes = mixedRecords(CompressionType.ZSTD);
    ProduceRules rules = rules(CompressionType.NONE, 8 << 20);
    long held = budget.capacityBytes() - 500_000;

    assertThat(budget.tryClaim(held)).isTrue();
    assertThat(rewriter.rewrite(bytes, 0, rules, NOW_MS)).isEqualTo(new Outcome.NoMemory());
    assertThat(budget.usedBytes()).isEqualTo(held);

    budget.release(held);
    assertThat(rewriter.rewrite(bytes, 0, rules, NOW_MS)).isInstanceOf(Outcome.Rewritten.class);
  }

  @Test
  void aBatchThatCanNeverHaveTheMemoryIsTooLarge() {
    ByteBuffer bytes = mixedRecords(CompressionType.ZSTD);
    ProduceRules rules = rules(CompressionType.NONE, 8 << 20);

    assertThat(new BatchRewriter(new HeapBudget(500_000)).rewrite(bytes, 0, rules, NOW_MS))
        .isEqualTo(new Outcome.TooLarge());
  }
}
