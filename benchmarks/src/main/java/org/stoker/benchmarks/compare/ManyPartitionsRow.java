package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import org.stoker.benchmarks.compare.BrokerUnderComparison.Installation;

/** Thousands of partitions: creating them, what they take, and starting again with them. */
record ManyPartitionsRow(int partitions) implements Row {
  private static final double AIM = 0.2;

  @Override
  public String key() {
    return "partitions-" + partitions;
  }

  @Override
  public String title() {
    return "A topic of " + Numbers.of(partitions) + " partitions";
  }

  @Override
  public String conditions() {
    return "Created by one request, until every partition has acknowledged a record; then stopped"
        + " cleanly, and killed with -9: from the start of the process until the first"
        + " partition, and every one, has acknowledged another. No file of a round is"
        + " deleted before the end, since ext4 makes files slowly for a minute after"
        + " thousands were deleted.";
  }

  @Override
  public void run(Round round) throws Exception {
    round.hasManyFiles();
    int count = round.scaled(partitions);
    Installation at = round.install(Map.of());
    RunningBroker broker = round.launch(at);
    broker.awaitListening(round.clock());
    LoadDriver client = round.client();

    client.begin(acknowledge(at, count, 0).json());
    client.await("trying");
    long startNs = round.clock().monotonicNs();
    client.await("all");
    double createdS = (round.clock().monotonicNs() - startNs) / 1e9;
    client.await("done");
    double megabytes = broker.residentMegabytes();
    broker.stop();

    Wake clean = round.wake(round.broker(), at, client, acknowledge(at, count, 1));
    clean.broker().kill();
    Wake killed = round.wake(round.broker(), at, client, acknowledge(at, count, 2));
    ArrayNode sent = JsonNodeFactory.instance.arrayNode().add(count).add(count).add(count);
    Round.have(client, JobRequest.read(at.bootstrap(), key(), count, sent));
    killed.broker().stop();

    round.put(Metric.lower("created, all acknowledge", "s", AIM), createdS);
    round.put(Metric.lower("resident memory", "MB", 0.5), megabytes);
    round.put(Metric.lower("clean restart, first acknowledges", "s", 0.15), clean.firstS());
    round.put(Metric.lower("clean restart, all acknowledge", "s", AIM), clean.allS());
    round.put(Metric.lower("after kill -9, first acknowledges", "s", AIM), killed.firstS());
    round.put(Metric.lower("after kill -9, all acknowledge", "s", AIM), killed.allS());
  }

  private JobRequest acknowledge(Installation at, int count, int number) {
    return JobRequest.of("acknowledge", at.bootstrap())
        .with("topic", key())
        .with("partitions", count)
        .with("producer", number)
        .with("size", 100)
        .with("create", number == 0);
  }
}
