package org.stoker.benchmarks.compare;

/**
 * Throughput of producing, and what it costs the broker.
 *
 * @param throughputAim of megabytes a second
 */
record ProduceRow(
    String key,
    String title,
    String conditions,
    ProduceLoad load,
    boolean isOnDisk,
    double throughputAim,
    double cpuAim)
    implements Row {
  @Override
  public void run(Round round) throws Exception {
    if (isOnDisk) {
      round.measureRawDisk();
    }
    RunningBroker broker = round.start();
    LoadDriver client = round.client();

    Stretch stretch = load.run(round, broker, client, key);

    round.put(Metric.higher("produced", "MB/s", throughputAim), stretch.megabytesPerSecond());
    round.put(
        Metric.lower("broker CPU", "s per GB", cpuAim), stretch.brokerCpuSecondsPerGigabyte());
    round.put(
        Metric.lower("resident memory after it", "MB", Double.NaN), broker.residentMegabytes());
    round.put(Metric.info("broker", "cores"), stretch.brokerCores());
    round.put(Metric.info("client", "cores"), stretch.clientCores());
    broker.stop();
  }
}
