package org.stoker.benchmarks.compare;

import java.util.Map;
import java.util.function.Function;

/** From the moment a record was due until a consumer has it, at a rate that leaves room. */
record EndToEndRow(
    String key,
    String title,
    String conditions,
    double aim,
    Function<BrokerUnderComparison, Map<String, String>> topicSettings)
    implements Row {
  private static final int PER_SECOND = 5_000;
  private static final int WARM_UP_S = 5;
  private static final int MEASURED_S = 12;

  @Override
  public void run(Round round) throws Exception {
    round.measureRawDisk();
    RunningBroker broker = round.start();
    LoadDriver client = round.client();

    Stretch stretch =
        Round.measure(
            client, job(round, broker, key(), topicSettings.apply(round.broker())), broker);
    Round.have(client, JobRequest.read(broker.bootstrap(), key(), 1, stretch.seen().path("sent")));

    round.put(Metric.lower("p50", "ms", Double.NaN), stretch.milliseconds("endToEnd", "p50"));
    round.put(Metric.lower("p99", "ms", aim), stretch.milliseconds("endToEnd", "p99"));
    round.put(Metric.lower("p99.9", "ms", aim), stretch.milliseconds("endToEnd", "p999"));
    round.put(
        Metric.lower("acknowledged, p99", "ms", Double.NaN),
        stretch.milliseconds("acknowledged", "p99"));
    round.put(Metric.lower("broker CPU", "cores", Double.NaN), stretch.brokerCores());
    broker.stop();
  }

  /** An open loop of this rate on a topic of one partition. */
  static JobRequest job(
      Round round, Brokers broker, String topic, Map<String, String> topicSettings) {
    return JobRequest.of("open-loop", broker.bootstrap())
        .with("topic", topic)
        .with("partitions", 1)
        .with("topicSettings", topicSettings)
        .with("size", Rows.KILOBYTE)
        .with("perSecond", PER_SECOND)
        .with("warmUpS", round.scaled(WARM_UP_S))
        .with("measuredS", round.scaled(MEASURED_S));
  }
}
