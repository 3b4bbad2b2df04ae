package org.stoker.benchmarks.micro;

import java.nio.ByteBuffer;
import org.stoker.records.BatchBuilder;
import org.stoker.records.Compression;
import org.stoker.testkit.SplitMixSeed;

/** A batch as a producer's default makes it: 16 records of 1,000 bytes. */
final class SixteenKilobytes {
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int RECORD_COUNT = 16;
  private static final int VALUE_BYTES = 1_000;

  private SixteenKilobytes() {}

  /** In a direct buffer, as if it had been received. */
  static ByteBuffer batch() {
    var seed = new SplitMixSeed(1);
    try (BatchBuilder builder = BatchBuilder.of(Compression.NONE)) {
      for (int i = 0; i < RECORD_COUNT; i++) {
        var value = new byte[VALUE_BYTES];
        for (int at = 0; at < value.length; at++) {
          value[at] = (byte) ('a' + seed.nextInt(16));
        }
        builder.append(NOW_MS + i, null, value);
      }
      ByteBuffer built = builder.build();
      return ByteBuffer.allocateDirect(built.remaining()).put(built).flip();
    }
  }
}
