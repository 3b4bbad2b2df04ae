package org.stoker.tools;

import java.io.PrintStream;
import java.util.Arrays;

/** Counts answered records and their latencies, and prints each interval and the whole. */
final class SendStatistics {
  private static final long MOST_SAMPLES = 500_000;
  private static final double BYTES_PER_MB = 1024.0 * 1024.0;

  private final PrintStream out;
  private final long intervalMs;
  private final boolean steadyState;
  private final long startedMs;
  private final long sampleEvery;
  private final int[] samples;
  private final Tally whole = new Tally();
  private Tally window = new Tally();
  private long windowStartedMs;
  private int sampleCount;
  private volatile boolean quiet;

  /** {@code steadyState} says that the records of the warm-up are not among these. */
  SendStatistics(
      PrintStream out, long recordCount, long intervalMs, boolean steadyState, long nowMs) {
    this.out = out;
    this.intervalMs = intervalMs;
    this.steadyState = steadyState;
    this.startedMs = nowMs;
    this.windowStartedMs = nowMs;
    this.sampleEvery = recordCount / Math.min(recordCount, MOST_SAMPLES);
    this.samples = new int[(int) (recordCount / sampleEvery) + 1];
  }

  private static final class Tally {
    private long count;
    private long bytes;
    private long latencyMs;
    private int maxLatencyMs;

    void add(int latencyOfOneMs, int size) {
      count++;
      bytes += size;
      latencyMs += latencyOfOneMs;
      maxLatencyMs = Math.max(maxLatencyMs, latencyOfOneMs);
    }

    double recordsPerSecond(long elapsedMs) {
      return 1000.0 * count / elapsedMs;
    }

    double mbPerSecond(long elapsedMs) {
      return 1000.0 * bytes / elapsedMs / BYTES_PER_MB;
    }

    double averageLatencyMs() {
      return (double) latencyMs / count;
    }
  }

  void add(int latencyMs, int bytes, long nowMs) {
    if (whole.count % sampleEvery == 0) {
      samples[sampleCount++] = latencyMs;
    }
    whole.add(latencyMs, bytes);
    window.add(latencyMs, bytes);
    if (nowMs - windowStartedMs >= intervalMs) {
      if (steadyState && whole.count == window.count) {
        out.println("In steady state.");
      }
      if (!quiet) {
        printWindow(nowMs);
      }
      window = new Tally();
      windowStartedMs = nowMs;
    }
  }

  /** From now on only the whole is printed. */
  void beQuiet() {
    quiet = true;
  }

  private void printWindow(long nowMs) {
    long elapsedMs = nowMs - windowStartedMs;
    out.printf(
        "%d records sent, %.1f records/sec (%.2f MB/sec), %.1f ms avg latency, %.1f ms max"
            + " latency.%n",
        window.count,
        window.recordsPerSecond(elapsedMs),
        window.mbPerSecond(elapsedMs),
        window.averageLatencyMs(),
        (double) window.maxLatencyMs);
  }

  void printWhole(long nowMs) {
    long elapsedMs = nowMs - startedMs;
    Arrays.sort(samples, 0, sampleCount);
    out.printf(
        "%d%s records sent, %f records/sec (%.2f MB/sec), %.2f ms avg latency, %.2f ms max"
            + " latency, %d ms 50th, %d ms 95th, %d ms 99th, %d ms 99.9th.%n",
        whole.count,
        steadyState ? " steady state" : "",
        whole.recordsPerSecond(elapsedMs),
        whole.mbPerSecond(elapsedMs),
        whole.averageLatencyMs(),
        (double) whole.maxLatencyMs,
        percentile(0.5),
        percentile(0.95),
        percentile(0.99),
        percentile(0.999));
  }

  private int percentile(double fraction) {
    return samples[(int) (fraction * sampleCount)];
  }
}
