package org.stoker.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.stoker.testkit.SimulatedClock;

final class OpenLoopScheduleTest {
  private static final long MS = 1_000_000;

  private final SimulatedClock clock = new SimulatedClock();
  private final OpenLoopSchedule schedule = new OpenLoopSchedule(0, 1_000);

  @Test
  void everyRecordIsSentWhenItIsDueIfNothingStalls() throws Exception {
    List<Long> sentNs = new ArrayList<>();

    schedule.run(4, clock, clock::advanceNs, _ -> sentNs.add(clock.monotonicNs()));

    assertThat(sentNs).containsExactly(0L, MS, 2 * MS, 3 * MS);
  }

  @Test
  void aWaitThatEndsEarlyIsContinued() throws Exception {
    List<Long> sentNs = new ArrayList<>();

    schedule.run(
        3,
        clock,
        ns -> clock.advanceNs(Math.min(ns, 300_000)),
        _ -> sentNs.add(clock.monotonicNs()));

    assertThat(sentNs).containsExactly(0L, MS, 2 * MS);
  }

  @Test
  void aStallIsChargedToEveryRecordThatWasDueInIt() throws Exception {
    Histogram latencies = Latencies.histogram();

    schedule.run(
        1_000,
        clock,
        clock::advanceNs,
        dueNs -> {
          if (dueNs == 100 * MS) {
            clock.advanceNs(500 * MS);
          }
          Latencies.record(latencies, clock.monotonicNs() - dueNs);
        });

    // 500 records were late, by 500 ms, 499 ms and so on: a closed loop would have seen a single
    // one.
    assertThat(latencies.getTotalCount()).isEqualTo(1_000);
    assertThat(latencies.getCountBetweenValues(MS, Long.MAX_VALUE / 4)).isBetween(498L, 502L);
    assertThat(latencies.getMaxValue() / MS).isBetween(499L, 501L);
    assertThat(latencies.getValueAtPercentile(75) / MS).isBetween(248L, 252L);
  }

  @Test
  void dueTimesDoNotDriftOverALongRun() {
    var oddRate = new OpenLoopSchedule(0, 7);

    assertThat(oddRate.dueNs(7_000_000)).isEqualTo(1_000_000_000L * 1_000_000);
  }
}
