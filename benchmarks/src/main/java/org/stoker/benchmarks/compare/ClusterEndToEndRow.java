package org.stoker.benchmarks.compare;

import java.util.Map;

/** An open loop against three brokers on one machine. */
final class ClusterEndToEndRow implements Row {
  @Override
  public String key() {
    return "cluster-end-to-end";
  }

  @Override
  public String title() {
    return "Three brokers on this machine: end to end at 5,000 records a second, 1 KB";
  }

  @Override
  public String conditions() {
    return "acks=all, linger 0, one partition, replication factor 3, min.insync.replicas 2, open"
        + " loop, after 1.5 GB to warm the brokers. Kafka acknowledges from the page caches,"
        + " Stoker from the disks.";
  }

  @Override
  public void run(Round round) throws Exception {
    round.measureRawDisk();
    RunningCluster cluster = round.startCluster();
    LoadDriver client = round.client();
    round.awaitCluster(cluster, client);
    ClusterProduceRow.warmUp(round, cluster, client);
    Stretch stretch =
        Round.measure(client, EndToEndRow.job(round, cluster, key(), Map.of()), cluster);
    Round.have(client, JobRequest.read(cluster.bootstrap(), key(), 1, stretch.seen().path("sent")));
    for (String percentile : new String[] {"p50", "p99"}) {
      boolean isTail = percentile.equals("p99");
      round.put(
          Metric.lower("acknowledged, " + percentile, "ms", isTail ? 1 : Double.NaN),
          stretch.milliseconds("acknowledged", percentile));
    }
    round.put(Metric.lower("end to end, p99", "ms", 1), stretch.milliseconds("endToEnd", "p99"));
    round.put(Metric.lower("CPU of the brokers", "cores", Double.NaN), stretch.brokerCores());
    cluster.stop();
  }
}
