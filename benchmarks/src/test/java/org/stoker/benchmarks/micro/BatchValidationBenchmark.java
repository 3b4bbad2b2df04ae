package org.stoker.benchmarks.micro;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.stoker.records.BatchBuilder;
import org.stoker.records.BatchValidator;
import org.stoker.records.BatchVerdict;
import org.stoker.records.Compression;
import org.stoker.records.CompressionType;
import org.stoker.records.ProduceRules;
import org.stoker.records.TimestampType;
import org.stoker.testkit.SplitMixSeed;

/** Checking one produced batch, as it lies in the direct buffer that it was received into. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchValidationBenchmark {
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final short PRODUCE_VERSION = 12;

  @Param({"none", "gzip", "snappy", "lz4", "zstd"})
  String compression = "none";

  /** Uncompressed; the batch has 16 KiB of records, as a producer's default makes it. */
  @Param({"100", "1000"})
  int recordBytes;

  private final BatchValidator validator = new BatchValidator();
  private final ProduceRules rules =
      new ProduceRules(
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          false,
          TimestampType.CREATE_TIME,
          Long.MAX_VALUE,
          Long.MAX_VALUE,
          null);
  private ByteBuffer batch = ByteBuffer.allocateDirect(0);

  @Setup
  public void build() {
    var seed = new SplitMixSeed(1);
    CompressionType type = CompressionType.valueOf(compression.toUpperCase(Locale.ROOT));
    try (BatchBuilder builder = BatchBuilder.of(Compression.of(type))) {
      for (int i = 0; i < 16 * 1024 / recordBytes; i++) {
        var value = new byte[recordBytes];
        for (int at = 0; at < value.length; at++) {
          // About half of it is entropy, as in text.
          value[at] = (byte) ('a' + seed.nextInt(16));
        }
        builder.append(NOW_MS + i, null, value);
      }
      ByteBuffer built = builder.build();
      batch = ByteBuffer.allocateDirect(built.remaining()).put(built).flip();
    }
  }

  @Benchmark
  public BatchVerdict check() {
    return validator.check(batch, PRODUCE_VERSION, rules, NOW_MS);
  }
}
