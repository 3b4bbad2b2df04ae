package org.stoker.benchmarks.compare;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.stoker.benchmarks.compare.ProduceLoad.Length;
import org.stoker.benchmarks.compare.RequestsRow.Case;

/** Every row of the comparison, in the order of the report. */
final class Rows {
  /** What a row calls 1 KB; megabytes and gigabytes are powers of ten too. */
  static final int KILOBYTE = 1_000;

  private static final double NO_AIM = Double.NaN;
  private static final Map<String, String> NO_LINGER = Map.of("linger.ms", "0");

  static final List<Row> ALL =
      List.of(
          new StartRow(),
          new IdleRow(),
          produce(1),
          produce(6),
          produce(100),
          produceOnDisk(),
          oneAtATimeOnDisk(),
          produceToAThousand(),
          new CpuRow(),
          new ConsumeRow(),
          new EndToEndRow(
              "end-to-end",
              "End to end at 5,000 records a second, 1 KB",
              "acks=all, linger 0, one partition, open loop: each latency counts from the moment"
                  + " the record was due. Kafka acknowledges from the page cache, Stoker from the"
                  + " disk.",
              1,
              _ -> Map.of()),
          new EndToEndRow(
              "end-to-end-cache",
              "The same, both in the page cache",
              "As before, with log.flush.acks=false for the topic in Stoker.",
              0.5,
              BrokerUnderComparison::inPageCache),
          tinyRequests(),
          oneAtATimeInCache(),
          new ColdReaderRow(),
          new ManyPartitionsRow(1_000),
          new ManyPartitionsRow(5_000),
          new RecoveryRow(),
          new ClusterProduceRow(),
          new ClusterEndToEndRow(),
          new FailoverRow(false),
          new FailoverRow(true),
          new PerfToolsRow());

  private Rows() {}

  private static Row produce(int partitions) {
    String name = partitions == 1 ? "1 partition" : partitions + " partitions";
    return new ProduceRow(
        "produce-" + partitions,
        "Produce 1 KB, " + name + ", acks=all",
        "One producer with the client's defaults. Kafka acknowledges from the page cache, Stoker"
            + " from the disk.",
        ProduceLoad.of(partitions, KILOBYTE, Length.records(250_000, 1_000_000)),
        1,
        NO_AIM);
  }

  private static Row produceOnDisk() {
    return new ProduceRow(
        "produce-6-disk",
        "Produce 1 KB, 6 partitions, acks=all, both on disk",
        "flush.messages=1 for the topic in Kafka.",
        ProduceLoad.of(6, KILOBYTE, Length.milliseconds(3_000, 7_000))
            .topics(BrokerUnderComparison::onDisk),
        8,
        NO_AIM);
  }

  private static Row produceToAThousand() {
    return new ProduceRow(
        "produce-1000",
        "Produce 1 KB spread over 1,000 partitions, 16 producers, acks=all",
        "Each record to the next partition. Kafka acknowledges from the page cache, Stoker from the"
            + " disk. p99 is from the call of send to the acknowledgement, with 2 MB for each"
            + " producer to queue in.",
        ProduceLoad.of(1_000, KILOBYTE, Length.records(200_000, 500_000))
            .producers(16)
            .spread(ProduceLoad.IN_TURN)
            .client(Map.of("buffer.memory", "2097152")),
        1,
        1);
  }

  private static Row oneAtATimeOnDisk() {
    Function<BrokerUnderComparison, Map<String, String>> onDisk = BrokerUnderComparison::onDisk;
    return new RequestsRow(
        "one-at-a-time-disk",
        "One record at a time, acknowledged on disk",
        "1 KB, linger 0; each producer waits for its acknowledgement; flush.messages=1 for the"
            + " topic in Kafka.",
        List.of(
            new Case("1 producer", oneAtATime(1, 1).topics(onDisk), 1.5, NO_AIM),
            new Case("8 producers, 1 partition", oneAtATime(8, 1).topics(onDisk), 4, NO_AIM),
            new Case("8 producers, 16 partitions", oneAtATime(8, 16).topics(onDisk), 2.5, NO_AIM)));
  }

  private static Row oneAtATimeInCache() {
    Function<BrokerUnderComparison, Map<String, String>> inCache =
        BrokerUnderComparison::inPageCache;
    return new RequestsRow(
        "one-at-a-time-cache",
        "One record at a time, acks=all, both in the page cache",
        "1 KB, linger 0; each producer waits for its acknowledgement; log.flush.acks=false for the"
            + " topic in Stoker.",
        List.of(
            new Case("1 producer", oneAtATime(1, 1).topics(inCache), 1.3, NO_AIM),
            new Case("8 producers", oneAtATime(8, 1).topics(inCache), 1.3, NO_AIM)));
  }

  private static ProduceLoad oneAtATime(int producers, int partitions) {
    return ProduceLoad.of(partitions, KILOBYTE, Length.milliseconds(2_000, 4_000))
        .producers(producers)
        .spread(ProduceLoad.IN_TURN)
        .oneAtATime()
        .client(NO_LINGER);
  }

  private static Row tinyRequests() {
    return new RequestsRow(
        "tiny-requests",
        "Tiny requests: 100 B each, linger 0, no batching, acks=all",
        "batch.size=0: a request a record, up to five under way on a connection; a partition for"
            + " each producer. Kafka acknowledges from the page cache, Stoker from the disk.",
        List.of(
            new Case("1 connection", tiny(1), 1.5, 0.4),
            new Case("50 connections", tiny(50), 1.5, 0.4)));
  }

  private static ProduceLoad tiny(int connections) {
    return ProduceLoad.of(connections, 100, Length.milliseconds(3_000, 5_000))
        .producers(connections)
        .spread(ProduceLoad.OWN)
        .client(Map.of("linger.ms", "0", "batch.size", "0", "buffer.memory", "262144"));
  }
}
