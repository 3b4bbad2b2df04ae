package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MeasuredTest {
  private static final Metric RATE = Metric.higher("produced", "MB/s", 1.5);
  private static final Metric COST = Metric.lower("broker CPU", "s per GB", 0.6);

  @Test
  void theRatioIsStokersMedianOverKafkas() {
    var measured = new Measured(RATE, List.of(90.0, 100.0, 500.0), List.of(1.0, 150.0, 160.0));

    assertThat(measured.ratio()).hasValue(1.5);
  }

  @Test
  void thereIsNoRatioIfOneFailedInEveryRound() {
    assertThat(new Measured(RATE, List.of(), List.of(1.0)).ratio()).isEmpty();
    assertThat(new Measured(RATE, List.of(1.0), List.of()).ratio()).isEmpty();
  }

  @Test
  void thereIsNoRatioToZero() {
    assertThat(new Measured(COST, List.of(0.0), List.of(1.0)).ratio()).isEmpty();
  }

  @Test
  void anAimIsReachedFromItsGoodSide() {
    assertThat(RATE.isReachedBy(1.5)).isTrue();
    assertThat(RATE.isReachedBy(1.49)).isFalse();
    assertThat(COST.isReachedBy(0.6)).isTrue();
    assertThat(COST.isReachedBy(0.61)).isFalse();
    assertThat(Metric.info("client", "cores").hasAim()).isFalse();
  }
}
