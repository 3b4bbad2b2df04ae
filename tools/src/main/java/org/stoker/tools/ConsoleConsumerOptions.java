package org.stoker.tools;

import static org.stoker.tools.Option.flag;
import static org.stoker.tools.Option.integer;
import static org.stoker.tools.Option.longInteger;
import static org.stoker.tools.Option.text;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.MessageFormatter;

/** The command line of {@code console-consumer}, and the client configuration it asks for. */
final class ConsoleConsumerOptions {
  /** Values of {@link #offset()} that name an end of the partition instead of a record. */
  static final long EARLIEST = -2;

  static final long LATEST = -1;

  private static final Option<String> TOPIC = text("topic", "topic", "The topic to read.");
  private static final Option<String> INCLUDE =
      text("include", "Java regex (String)", "Read the topics that match.");
  private static final Option<Integer> PARTITION =
      integer("partition", "partition", "Read this partition only; from its end without --offset.");
  private static final Option<String> OFFSET =
      text("offset", "consume offset", "Where to start: an offset, 'earliest' or 'latest'.")
          .orElse("latest");
  private static final Option<String> CONSUMER_PROPERTY =
      text("consumer-property", "consumer_prop", "(Deprecated) Use --command-property.");
  private static final Option<String> COMMAND_PROPERTY =
      text("command-property", "consumer_prop", "A setting of the consumer, key=value.");
  private static final Option<String> CONSUMER_CONFIG =
      text("consumer.config", "config file", "(Deprecated) Use --command-config.");
  private static final Option<String> COMMAND_CONFIG =
      text("command-config", "config file", "Property file for the consumer.");
  private static final Option<String> FORMATTER =
      text("formatter", "class", "The class that prints records.")
          .orElse("org.apache.kafka.tools.consumer.DefaultMessageFormatter");
  private static final Option<String> PROPERTY =
      text("property", "prop", "(Deprecated) Use --formatter-property.");
  private static final Option<String> FORMATTER_PROPERTY =
      text(
          "formatter-property",
          "prop",
          """
          A setting of the formatter, key=value. The default one knows:
          print.timestamp, print.partition, print.offset, print.epoch, print.headers, print.key, \
          print.value (true or false; only the value is printed unless told otherwise)
          key.separator, line.separator, headers.separator, null.literal
          key.deserializer, value.deserializer, headers.deserializer, and settings of theirs \
          that start with these names and a dot\
          """);
  private static final Option<String> FORMATTER_CONFIG =
      text("formatter-config", "config file", "Property file for the formatter.");
  private static final Option<Boolean> FROM_BEGINNING =
      flag("from-beginning", "Start at the first record, unless the group has an offset already.");
  private static final Option<Integer> MAX_MESSAGES =
      integer("max-messages", "num_messages", "End after so many records.");
  private static final Option<Long> TIMEOUT_MS =
      longInteger("timeout-ms", "timeout_ms", "End when no record comes for so long.");
  private static final Option<Boolean> SKIP_MESSAGE_ON_ERROR =
      flag("skip-message-on-error", "Go on after a record that cannot be printed.");
  private static final Option<String> BOOTSTRAP_SERVER =
      text("bootstrap-server", "host:port,...", "REQUIRED: the brokers, as host:port,….");
  private static final Option<String> KEY_DESERIALIZER =
      text("key-deserializer", "deserializer for keys", "The class that reads keys.");
  private static final Option<String> VALUE_DESERIALIZER =
      text("value-deserializer", "deserializer for values", "The class that reads values.");
  private static final Option<Boolean> ENABLE_SYSTEST_EVENTS =
      flag("enable-systest-events", "Print a line at the end, for system tests.");
  private static final Option<String> ISOLATION_LEVEL =
      text("isolation-level", "", "read_committed hides records of open and aborted transactions.")
          .orElse("read_uncommitted");
  private static final Option<String> GROUP =
      text("group", "consumer group id", "The consumer group to read in.");

  private static final OptionSet OPTIONS =
      new OptionSet(
          "Prints the records of topics to standard output.",
          TOPIC,
          INCLUDE,
          PARTITION,
          OFFSET,
          CONSUMER_PROPERTY,
          COMMAND_PROPERTY,
          CONSUMER_CONFIG,
          COMMAND_CONFIG,
          FORMATTER,
          PROPERTY,
          FORMATTER_PROPERTY,
          FORMATTER_CONFIG,
          FROM_BEGINNING,
          MAX_MESSAGES,
          TIMEOUT_MS,
          SKIP_MESSAGE_ON_ERROR,
          BOOTSTRAP_SERVER,
          KEY_DESERIALIZER,
          VALUE_DESERIALIZER,
          ENABLE_SYSTEST_EVENTS,
          ISOLATION_LEVEL,
          GROUP);

