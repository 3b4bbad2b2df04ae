package org.stoker.benchmarks.compare;

/**
 * Throughput of producing, and what it costs the broker.
 *
 * @param throughputAim of megabytes a second
 * @param p99Aim of how long records waited, the client's own queue included; NaN if it says little
 */
record ProduceRow(
    String key,
    String title,
    String conditions,
    ProduceLoad load,
    double throughputAim,
    double p99Aim)
    implements Row {
  @Override
  public void run(Round round) throws Exception {
    round.measureRawDisk();
    RunningBroker broker = round.start();
    LoadDriver client = round.client();

    Stretch stretch = load.run(round, broker, client, key);

    round.put(Metric.higher("produced", "MB/s", throughputAim), stretch.megabytesPerSecond());
    round.put(Metric.lower("broker CPU", "s per GB", 0.6), stretch.brokerCpuSecondsPerGigabyte());
    if (!Double.isNaN(p99Aim)) {
      round.put(Metric.lower("p99", "ms", p99Aim), stretch.microseconds("p99") / 1e3);
    }
    round.put(Metric.lower("resident memory after it", "MB", 0.25), broker.residentMegabytes());
    round.put(Stretch.BROKER_CORES, stretch.brokerCores());
    round.put(Stretch.CLIENT_CORES, stretch.clientCores());
    broker.stop();
  }
}
