package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class PerfToolsRowTest {
  private static final String PRODUCED =
      "1000 records sent, 2500.5 records/sec (2.38 MB/sec), 5.10 ms avg latency, 210.00 ms max"
          + " latency, 3 ms 50th, 9 ms 95th, 12 ms 99th, 30 ms 99.9th.";
  private static final String CONSUMED =
      "2026-11-21 16:00:00:000, 2026-11-21 16:00:01:000, 0.9537, 0.9537, 1006, 1006.0, 500, 500,"
          + " 2.0000, 2000.0000";

  @Test
  void readsWhatTheToolsPrint() throws Exception {
    assertThat(PerfToolsRow.producedPerSecond(PRODUCED, 1_000)).isEqualTo(2_500.5);
    assertThat(PerfToolsRow.consumedMegabytesPerSecond(CONSUMED, 1_000)).isEqualTo(2.097152);
  }

  @Test
  void fewerRecordsThanExpectedFailTheRound() {
    assertThatThrownBy(() -> PerfToolsRow.producedPerSecond(PRODUCED, 1_001))
        .isInstanceOf(RoundFailed.class);
    assertThatThrownBy(() -> PerfToolsRow.consumedMegabytesPerSecond(CONSUMED, 1_007))
        .isInstanceOf(RoundFailed.class);
    assertThatThrownBy(() -> PerfToolsRow.producedPerSecond("no records", 1))
        .isInstanceOf(RoundFailed.class);
  }
}
