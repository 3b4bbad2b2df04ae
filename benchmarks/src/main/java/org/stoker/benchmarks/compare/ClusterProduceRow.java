package org.stoker.benchmarks.compare;

import java.util.List;
import java.util.Map;

/** Producing to three brokers on one machine, and what it costs all of them. */
final class ClusterProduceRow implements Row {
  private static final ProduceLoad.Length LENGTH = ProduceLoad.Length.records(150_000, 500_000);

  // Compilers take a third of the CPU of three fresh brokers for as long as half a gigabyte.
  private static final ProduceLoad WARM_UP =
      ProduceLoad.of(6, Rows.KILOBYTE, ProduceLoad.Length.records(1_000_000, 500_000));

  private record Shape(String name, ProduceLoad load) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape("6 partitions", ProduceLoad.of(6, Rows.KILOBYTE, LENGTH)),
          new Shape("1 partition", ProduceLoad.of(1, Rows.KILOBYTE, LENGTH)),
          new Shape(
              "6 partitions, 128 KB batches",
              ProduceLoad.of(6, Rows.KILOBYTE, LENGTH)
                  .client(Map.of("batch.size", "131072", "linger.ms", "20"))));

  @Override
  public String key() {
    return "cluster-produce";
  }

  @Override
  public String title() {
    return "Three brokers on this machine: produce 1 KB, acks=all";
  }

  @Override
  public String conditions() {
    return "Replication factor 3, min.insync.replicas 2. Kafka acknowledges from the page caches,"
        + " Stoker from the disks of all in sync. CPU and memory are those of the three brokers,"
        + " Stoker's ZooKeeper beside them included.";
  }

  @Override
  public void run(Round round) throws Exception {
    round.measureRawDisk();
    RunningCluster cluster = round.startCluster();
    LoadDriver client = round.client();
    round.awaitCluster(cluster, client);
    warmUp(round, cluster, client);
    for (int i = 0; i < SHAPES.size(); i++) {
      Shape shape = SHAPES.get(i);
      Stretch stretch = shape.load().run(round, cluster, client, key() + "-" + i);
      round.put(
          Metric.higher(shape.name() + ", produced", "MB/s", 2), stretch.megabytesPerSecond());
      round.put(
          Metric.lower(shape.name() + ", CPU of the brokers", "s per GB", 0.5),
          stretch.brokerCpuSecondsPerGigabyte());
    }
    round.put(
        Metric.lower("resident memory after it, all three", "MB", Double.NaN),
        cluster.residentMegabytes());
    cluster.stop();
  }

  /** Produces and reads so much that three fresh brokers have compiled what they run. */
  static void warmUp(Round round, RunningCluster cluster, LoadDriver client) throws Exception {
    WARM_UP.run(round, cluster, client, "warm-up");
    // What one of the two left in the page cache must not be written in the measured time.
    round.settleDisk();
  }
}
