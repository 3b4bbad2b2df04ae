package org.stoker.benchmarks.compare;

/** Throughput of a consumer whose records are all in the page cache. */
record ConsumeRow() implements Row {
  private static final int PASSES = 3;
  private static final int RECORDS = 700_000;

  @Override
  public String key() {
    return "consume";
  }

  @Override
  public String title() {
    return "Consume 1 KB, hot page cache";
  }

  @Override
  public String conditions() {
    return "6 partitions, one consumer with the client's defaults; one pass to warm up, then "
        + PASSES
        + " measured; every record is checked as it is read.";
  }

  @Override
  public void run(Round round) throws Exception {
    RunningBroker broker = round.start();
    LoadDriver client = round.client();
    ProduceLoad load =
        ProduceLoad.of(6, Rows.KILOBYTE, ProduceLoad.Length.records(RECORDS / 10, RECORDS));
    Stretch produced = load.run(round, broker, client, key());

    Stretch read =
        Round.measure(
            client, load.readBack(broker, key(), produced).with("measuredPasses", PASSES), broker);

    round.put(Metric.higher("consumed", "MB/s", 1), read.megabytesPerSecond());
    round.put(Metric.lower("broker CPU", "s per GB", 0.8), read.brokerCpuSecondsPerGigabyte());
    round.put(Stretch.BROKER_CORES, read.brokerCores());
    round.put(Stretch.CLIENT_CORES, read.clientCores());
    broker.stop();
  }
}
