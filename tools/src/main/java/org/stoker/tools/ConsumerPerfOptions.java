package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.integer;
import static org.stoker.tools.Option.longInteger;
import static org.stoker.tools.Option.text;

import java.io.IOException;
import java.text.SimpleDateFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The command line of {@code consumer-perf-test}. */
final class ConsumerPerfOptions {
  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "REQUIRED: the brokers, as host:port,….");
  private static final Option<String> TOPIC = text("topic", "topic", "The topic to read.");
  private static final Option<String> INCLUDE =
      text("include", "Java regex (String)", "Read the topics that match.");
  private static final Option<String> GROUP =
      text("group", "gid", "The consumer group to read in; by default a new one.");
  private static final Option<Integer> FETCH_SIZE =
      integer("fetch-size", "size", "max.partition.fetch.bytes of the consumer.").orElse(1048576);
  private static final Option<String> COMMAND_PROPERTY =
      text("command-property", "prop1=val1", "A setting of the consumer, key=value.");
  private static final Option<Boolean> FROM_LATEST =
      flag("from-latest", "Start at the end, unless the group has an offset already.");
  private static final Option<Integer> SOCKET_BUFFER_SIZE =
      integer("socket-buffer-size", "size", "receive.buffer.bytes of the consumer.")
          .orElse(2097152);
  private static final Option<String> CONSUMER_CONFIG =
      text("consumer.config", "config file", "(Deprecated) Use --command-config.");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "config file", "Property file for the consumer.");
  private static final Option<Boolean> PRINT_METRICS =
      flag("print-metrics", "Print the consumer's metrics at the end.");
  private static final Option<Boolean> SHOW_DETAILED_STATS =
      flag("show-detailed-stats", "Print a line for each interval, not only for the whole.");
  private static final Option<Long> TIMEOUT =
      longInteger("timeout", "milliseconds", "End when no record comes for so long.")
          .withOptionalArgument()
          .orElse(10000L);
  private static final Option<Long> MESSAGES =
      longInteger("messages", "count", "(Deprecated) Use --num-records.");
  private static final Option<Long> NUM_RECORDS =
      longInteger("num-records", "count", "REQUIRED: how many records to read.");
  private static final Option<Long> REPORTING_INTERVAL =
      longInteger("reporting-interval", "interval_ms", "How long an interval is.")
          .matching("^\\d+$")
          .orElse(5000L);
  private static final Option<String> DATE_FORMAT =
      text("date-format", "date format", "How times are printed; see java.text.SimpleDateFormat.")
          .orElse("yyyy-MM-dd HH:mm:ss:SSS");
  private static final Option<Boolean> HIDE_HEADER =
      flag("hide-header", "Do not print the names of the columns.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Measures how fast a consumer reads a topic.",
          BOOTSTRAP_SERVER,
          TOPIC,
          INCLUDE,
          GROUP,
          FETCH_SIZE,
          COMMAND_PROPERTY,
          FROM_LATEST,
          SOCKET_BUFFER_SIZE,
          CONSUMER_CONFIG,
          COMMAND_CONFIG,
          PRINT_METRICS,
          SHOW_DETAILED_STATS,
          TIMEOUT,
          MESSAGES,
          NUM_RECORDS,
          REPORTING_INTERVAL,
          DATE_FORMAT,
          HIDE_HEADER);

  private final ParsedOptions parsed;

  private ConsumerPerfOptions(ParsedOptions parsed) {
    this.parsed = parsed;
  }

  static ConsumerPerfOptions parse(String[] args, Terminal terminal) {
    ParsedOptions parsed = OPTIONS.parseOrShowUsage(args);
    parsed.require(BOOTSTRAP_SERVER);
    parsed.requireExactlyOne(TOPIC, INCLUDE);
    parsed.requireExactlyOne(MESSAGES, NUM_RECORDS);
    parsed.refuseBeside(CONSUMER_CONFIG, COMMAND_CONFIG);
    warn(parsed, terminal, MESSAGES, NUM_RECORDS);
    warn(parsed, terminal, CONSUMER_CONFIG, COMMAND_CONFIG);
    return new ConsumerPerfOptions(parsed);
  }

  private static void warn(ParsedOptions parsed, Terminal terminal, Option<?> old, Option<?> now) {
    if (parsed.has(old)) {
      terminal
          .out()
          .printf("Warning: --%s is deprecated. Use --%s instead.%n", old.name(), now.name());
    }
  }

  Properties consumerProperties() throws IOException {
    Properties properties =
        ClientProperties.load(
            parsed.valueOrNull(parsed.has(CONSUMER_CONFIG) ? CONSUMER_CONFIG : COMMAND_CONFIG));
    properties.putAll(ClientProperties.ofWords(parsed.values(COMMAND_PROPERTY)));
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, parsed.value(BOOTSTRAP_SERVER));
    properties.put(
        ConsumerConfig.GROUP_ID_CONFIG,
        parsed
            .given(GROUP)
            .orElseGet(() -> "perf-consumer-" + new SplittableRandom().nextInt(100_000)));
    properties.put(
        ConsumerConfig.RECEIVE_BUFFER_CONFIG, parsed.value(SOCKET_BUFFER_SIZE).toString());
    properties.put(
        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, parsed.value(FETCH_SIZE).toString());
    properties.put(
        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, parsed.has(FROM_LATEST) ? "latest" : "earliest");
    String deserializer = ByteArrayDeserializer.class.getName();
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, deserializer);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, deserializer);
    properties.put(ConsumerConfig.CHECK_CRCS_CONFIG, "false");
    properties.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, "perf-consumer-client");
    return properties;
  }

  Optional<String> topic() {
    return parsed.given(TOPIC);
  }

  /** Present when no topic is. */
  Optional<String> include() {
    return parsed.given(INCLUDE);
  }

  long recordCount() {
    return parsed.value(parsed.has(MESSAGES) ? MESSAGES : NUM_RECORDS);
  }

  long timeoutMs() {
    return parsed.value(TIMEOUT);
  }

  long reportingIntervalMs() {
    long intervalMs = parsed.value(REPORTING_INTERVAL);
    if (intervalMs <= 0) {
      throw new ToolFailure("Reporting interval must be greater than 0.");
    }
    return intervalMs;
  }

  boolean detailed() {
    return parsed.has(SHOW_DETAILED_STATS);
  }

  boolean hideHeader() {
    return parsed.has(HIDE_HEADER);
  }

  boolean printMetrics() {
    return parsed.has(PRINT_METRICS);
  }

  SimpleDateFormat dateFormat() {
    return new SimpleDateFormat(
        parsed.value(DATE_FORMAT), Locale.getDefault(Locale.Category.FORMAT));
  }
}
