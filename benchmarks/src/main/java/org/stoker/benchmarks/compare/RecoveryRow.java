package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Map;
import org.stoker.benchmarks.compare.BrokerUnderComparison.Installation;

/** Starting again after kill -9, with an active segment that is nearly full in every partition. */
record RecoveryRow() implements Row {
  private static final int PARTITIONS = 4;
  // Just below log.segment.bytes, so that none of it is in a closed segment.
  private static final int RECORDS = PARTITIONS * 1_040_000;

  @Override
  public String key() {
    return "recovery";
  }

  @Override
  public String title() {
    return "Recovery after kill -9, four active segments of 1 GB";
  }

  @Override
  public String conditions() {
    return "1 KB records in batches of 128 KB; the page cache survives, as it does when a process"
        + " dies; from the start of the process until a partition, and every one, has"
        + " acknowledged another record.";
  }

  @Override
  public void run(Round round) throws Exception {
    Installation at = round.install(Map.of());
    RunningBroker broker = round.launch(at);
    broker.awaitListening(round.clock());
    LoadDriver client = round.client();
    ProduceLoad load =
        ProduceLoad.of(PARTITIONS, Rows.KILOBYTE, ProduceLoad.Length.records(PARTITIONS, RECORDS))
            .spread(ProduceLoad.IN_TURN)
            .client(Map.of("batch.size", "131072", "linger.ms", "20"));
    Stretch filled = Round.measure(client, load.produce(round, broker, key()), broker);
    broker.kill();

    Wake wake = round.wake(round.broker(), at, client, acknowledge(at));
    Round.have(
        client,
        JobRequest.read(at.bootstrap(), key(), PARTITIONS, sent(filled.seen().path("sent"))));
    wake.broker().stop();

    round.put(Metric.lower("first acknowledges", "s", 0.3), wake.firstS());
    round.put(Metric.lower("all acknowledge", "s", 0.3), wake.allS());
    round.put(Metric.lower("CPU until the first", "s", Double.NaN), wake.cpuS());
  }

  /** What was sent before, and one record to each partition after. */
  private static ArrayNode sent(JsonNode before) {
    return ((ArrayNode) before).deepCopy().add(PARTITIONS);
  }

  private JobRequest acknowledge(Installation at) {
    return JobRequest.of("acknowledge", at.bootstrap())
        .with("topic", key())
        .with("partitions", PARTITIONS)
        .with("producer", 1)
        .with("size", Rows.KILOBYTE);
  }
}
