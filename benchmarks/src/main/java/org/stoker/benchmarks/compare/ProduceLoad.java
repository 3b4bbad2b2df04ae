package org.stoker.benchmarks.compare;

import java.util.Map;
import java.util.function.Function;

/**
 * How records are produced.
 *
 * @param spread which partition a record goes to, one of the load driver's ways
 * @param isOneAtATime whether each record waits until the one before was acknowledged
 * @param client settings of the producer on top of the client's defaults and acks=all
 */
record ProduceLoad(
    Topics topics,
    int producers,
    int size,
    Length length,
    String spread,
    boolean isOneAtATime,
    Map<String, String> client) {

  /**
   * What is produced to.
   *
   * @param settings what the topic of a broker is created with
   */
  record Topics(int partitions, Function<BrokerUnderComparison, Map<String, String>> settings) {}

  /**
   * How much of it, for warming up and then measured.
   *
   * @param unit {@code Records} or {@code Ms}
   */
  record Length(String unit, int warmUp, int measured) {
    static Length records(int warmUp, int measured) {
      return new Length("Records", warmUp, measured);
    }

    static Length milliseconds(int warmUp, int measured) {
      return new Length("Ms", warmUp, measured);
    }
  }

  /** To the partitions in turn. */
  static final String IN_TURN = "IN_TURN";

  /** All of a producer to one partition. */
  static final String OWN = "OWN";

  private static final String BY_CLIENT = "BY_CLIENT";

  /** One producer with the client's defaults, and topics with each broker's defaults. */
  static ProduceLoad of(int partitions, int size, Length length) {
    var topics = new Topics(partitions, _ -> Map.of());
    return new ProduceLoad(topics, 1, size, length, BY_CLIENT, false, Map.of());
  }

  ProduceLoad producers(int number) {
    return new ProduceLoad(topics, number, size, length, spread, isOneAtATime, client);
  }

  ProduceLoad spread(String way) {
    return new ProduceLoad(topics, producers, size, length, way, isOneAtATime, client);
  }

  ProduceLoad oneAtATime() {
    return new ProduceLoad(topics, producers, size, length, spread, true, client);
  }

  ProduceLoad client(Map<String, String> settings) {
    return new ProduceLoad(topics, producers, size, length, spread, isOneAtATime, settings);
  }

  ProduceLoad topics(Function<BrokerUnderComparison, Map<String, String>> settings) {
    var others = new Topics(topics.partitions(), settings);
    return new ProduceLoad(others, producers, size, length, spread, isOneAtATime, client);
  }

  /** Produces to a new topic, then reads everything back. */
  Stretch run(Round round, Brokers broker, LoadDriver clientJvm, String topic) throws Exception {
    Stretch stretch = Round.measure(clientJvm, produce(round, broker, topic), broker);
    Round.have(clientJvm, readBack(broker, topic, stretch));
    return stretch;
  }

  JobRequest produce(Round round, Brokers broker, String topic) {
    // What is counted is shared by the producers; time passes for all of them alike.
    int sharing = length.unit().equals("Records") ? producers : 1;
    return JobRequest.of("produce", broker.bootstrap())
        .with("topic", topic)
        .with("partitions", topics.partitions())
        .with("topicSettings", topics.settings().apply(round.broker()))
        .with("producers", producers)
        .with("size", size)
        .with("warmUp" + length.unit(), round.scaled(length.warmUp()) / sharing)
        .with("measured" + length.unit(), round.scaled(length.measured()) / sharing)
        .with("spread", spread)
        .with("oneAtATime", isOneAtATime)
        .with("client", client);
  }

  JobRequest readBack(Brokers broker, String topic, Stretch produced) {
    return JobRequest.read(
        broker.bootstrap(), topic, topics.partitions(), produced.seen().path("sent"));
  }
}
