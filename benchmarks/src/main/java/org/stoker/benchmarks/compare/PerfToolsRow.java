package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Producing and consuming as Kafka's own tools measure them: a second opinion on the load driver.
 */
record PerfToolsRow() implements Row {
  private static final int RECORDS = 1_000_000;
  private static final int PARTITIONS = 6;
  private static final long MOST_S = 300;
  private static final Pattern PRODUCED =
      Pattern.compile("(\\d+) records sent, ([\\d.]+) records/sec");

  /** What a tool printed last, and what the broker used meanwhile. */
  private record Run(String lastLine, double brokerCpuS) {}

  @Override
  public String key() {
    return "perf-tools";
  }

  @Override
  public String title() {
    return "Kafka's own perf tools, 1 KB, 6 partitions, acks=all";
  }

  @Override
  public String conditions() {
    return "kafka-producer-perf-test and kafka-consumer-perf-test "
        + KafkaDistribution.TOOLS.version()
        + " with the client of that version, as their scripts start them: no warm-up, and CPU"
        + " includes the brokers' own. They cannot number records, so what is read back is counted,"
        + " not compared.";
  }

  @Override
  public void run(Round round) throws Exception {
    Path libraries = KafkaDistribution.TOOLS.assembled(round.bench().workDirectory());
    RunningBroker broker = round.start();
    LoadDriver client = round.client();
    // Creates the topic, with a record in each partition.
    Round.have(
        client,
        JobRequest.of("acknowledge", broker.bootstrap())
            .with("topic", key())
            .with("partitions", PARTITIONS)
            .with("producer", 0)
            .with("size", Rows.KILOBYTE)
            .with("create", true));
    client.close();
    int records = round.scaled(RECORDS);
    double gigabytes = records * (double) Rows.KILOBYTE / 1e9;

    Run produced = run(round, libraries, broker, produce(broker, records));
    double perSecond = producedPerSecond(produced.lastLine(), records);
    Run consumed = run(round, libraries, broker, consume(broker, records));
    double megabytesPerSecond = consumedMegabytesPerSecond(consumed.lastLine(), records);

    round.put(Metric.higher("produced", "MB/s", 1), perSecond * Rows.KILOBYTE / 1e6);
    round.put(
        Metric.lower("producing, broker CPU", "s per GB", 0.6), produced.brokerCpuS() / gigabytes);
    round.put(Metric.higher("consumed", "MB/s", 1), megabytesPerSecond);
    round.put(
        Metric.lower("consuming, broker CPU", "s per GB", 0.8), consumed.brokerCpuS() / gigabytes);
    broker.stop();
  }

  private List<String> produce(RunningBroker broker, int records) {
    return List.of(
        "org.apache.kafka.tools.ProducerPerformance",
        "--topic",
        key(),
        "--num-records",
        Integer.toString(records),
        "--record-size",
        Integer.toString(Rows.KILOBYTE),
        "--throughput",
        "-1",
        "--bootstrap-server",
        broker.bootstrap(),
        "--command-property",
        "acks=all");
  }

  private List<String> consume(RunningBroker broker, int records) {
    return List.of(
        "org.apache.kafka.tools.ConsumerPerformance",
        "--topic",
        key(),
        "--bootstrap-server",
        broker.bootstrap(),
        "--num-records",
        Integer.toString(records));
  }

  private static Run run(Round round, Path libraries, RunningBroker broker, List<String> tool)
      throws IOException, InterruptedException, RoundFailed {
    var command = new ArrayList<String>();
    command.addAll(List.of(round.bench().java().toString(), "-Xmx512M"));
    command.addAll(List.of("-cp", libraries + "/*"));
    command.addAll(tool);
    Path output = round.directory().resolve(tool.getFirst() + ".log");
    Leftovers leftovers = round.bench().leftovers();
    double before = broker.cpuSeconds();
    Process process =
        leftovers.keep(
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()));
    try {
      if (!process.waitFor(MOST_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new RoundFailed(tool.getFirst() + " did not end well: " + Files.readString(output));
      }
    } finally {
      leftovers.end(process);
    }
    double cpuS = broker.cpuSeconds() - before;
    List<String> lines = Files.readAllLines(output);
    return new Run(lines.isEmpty() ? "" : lines.getLast(), cpuS);
  }

  /** Of a line like {@code 1000 records sent, 500.0 records/sec (0.48 MB/sec), ...}. */
  static double producedPerSecond(String line, int expected) throws RoundFailed {
    Matcher matcher = PRODUCED.matcher(line);
    if (!matcher.find() || Integer.parseInt(matcher.group(1)) != expected) {
      throw new RoundFailed("the producer's tool did not send " + expected + ": " + line);
    }
    return Double.parseDouble(matcher.group(2));
  }

  /**
   * Of a line of start, end, MiB, MiB/s, messages, messages/s, time of rebalancing and fetching,
   * and both rates over the fetching.
   */
  static double consumedMegabytesPerSecond(String line, int expected) throws RoundFailed {
    String[] fields = line.split(",\\s*", -1);
    if (fields.length != 10 || Long.parseLong(fields[4]) < expected) {
      throw new RoundFailed("the consumer's tool did not read " + expected + ": " + line);
    }
    // Over the fetching alone: how long a group waits for members is a setting, not a speed.
    return Double.parseDouble(fields[8]) * (1 << 20) / 1e6;
  }
}