  private final ParsedOptions parsed;
  private final Properties consumerProperties;
  private final long offset;
  private final MessageFormatter formatter;

  private ConsoleConsumerOptions(
      ParsedOptions parsed,
      Properties consumerProperties,
      long offset,
      MessageFormatter formatter) {
    this.parsed = parsed;
    this.consumerProperties = consumerProperties;
    this.offset = offset;
    this.formatter = formatter;
  }

  static ConsoleConsumerOptions parse(String[] args, Terminal terminal) throws IOException {
    ParsedOptions parsed = OPTIONS.parseOrShowUsage(args);
    checkRequired(parsed);
    refuseTogether(parsed, CONSUMER_PROPERTY, COMMAND_PROPERTY);
    refuseTogether(parsed, CONSUMER_CONFIG, COMMAND_CONFIG);
    warn(parsed, terminal, CONSUMER_PROPERTY, COMMAND_PROPERTY);
    warn(parsed, terminal, CONSUMER_CONFIG, COMMAND_CONFIG);
    Properties consumer = consumerProperties(parsed);
    long offset = offset(parsed);
    MessageFormatter formatter = formatter(parsed, terminal);
    return new ConsoleConsumerOptions(parsed, consumer, offset, formatter);
  }

  private static void checkRequired(ParsedOptions parsed) {
    parsed.requireExactlyOne(TOPIC, INCLUDE);
    if (parsed.has(PARTITION)) {
      if (!parsed.has(TOPIC)) {
        throw parsed.wrongUsage("The topic is required when partition is specified.");
      }
      if (parsed.has(FROM_BEGINNING) && parsed.has(OFFSET)) {
        throw parsed.wrongUsage("Options from-beginning and offset cannot be specified together.");
      }
    } else if (parsed.has(OFFSET)) {
      throw parsed.wrongUsage("The partition is required when offset is specified.");
    }
    parsed.require(BOOTSTRAP_SERVER);
  }

  private static void refuseTogether(ParsedOptions parsed, Option<?> one, Option<?> other) {
    if (parsed.has(one) && parsed.has(other)) {
      throw parsed.wrongUsage(
          "Options --" + one.name() + " and --" + other.name() + " cannot be specified together.");
    }
  }

  private static void warn(ParsedOptions parsed, Terminal terminal, Option<?> old, Option<?> now) {
    if (parsed.has(old)) {
      terminal
          .out()
          .printf(
              "Option --%s is deprecated and will be removed in a future version. Use --%s"
                  + " instead.%n",
              old.name(), now.name());
    }
  }

