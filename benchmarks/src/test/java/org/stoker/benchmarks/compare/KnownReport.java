package org.stoker.benchmarks.compare;

import java.util.List;
import java.util.Map;

/** A small result with figures that are easy to check. */
final class KnownReport {
  private KnownReport() {}

  static Report report() {
    var produced = Metric.higher("produced", "MB/s", 1);
    var cpu = Metric.lower("broker CPU", "s per GB", 0.6);
    var row =
        new RowResult(
            "produce-6",
            "Produce 1 KB, <6> partitions",
            "One producer.",
            List.of(
                new Measured(RawDisk.SYNCS, List.of(5_000.0), List.of(5_100.0)),
                new Measured(produced, List.of(100.0, 90.0, 110.0), List.of(150.0, 140.0, 160.0)),
                new Measured(cpu, List.of(4.0, 3.0, 5.0), List.of(3.0, 2.5, 3.5))),
            List.of("round 2 of Kafka: a|b"));
    return new Report(Map.of("cores", "2"), List.of(row));
  }
}
