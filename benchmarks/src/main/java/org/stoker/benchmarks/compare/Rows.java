package org.stoker.benchmarks.compare;

import java.util.List;

/** Every row of the comparison, in the order of the report. */
final class Rows {
  /** What a row calls 1 KB; megabytes and gigabytes are powers of ten too. */
  static final int KILOBYTE = 1_000;

  static final List<Row> ALL =
      List.of(
          produce(1, 800_000),
          produce(6, 1_000_000),
          produce(100, 1_000_000),
          new ConsumeRow(),
          new CpuRow());

  private Rows() {}

  private static Row produce(int partitions, int records) {
    String name = partitions == 1 ? "1 partition" : partitions + " partitions";
    return new ProduceRow(
        "produce-" + partitions,
        "Produce 1 KB, " + name + ", acks=all",
        "One producer with the client's defaults. Kafka acknowledges from the page cache, Stoker"
            + " from the disk.",
        ProduceLoad.of(partitions, KILOBYTE, records / 4, records),
        true,
        1,
        0.6);
  }
}
