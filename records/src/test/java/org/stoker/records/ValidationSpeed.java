package org.stoker.records;

import java.nio.ByteBuffer;
import org.stoker.base.SystemClock;

/** Not a test: prints how fast batches are checked, for whoever changes the loop. */
final class ValidationSpeed {
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int ROUND_MS = 1500;

  private ValidationSpeed() {}

  public static void main(String[] args) {
    for (int recordSize : new int[] {100, 1000}) {
      for (CompressionType type : CompressionType.values()) {
        measure(type, recordSize);
      }
    }
  }

  private static void measure(CompressionType type, int recordSize) {
    var seeded = new Seeded(1);
    int recordCount = 256 * 1024 / recordSize;
    ByteBuffer batch;
    try (BatchBuilder builder = BatchBuilder.of(Compression.of(type))) {
      for (int i = 0; i < recordCount; i++) {
        builder.append(NOW_MS + i, seeded.bytes(8), seeded.bytes(recordSize));
      }
      batch = builder.build();
    }
    var rules =
        new ProduceRules(
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            false,
            TimestampType.CREATE_TIME,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            null);
    var validator = new BatchValidator();
    var clock = new SystemClock();
    double best = 0;
    for (int round = 0; round < 3; round++) {
      long startMs = clock.monotonicMs();
      long batches = 0;
      while (clock.monotonicMs() - startMs < ROUND_MS) {
        if (!(validator.check(batch, 12, rules, NOW_MS) instanceof BatchVerdict.Valid)) {
          throw new IllegalStateException("the batch is good");
        }
        batches++;
      }
      best = Math.max(best, batches * 1000.0 / (clock.monotonicMs() - startMs));
    }
    System.out.printf(
        "%-6s %5d bytes: %,12.0f records/s, %,6.0f MB/s of records, batch of %d bytes%n",
        type.configName(),
        recordSize,
        best * recordCount,
        best * recordCount * (recordSize + 8) / 1e6,
        batch.remaining());
  }
}
