package org.stoker.benchmarks.compare;

import java.util.Map;
import java.util.function.Function;

/**
 * How records are produced.
 *
 * @param client settings of the producer on top of the client's defaults and acks=all
 * @param topicSettings what the topic of a broker is created with
 */
record ProduceLoad(
    int partitions,
    int producers,
    int size,
    int warmUpRecords,
    int measuredRecords,
    boolean isSpread,
    Map<String, String> client,
    Function<BrokerUnderComparison, Map<String, String>> topicSettings) {

  /** One producer with the client's defaults, and topics with each broker's defaults. */
  static ProduceLoad of(int partitions, int size, int warmUpRecords, int measuredRecords) {
    return new ProduceLoad(
        partitions, 1, size, warmUpRecords, measuredRecords, false, Map.of(), _ -> Map.of());
  }

  ProduceLoad producers(int number) {
    return new ProduceLoad(
        partitions, number, size, warmUpRecords, measuredRecords, isSpread, client, topicSettings);
  }

  ProduceLoad spread() {
    return new ProduceLoad(
        partitions, producers, size, warmUpRecords, measuredRecords, true, client, topicSettings);
  }

  ProduceLoad client(Map<String, String> settings) {
    return new ProduceLoad(
        partitions,
        producers,
        size,
        warmUpRecords,
        measuredRecords,
        isSpread,
        settings,
        topicSettings);
  }

  ProduceLoad topics(Function<BrokerUnderComparison, Map<String, String>> settings) {
    return new ProduceLoad(
        partitions, producers, size, warmUpRecords, measuredRecords, isSpread, client, settings);
  }

  /** Produces to a new topic, then reads everything back. */
  Stretch run(Round round, RunningBroker broker, LoadDriver clientJvm, String topic)
      throws Exception {
    JobRequest produce =
        JobRequest.of("produce", broker)
            .with("topic", topic)
            .with("partitions", partitions)
            .with("topicSettings", topicSettings.apply(round.broker()))
            .with("producers", producers)
            .with("size", size)
            .with("warmUpRecords", round.scaled(warmUpRecords) / producers)
            .with("measuredRecords", round.scaled(measuredRecords) / producers)
            .with("spread", isSpread)
            .with("client", client);
    Stretch stretch = Round.measure(clientJvm, produce, broker);
    Round.have(clientJvm, readBack(broker, topic, stretch));
    return stretch;
  }

  JobRequest readBack(RunningBroker broker, String topic, Stretch produced) {
    return JobRequest.of("read", broker)
        .with("topic", topic)
        .with("partitions", partitions)
        .with("sent", produced.seen().path("sent"));
  }
}
