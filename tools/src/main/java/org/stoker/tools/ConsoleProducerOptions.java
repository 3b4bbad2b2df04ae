package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.integer;
import static org.stoker.tools.Option.longInteger;
import static org.stoker.tools.Option.text;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The command line of {@code console-producer}, and the client configuration it asks for. */
final class ConsoleProducerOptions {
  private static final Option<String> TOPIC = text("topic", "topic", "REQUIRED: the topic.");
  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "REQUIRED: the brokers, as host:port,….");
  private static final Option<Boolean> SYNC =
      flag("sync", "Wait for the answer to each record before the next one is sent.");
  private static final Option<String> COMPRESSION_CODEC =
      text(
              "compression-codec",
              "compression-codec",
              "none, gzip, snappy, lz4 or zstd; gzip when the option stands alone.")
          .withOptionalArgument();
  private static final Option<Integer> BATCH_SIZE =
      integer("batch-size", "size", "batch.size of the producer.").orElse(16384);
  private static final Option<Integer> RETRIES =
      integer("message-send-max-retries", "", "retries of the producer.").orElse(3);
  private static final Option<Long> RETRY_BACKOFF_MS =
      longInteger("retry-backoff-ms", "", "retry.backoff.ms of the producer.").orElse(100L);
  private static final Option<Long> TIMEOUT =
      longInteger("timeout", "timeout_ms", "linger.ms of the producer.").orElse(1000L);
  private static final Option<String> ACKS =
      text("request-required-acks", "request required acks", "acks of the producer.").orElse("-1");
  private static final Option<Integer> REQUEST_TIMEOUT_MS =
      integer("request-timeout-ms", "request timeout ms", "request.timeout.ms of the producer.")
          .orElse(1500);
  private static final Option<Long> METADATA_EXPIRY_MS =
      longInteger(
              "metadata-expiry-ms",
              "metadata expiration interval",
              "metadata.max.age.ms of the producer.")
          .orElse(300000L);
  private static final Option<Long> MAX_BLOCK_MS =
      longInteger("max-block-ms", "milliseconds", "max.block.ms of the producer.").orElse(60000L);
  private static final Option<Long> MAX_MEMORY_BYTES =
      longInteger("max-memory-bytes", "bytes", "buffer.memory of the producer.").orElse(33554432L);
  private static final Option<Integer> MAX_PARTITION_MEMORY_BYTES =
      integer(
              "max-partition-memory-bytes",
              "bytes",
              "(Deprecated) batch.size of the producer: use --batch-size.")
          .orElse(16384);
  private static final Option<Integer> SOCKET_BUFFER_SIZE =
      integer("socket-buffer-size", "size", "send.buffer.bytes of the producer.").orElse(102400);
  private static final Option<String> LINE_READER =
      text(
              "line-reader",
              "reader_class",
              "The class that makes records of standard input; by default one of each line.")
          .orElse(LineReader.KAFKA_NAME);
  private static final Option<String> PROPERTY =
      text("property", "prop", "(Deprecated) Use --reader-property.");
  private static final Option<String> READER_PROPERTY =
      text(
          "reader-property",
          "prop",
          """
          A setting of the line reader, key=value. Its settings and their defaults:
          parse.key=false
          parse.headers=false
          ignore.error=false
          key.separator=\\t
          headers.delimiter=\\t
          headers.separator=,
          headers.key.separator=:
          null.marker=  a key, value or header that equals this is null
          A line is headers, key and value, in this order, as far as they are parsed.\
          """);
  private static final Option<String> READER_CONFIG =
      text("reader-config", "config file", "Property file for the line reader.");
  private static final Option<String> PRODUCER_PROPERTY =
      text("producer-property", "producer_prop", "(Deprecated) Use --command-property.");
  private static final Option<String> COMMAND_PROPERTY =
      text("command-property", "producer_prop", "A setting of the producer, key=value.");
  private static final Option<String> PRODUCER_CONFIG =
      text("producer.config", "config file", "(Deprecated) Use --command-config.");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "config file", "Property file for the producer.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Sends each line of standard input to a topic.",
          TOPIC,
          BOOTSTRAP_SERVER,
          SYNC,
          COMPRESSION_CODEC,
          BATCH_SIZE,
          RETRIES,
          RETRY_BACKOFF_MS,
          TIMEOUT,
          ACKS,
          REQUEST_TIMEOUT_MS,
          METADATA_EXPIRY_MS,
          MAX_BLOCK_MS,
          MAX_MEMORY_BYTES,
          MAX_PARTITION_MEMORY_BYTES,
          SOCKET_BUFFER_SIZE,
          LINE_READER,
          PROPERTY,
          READER_PROPERTY,
          READER_CONFIG,
          PRODUCER_PROPERTY,
          COMMAND_PROPERTY,
          PRODUCER_CONFIG,
          COMMAND_CONFIG);

  private final ParsedOptions parsed;

  private ConsoleProducerOptions(ParsedOptions parsed) {
    this.parsed = parsed;
  }

  static ConsoleProducerOptions parse(String[] args, Terminal terminal) {
    ParsedOptions parsed = OPTIONS.parseOrShowUsage(args);
    parsed.require(TOPIC);
    refuseTogether(parsed, COMMAND_CONFIG, PRODUCER_CONFIG);
    refuseTogether(parsed, COMMAND_PROPERTY, PRODUCER_PROPERTY);
    refuseTogether(parsed, READER_PROPERTY, PROPERTY);
    warn(parsed, terminal, PRODUCER_PROPERTY, "a future version", COMMAND_PROPERTY);
    warn(parsed, terminal, PRODUCER_CONFIG, "a future version", COMMAND_CONFIG);
    warn(parsed, terminal, PROPERTY, "a future version", READER_PROPERTY);
    warn(parsed, terminal, MAX_PARTITION_MEMORY_BYTES, "Apache Kafka 5.0", BATCH_SIZE);
    try {
      BootstrapServers.check(parsed.valueOrNull(BOOTSTRAP_SERVER));
    } catch (IllegalArgumentException e) {
      throw parsed.wrongUsage(String.valueOf(e.getMessage()));
    }
    return new ConsoleProducerOptions(parsed);
  }

  private static void refuseTogether(ParsedOptions parsed, Option<?> now, Option<?> old) {
    if (parsed.has(now) && parsed.has(old)) {
      throw parsed.wrongUsage(
          "Options --" + now.name() + " and --" + old.name() + " cannot be specified together.");
    }
  }

  private static void warn(
      ParsedOptions parsed, Terminal terminal, Option<?> old, String until, Option<?> now) {
    if (parsed.has(old)) {
      terminal
          .out()
          .printf(
              "Warning: --%s is deprecated and will be removed in %s. Use --%s instead.%n",
              old.name(), until, now.name());
    }
  }

  boolean sync() {
    return parsed.has(SYNC);
  }

  String lineReader() {
    return parsed.value(LINE_READER);
  }

  Map<String, String> readerProperties() throws IOException {
    var properties = new HashMap<String, String>();
    if (parsed.has(READER_CONFIG)) {
      Properties file = ClientProperties.load(parsed.value(READER_CONFIG));
      file.forEach((key, value) -> properties.put(key.toString(), value.toString()));
    }
    properties.put("topic", parsed.value(TOPIC));
    properties.putAll(
        ClientProperties.ofWords(parsed.values(parsed.has(PROPERTY) ? PROPERTY : READER_PROPERTY)));
    return properties;
  }

  Properties producerProperties() throws IOException {
    Properties properties =
        ClientProperties.load(
            parsed.valueOrNull(parsed.has(PRODUCER_CONFIG) ? PRODUCER_CONFIG : COMMAND_CONFIG));
    properties.putAll(
        ClientProperties.ofWords(
            parsed.values(parsed.has(PRODUCER_PROPERTY) ? PRODUCER_PROPERTY : COMMAND_PROPERTY)));
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, parsed.value(BOOTSTRAP_SERVER));
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression());
    properties.putIfAbsent(ProducerConfig.CLIENT_ID_CONFIG, "console-producer");
    String serializer = ByteArraySerializer.class.getName();
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, serializer);
    properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, serializer);
    ClientProperties.merge(properties, ProducerConfig.LINGER_MS_CONFIG, parsed, TIMEOUT);
    ClientProperties.merge(properties, ProducerConfig.ACKS_CONFIG, parsed, ACKS);
    ClientProperties.merge(
        properties, ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, parsed, REQUEST_TIMEOUT_MS);
    ClientProperties.merge(properties, ProducerConfig.RETRIES_CONFIG, parsed, RETRIES);
    ClientProperties.merge(
        properties, ProducerConfig.RETRY_BACKOFF_MS_CONFIG, parsed, RETRY_BACKOFF_MS);
    ClientProperties.merge(
        properties, ProducerConfig.SEND_BUFFER_CONFIG, parsed, SOCKET_BUFFER_SIZE);
    ClientProperties.merge(
        properties, ProducerConfig.BUFFER_MEMORY_CONFIG, parsed, MAX_MEMORY_BYTES);
    ClientProperties.merge(properties, ProducerConfig.BATCH_SIZE_CONFIG, parsed, BATCH_SIZE);
    ClientProperties.merge(
        properties, ProducerConfig.BATCH_SIZE_CONFIG, parsed, MAX_PARTITION_MEMORY_BYTES);
    ClientProperties.merge(
        properties, ProducerConfig.METADATA_MAX_AGE_CONFIG, parsed, METADATA_EXPIRY_MS);
    ClientProperties.merge(properties, ProducerConfig.MAX_BLOCK_MS_CONFIG, parsed, MAX_BLOCK_MS);
    return properties;
  }

  private String compression() {
    if (!parsed.has(COMPRESSION_CODEC)) {
      return "none";
    }
    String codec = parsed.valueOrNull(COMPRESSION_CODEC);
    return codec == null || codec.isEmpty() ? "gzip" : codec;
  }
}
