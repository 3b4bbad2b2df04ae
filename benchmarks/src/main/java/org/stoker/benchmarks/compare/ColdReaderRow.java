package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Whether a consumer that catches up on old data makes producers wait. */
record ColdReaderRow() implements Row {
  private static final int PARTITIONS = 6;
  private static final int RECORDS = 5_000_000;

  @Override
  public String key() {
    return "cold-reader";
  }

  @Override
  public String title() {
    return "Producing beside a reader of 5 GB of cold data";
  }

  @Override
  public String conditions() {
    return "5,000 records of 1 KB a second, acks=all, open loop, alone and while another JVM reads"
        + " 5 GB that are not in the page cache; the aim is 1.2 times its own p99 at most,"
        + " whatever Kafka's is. How the cache was emptied: drop_caches where it may be"
        + " written, else posix_fadvise(DONTNEED) on every segment file after a sync; the"
        + " report of a round says which.";
  }

  @Override
  public void run(Round round) throws Exception {
    RunningBroker broker = round.start();
    LoadDriver producing = round.client();
    LoadDriver reading = round.client();
    ProduceLoad old =
        ProduceLoad.of(PARTITIONS, Rows.KILOBYTE, ProduceLoad.Length.records(1, RECORDS))
            .client(Map.of("batch.size", "131072", "linger.ms", "20"));
    Stretch filled = Round.measure(producing, old.produce(round, broker, "old"), broker);
    round.settleDisk();
    PageCache.evictSegments(round.directory());

    Stretch alone =
        Round.measure(producing, EndToEndRow.job(round, broker, "alone", Map.of()), broker);
    producing.begin(EndToEndRow.job(round, broker, "beside", Map.of()).json());
    producing.await("measuring");
    long startNs = round.clock().monotonicNs();
    reading.begin(old.readBack(broker, "old", filled).json());
    JsonNode seen = producing.await("measured");
    producing.await("done");
    reading.await("done");
    double readS = (round.clock().monotonicNs() - startNs) / 1e9;
    var beside = new Stretch(seen, 0);
    readBack(producing, broker, "alone", alone);
    readBack(producing, broker, "beside", beside);

    double p99Alone = alone.milliseconds("acknowledged", "p99");
    double p99Beside = beside.milliseconds("acknowledged", "p99");
    round.put(Metric.lower("p99 alone", "ms", Double.NaN), p99Alone);
    round.put(Metric.lower("p99 beside the reader", "ms", Double.NaN), p99Beside);
    round.put(Metric.lower("p99 beside over alone", "times", Double.NaN), p99Beside / p99Alone);
    round.put(Metric.higher("cold read", "MB/s", Double.NaN), filled.megabytes() / readS);
    broker.stop();
  }

  private static void readBack(
      LoadDriver client, RunningBroker broker, String topic, Stretch produced) throws Exception {
    Round.have(client, JobRequest.read(broker.bootstrap(), topic, 1, produced.seen().path("sent")));
  }
}
