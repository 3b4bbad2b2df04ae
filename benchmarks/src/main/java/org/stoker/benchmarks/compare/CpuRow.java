package org.stoker.benchmarks.compare;

import java.util.List;
import java.util.Map;

/** What producing costs the broker, over the shapes that batches come in. */
record CpuRow() implements Row {
  private record Shape(String name, ProduceLoad load, double aim) {}

  // The first of them also warms up the process.
  private static final ProduceLoad.Length FIRST = ProduceLoad.Length.records(600_000, 400_000);
  private static final ProduceLoad.Length LENGTH = ProduceLoad.Length.records(100_000, 400_000);
  private static final ProduceLoad.Length MANY = ProduceLoad.Length.records(500_000, 2_000_000);
  private static final int SMALL = 100;
  private static final Map<String, String> BIG_BATCHES =
      Map.of("batch.size", "131072", "linger.ms", "20");

  private static final List<Shape> SHAPES =
      List.of(
          new Shape("1 KB, 6 partitions", ProduceLoad.of(6, Rows.KILOBYTE, FIRST), 0.6),
          new Shape("1 KB, 1 partition", ProduceLoad.of(1, Rows.KILOBYTE, LENGTH), 0.6),
          new Shape("1 KB, 6 partitions, 128 KB batches", withClient(BIG_BATCHES), 0.8),
          new Shape("1 KB, 6 partitions, lz4", withClient(compressed("lz4")), 0.6),
          new Shape("1 KB, 6 partitions, zstd", withClient(compressed("zstd")), 0.6));

  private static final ProduceLoad HUNDRED_BYTES = ProduceLoad.of(6, SMALL, MANY);

  @Override
  public String key() {
    return "cpu-per-gb";
  }

  @Override
  public String title() {
    return "Broker CPU for what is produced";
  }

  @Override
  public String conditions() {
    return "acks=all, one producer with the client's defaults but for what is named; the values are"
        + " words that lz4 and zstd compress; a GB is counted before compression; all in one"
        + " broker process, each after a warm-up of its own.";
  }

  @Override
  public void run(Round round) throws Exception {
    RunningBroker broker = round.start();
    LoadDriver client = round.client();
    for (int i = 0; i < SHAPES.size(); i++) {
      Shape shape = SHAPES.get(i);
      Stretch stretch = shape.load().run(round, broker, client, key() + "-" + i);
      round.put(
          Metric.lower(shape.name(), "s per GB", shape.aim()),
          stretch.brokerCpuSecondsPerGigabyte());
    }
    Stretch small = HUNDRED_BYTES.run(round, broker, client, key() + "-small");
    round.put(
        Metric.lower("100 B, 6 partitions", "s per million records", 0.6),
        small.brokerCpuSecondsPer(1_000_000));
    broker.stop();
  }

  private static ProduceLoad withClient(Map<String, String> settings) {
    return ProduceLoad.of(6, Rows.KILOBYTE, LENGTH).client(settings);
  }

  private static Map<String, String> compressed(String codec) {
    return Map.of("compression.type", codec);
  }
}
