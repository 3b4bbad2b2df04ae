package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.stoker.benchmarks.compare.BrokerUnderComparison.Installation;

/** From the start of the process to the first acknowledged record. */
record StartRow() implements Row {
  private static final double AIM = 0.2;

  @Override
  public String key() {
    return "start";
  }

  @Override
  public String title() {
    return "Start to the first acknowledged record";
  }

  @Override
  public String conditions() {
    return "A client that has seen the broker once tries every 10 ms from before the process"
        + " starts; the topic is there already, but for the fresh directory, where the"
        + " client creates it; Kafka's storage is formatted before and does not count. Each"
        + " as it starts by default: Stoker with its ahead-of-time cache, Kafka with none;"
        + " then both with one (Kafka's is made the same way, from one start and stop), and"
        + " both without.";
  }

  @Override
  public void run(Round round) throws Exception {
    BrokerUnderComparison byDefault = round.broker();
    Installation at = round.install(Map.of());
    LoadDriver client = round.client();
    // Else the client's own first steps would count as the broker's.
    rehearse(round, byDefault, client);
    BrokerUnderComparison other = inOtherMode(round, client);

    Wake fresh = wakeAndStop(round, byDefault, at, client, 0);
    Wake existing = wakeAndStop(round, byDefault, at, client, 1);
    Wake changed = round.wake(other, at, client, acknowledge(at, 2));
    ArrayNode sent = JsonNodeFactory.instance.arrayNode().add(1).add(1).add(1);
    Round.have(client, JobRequest.read(at.bootstrap(), key(), 1, sent));
    changed.broker().stop();

    round.put(Metric.lower("fresh directory", "s", AIM), fresh.firstS());
    round.put(Metric.lower("fresh directory, CPU", "s", AIM), fresh.cpuS());
    round.put(Metric.lower("existing directory", "s", AIM), existing.firstS());
    round.put(Metric.lower("existing directory, CPU", "s", AIM), existing.cpuS());
    boolean hasCacheByDefault = byDefault instanceof StokerBroker;
    round.put(
        Metric.lower("existing directory, both with a cache", "s", Double.NaN),
        (hasCacheByDefault ? existing : changed).firstS());
    round.put(
        Metric.lower("existing directory, both without", "s", Double.NaN),
        (hasCacheByDefault ? changed : existing).firstS());
  }

  private Wake wakeAndStop(
      Round round, BrokerUnderComparison broker, Installation at, LoadDriver client, int number)
      throws Exception {
    Wake wake = round.wake(broker, at, client, acknowledge(at, number));
    wake.broker().stop();
    return wake;
  }

  private JobRequest acknowledge(Installation at, int number) {
    return JobRequest.of("acknowledge", at.bootstrap())
        .with("topic", key())
        .with("partitions", 1)
        .with("producer", number)
        .with("size", Rows.KILOBYTE)
        .with("create", number == 0);
  }

  /** With an ahead-of-time cache if it starts without by default, and the other way round. */
  private BrokerUnderComparison inOtherMode(Round round, LoadDriver client) throws Exception {
    return switch (round.broker()) {
      case StokerBroker stoker -> new StokerBroker(stoker.home(), false);
      case KafkaBroker kafka -> {
        // A cache is of no use to another JVM.
        Path cache = kafka.libraries().resolveSibling("kafka-" + Runtime.version() + ".aot");
        if (Files.notExists(cache)) {
          rehearse(round, kafka.with("-XX:AOTCacheOutput=" + cache), client);
        }
        yield kafka.with("-XX:AOTCache=" + cache);
      }
    };
  }

  /** One start and stop on a directory of its own, as Stoker's cache is made. */
  private void rehearse(Round round, BrokerUnderComparison rehearsing, LoadDriver client)
      throws Exception {
    try (var rehearsal = new Round(round.bench(), rehearsing, "rehearsal")) {
      wakeAndStop(rehearsal, rehearsing, rehearsal.install(Map.of()), client, 0);
    }
  }
}
