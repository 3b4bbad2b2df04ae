package org.stoker.benchmarks.compare;

import java.util.List;

/** Many small requests: how many a second, how long one takes, and what they cost the broker. */
record RequestsRow(String key, String title, String conditions, List<Case> cases) implements Row {
  /**
   * One load of the row.
   *
   * @param cpuAim NaN if nothing is aimed for
   */
  record Case(String name, ProduceLoad load, double rateAim, double cpuAim) {}

  RequestsRow {
    cases = List.copyOf(cases);
  }

  @Override
  public void run(Round round) throws Exception {
    round.measureRawDisk();
    RunningBroker broker = round.start();
    LoadDriver client = round.client();
    for (int i = 0; i < cases.size(); i++) {
      Case each = cases.get(i);
      Stretch stretch = each.load().run(round, broker, client, key() + "-" + i);
      round.put(
          Metric.higher(each.name(), "records per s", each.rateAim()), stretch.recordsPerSecond());
      round.put(
          Metric.lower(each.name() + ", broker CPU", "s per 100,000", each.cpuAim()),
          stretch.brokerCpuSecondsPer(100_000));
      if (each.load().isOneAtATime()) {
        round.put(
            Metric.lower(each.name() + ", p50", "µs", Double.NaN), stretch.microseconds("p50"));
      }
    }
    broker.stop();
  }
}
