package org.stoker.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Scanner;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.stoker.tools.PerfArguments.Refused;

/**
 * What one run of {@code producer-perf-test} does.
 *
 * @param throughput records in a second, negative for as many as go
 * @param payload where the records' values come from
 * @param transactionDurationMs absent without transactions
 */
record ProducerPerfOptions(
    String topic,
    long recordCount,
    double throughput,
    Payload payload,
    Properties producer,
    Optional<Long> transactionDurationMs,
    Reporting reporting) {

  /** What is printed, and how often. */
  record Reporting(long warmupRecords, long intervalMs, boolean metrics) {}

  /** Where the records' values come from. */
  sealed interface Payload {
    record RandomBytes(int size) implements Payload {}

    record Picked(List<byte[]> values) implements Payload {}

    record Counting() implements Payload {}
  }

  private static final long DEFAULT_TRANSACTION_DURATION_MS = 3000;

  static ProducerPerfOptions of(PerfArguments arguments, Terminal terminal) throws IOException {
    long recordCount = arguments.longInteger("--num-records").orElseThrow();
    long warmup = Math.max(0, arguments.longInteger("--warmup-records").orElse(0L));
    Optional<Integer> recordSize = arguments.integer("--record-size");
    double throughput = arguments.decimal("--throughput").orElseThrow();
    long intervalMs = arguments.longInteger("--reporting-interval").orElse(5000L);
    Optional<Long> durationMs = arguments.longInteger("--transaction-duration-ms");

    refuseIf(recordCount <= 0, "--num-records should be greater than zero.");
    refuseIf(
        warmup >= recordCount,
        "The value for --warmup-records must be strictly fewer than the number of records in the"
            + " test, --num-records.");
    refuseIf(
        recordSize.filter(size -> size <= 0).isPresent(),
        "--record-size should be greater than zero.");
    checkSourcesOfSettings(arguments);
    refuseIf(
        durationMs.filter(ms -> ms <= 0).isPresent(),
        "--transaction-duration-ms should be greater than zero.");
    refuseIf(intervalMs <= 0, "--reporting-interval should be greater than zero.");
    refuseIf(throughput == 0, "--throughput should not be zero: nothing would ever be sent.");

    Payload payload = payload(arguments, recordSize, terminal);
    warn(arguments, "--producer-props", "--command-property", terminal);
    warn(arguments, "--producer.config", "--command-config", terminal);
    Properties producer = producer(arguments);
    return new ProducerPerfOptions(
        arguments.text("--topic").orElseThrow(),
        recordCount,
        throughput,
        payload,
        producer,
        transactionDurationMs(arguments, producer, durationMs),
        new Reporting(warmup, intervalMs, arguments.has("--print-metrics")));
  }

  private static void refuseIf(boolean wrong, String message) {
    if (wrong) {
      throw new Refused(message);
    }
  }

  private static void checkSourcesOfSettings(PerfArguments arguments) {
    boolean any =
        arguments.has("--bootstrap-server")
            || arguments.has("--command-property")
            || arguments.has("--producer-props")
            || arguments.has("--producer.config")
            || arguments.has("--command-config");
    refuseIf(
        !any,
        "At least one of --bootstrap-server, --command-property, --producer-props,"
            + " --producer.config or --command-config must be specified.");
    refuseIf(
        arguments.has("--command-property") && arguments.has("--producer-props"),
        "--command-property and --producer-props cannot be specified together.");
    refuseIf(
        arguments.has("--command-config") && arguments.has("--producer.config"),
        "--command-config and --producer.config cannot be specified together.");
  }

  private static void warn(PerfArguments arguments, String old, String now, Terminal terminal) {
    if (arguments.has(old)) {
      terminal
          .out()
          .printf(
              "Option %s has been deprecated and will be removed in a future version. Use %s"
                  + " instead.%n",
              old, now);
    }
  }

  private static Payload payload(
      PerfArguments arguments, Optional<Integer> recordSize, Terminal terminal) throws IOException {
    if (recordSize.isPresent()) {
      return new Payload.RandomBytes(recordSize.get());
    }
    if (arguments.has("--payload-monotonic")) {
      return new Payload.Counting();
    }
    String delimiter = arguments.text("--payload-delimiter").orElse("\\n");
    Path file = Path.of(arguments.text("--payload-file").orElseThrow());
    terminal.out().println("Reading payloads from: " + file.toAbsolutePath());
    if (Files.notExists(file) || Files.size(file) == 0) {
      throw new ToolFailure("File does not exist or empty file provided.");
    }
    var values = new ArrayList<byte[]>();
    try (var scanner = new Scanner(file, StandardCharsets.UTF_8)) {
      scanner.useDelimiter(delimiter.equals("\\n") ? "\n" : delimiter);
      while (scanner.hasNext()) {
        values.add(scanner.next().getBytes(StandardCharsets.UTF_8));
      }
    }
    terminal.out().println("Number of records read: " + values.size());
    if (values.isEmpty()) {
      throw new ToolFailure("No payload in " + file + ".");
    }
    return new Payload.Picked(values);
  }

  private static Properties producer(PerfArguments arguments) throws IOException {
    Properties properties =
        ClientProperties.load(
            arguments
                .text("--command-config")
                .or(() -> arguments.text("--producer.config"))
                .orElse(null));
    var words = new ArrayList<>(arguments.words("--command-property"));
    words.addAll(arguments.words("--producer-props"));
    for (String word : words) {
      List<String> pieces = List.of(word.split("=", 0));
      if (pieces.size() != 2) {
        throw new ToolFailure("Invalid property: " + word);
      }
      properties.put(pieces.getFirst(), pieces.getLast());
    }
    String serializer = ByteArraySerializer.class.getName();
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, serializer);
    properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, serializer);
    properties.putIfAbsent(ProducerConfig.CLIENT_ID_CONFIG, "perf-producer-client");
    arguments
        .text("--bootstrap-server")
        .ifPresent(servers -> properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers));
    return properties;
  }

  /** Any of an id, a duration, or an id among the producer's settings turns transactions on. */
  private static Optional<Long> transactionDurationMs(
      PerfArguments arguments, Properties producer, Optional<Long> durationMs) {
    String key = ProducerConfig.TRANSACTIONAL_ID_CONFIG;
    Optional<String> id =
        arguments
            .text("--transactional-id")
            .or(() -> Optional.ofNullable(producer.getProperty(key)));
    if (id.isEmpty() && durationMs.isEmpty()) {
      return Optional.empty();
    }
    producer.put(key, id.orElseGet(() -> "performance-producer-" + Uuid.randomUuid()));
    return Optional.of(durationMs.orElse(DEFAULT_TRANSACTION_DURATION_MS));
  }
}