  private static Properties consumerProperties(ParsedOptions parsed) throws IOException {
    Properties file =
        ClientProperties.load(
            parsed.valueOrNull(parsed.has(CONSUMER_CONFIG) ? CONSUMER_CONFIG : COMMAND_CONFIG));
    Map<String, String> words =
        ClientProperties.ofWords(
            parsed.values(parsed.has(CONSUMER_PROPERTY) ? CONSUMER_PROPERTY : COMMAND_PROPERTY));
    Optional<String> group = group(parsed, file, words);

    var properties = new Properties();
    properties.putAll(file);
    properties.putAll(words);
    setOffsetReset(parsed, properties);
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, parsed.value(BOOTSTRAP_SERVER));
    properties.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, "console-consumer");
    ClientProperties.merge(
        properties, ConsumerConfig.ISOLATION_LEVEL_CONFIG, parsed, ISOLATION_LEVEL);
    if (group.isPresent()) {
      properties.put(ConsumerConfig.GROUP_ID_CONFIG, group.get());
    } else {
      int any = new SplittableRandom().nextInt(100_000);
      properties.put(ConsumerConfig.GROUP_ID_CONFIG, "console-consumer-" + any);
      // Nobody will ask for this group's offsets again.
      properties.putIfAbsent(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    }
    return properties;
  }

  private static Optional<String> group(
      ParsedOptions parsed, Properties file, Map<String, String> words) {
    Set<String> groups = new LinkedHashSet<>();
    parsed.given(GROUP).ifPresent(groups::add);
    Optional.ofNullable(file.getProperty(ConsumerConfig.GROUP_ID_CONFIG)).ifPresent(groups::add);
    Optional.ofNullable(words.get(ConsumerConfig.GROUP_ID_CONFIG)).ifPresent(groups::add);
    if (groups.size() > 1) {
      throw parsed.wrongUsage(
          "The group ids provided in different places (directly using '--group', via"
              + " '--consumer-property', or via '--consumer.config') do not match. Detected group"
              + " ids: "
              + groups.stream().map(id -> "'" + id + "'").collect(Collectors.joining(", ")));
    }
    if (!groups.isEmpty() && parsed.has(PARTITION)) {
      throw parsed.wrongUsage("Options group and partition cannot be specified together.");
    }
    return groups.stream().findFirst();
  }

  private static void setOffsetReset(ParsedOptions parsed, Properties properties) {
    String key = ConsumerConfig.AUTO_OFFSET_RESET_CONFIG;
    String reset = properties.getProperty(key);
    if (reset == null) {
      properties.put(key, parsed.has(FROM_BEGINNING) ? "earliest" : "latest");
    } else if (parsed.has(FROM_BEGINNING) && !reset.equals("earliest")) {
      throw new ToolFailure(
          "Can't simultaneously specify --from-beginning and 'auto.offset.reset="
              + reset
              + "', please remove one option");
    }
  }

  private static long offset(ParsedOptions parsed) {
    if (!parsed.has(OFFSET)) {
      return parsed.has(FROM_BEGINNING) ? EARLIEST : LATEST;
    }
    String text = parsed.value(OFFSET);
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "earliest" -> EARLIEST;
      case "latest" -> LATEST;
      default -> recordOffset(parsed, text);
    };
  }

  private static long recordOffset(ParsedOptions parsed, String text) {
    try {
      long offset = Long.parseLong(text);
      if (offset >= 0) {
        return offset;
      }
    } catch (NumberFormatException notANumber) {
      // Told below, in the same words as a negative number.
    }
    throw parsed.wrongUsage(
        "The provided offset value '"
            + text
            + "' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.");
  }

  private static MessageFormatter formatter(ParsedOptions parsed, Terminal terminal) {
    try {
      MessageFormatter formatter = Formatters.named(parsed.value(FORMATTER));
      if (parsed.has(FORMATTER_PROPERTY) && parsed.has(PROPERTY)) {
        refuseTogether(parsed, PROPERTY, FORMATTER_PROPERTY);
      }
      warn(parsed, terminal, PROPERTY, FORMATTER_PROPERTY);
      formatter.configure(formatterSettings(parsed));
      return formatter;
    } catch (ReflectiveOperationException | IOException | ClassCastException e) {
      throw parsed.wrongUsage(String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, String> formatterSettings(ParsedOptions parsed) throws IOException {
    var settings = new HashMap<String, String>();
    Properties file = ClientProperties.load(parsed.valueOrNull(FORMATTER_CONFIG));
    file.forEach((key, value) -> settings.put(key.toString(), value.toString()));
    parsed
        .given(KEY_DESERIALIZER)
        .filter(name -> !name.isEmpty())
        .ifPresent(name -> settings.put("key.deserializer", name));
    parsed
        .given(VALUE_DESERIALIZER)
        .filter(name -> !name.isEmpty())
        .ifPresent(name -> settings.put("value.deserializer", name));
    settings.putAll(
        ClientProperties.ofWords(
            parsed.values(parsed.has(PROPERTY) ? PROPERTY : FORMATTER_PROPERTY)));
    return settings;
  }

  Properties consumerProperties() {
    return consumerProperties;
  }

  Optional<String> topic() {
    return parsed.given(TOPIC);
  }

  /** Present when no topic is. */
  Optional<String> include() {
    return parsed.given(INCLUDE);
  }

  Optional<Integer> partition() {
    return parsed.given(PARTITION);
  }

  long offset() {
    return offset;
  }

  /** Endless without {@code --max-messages}. */
  long maxMessages() {
    int most = parsed.given(MAX_MESSAGES).orElse(-1);
    return most == -1 ? Long.MAX_VALUE : most;
  }

  /** Endless without {@code --timeout-ms}. */
  long timeoutMs() {
    long timeoutMs = parsed.given(TIMEOUT_MS).orElse(-1L);
    return timeoutMs >= 0 ? timeoutMs : Long.MAX_VALUE;
  }

  boolean skipMessageOnError() {
    return parsed.has(SKIP_MESSAGE_ON_ERROR);
  }

  boolean systemTestEvents() {
    return parsed.has(ENABLE_SYSTEST_EVENTS);
  }

  MessageFormatter formatter() {
    return formatter;
  }
}
