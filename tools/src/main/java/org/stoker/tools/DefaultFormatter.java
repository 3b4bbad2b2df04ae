package org.stoker.tools;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.MessageFormatter;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Prints a record as columns: timestamp, partition, offset, delivery, epoch, headers, key, value,
 * as far as they are wanted.
 */
final class DefaultFormatter implements MessageFormatter {
  private boolean printTimestamp;
  private boolean printPartition;
  private boolean printOffset;
  private boolean printDelivery;
  private boolean printEpoch;
  private boolean printHeaders;
  private boolean printKey;
  private boolean printValue = true;
  private byte[] keySeparator = utf8("\t");
  private byte[] lineSeparator = utf8("\n");
  private byte[] headersSeparator = utf8(",");
  private byte[] nullLiteral = utf8("null");
  private @Nullable Deserializer<?> keyDeserializer;
  private @Nullable Deserializer<?> valueDeserializer;
  private @Nullable Deserializer<?> headersDeserializer;

  @Override
  public void configure(Map<String, ?> settings) {
    printTimestamp = isTrue(settings, "print.timestamp", printTimestamp);
    printPartition = isTrue(settings, "print.partition", printPartition);
    printOffset = isTrue(settings, "print.offset", printOffset);
    printDelivery = isTrue(settings, "print.delivery", printDelivery);
    printEpoch = isTrue(settings, "print.epoch", printEpoch);
    printHeaders = isTrue(settings, "print.headers", printHeaders);
    printKey = isTrue(settings, "print.key", printKey);
    printValue = isTrue(settings, "print.value", printValue);
    keySeparator = bytes(settings, "key.separator", keySeparator);
    lineSeparator = bytes(settings, "line.separator", lineSeparator);
    headersSeparator = bytes(settings, "headers.separator", headersSeparator);
    nullLiteral = bytes(settings, "null.literal", nullLiteral);
    keyDeserializer = deserializer(settings, "key.deserializer", true);
    valueDeserializer = deserializer(settings, "value.deserializer", false);
    headersDeserializer = deserializer(settings, "headers.deserializer", false);
  }

  private static boolean isTrue(Map<String, ?> settings, String key, boolean otherwise) {
    Object value = settings.get(key);
    return value == null ? otherwise : value.toString().strip().equalsIgnoreCase("true");
  }

  private static byte[] bytes(Map<String, ?> settings, String key, byte[] otherwise) {
    Object value = settings.get(key);
    return value == null ? otherwise : utf8(value.toString());
  }

  private static @Nullable Deserializer<?> deserializer(
      Map<String, ?> settings, String key, boolean ofKeys) {
    Object name = settings.get(key);
    if (name == null) {
      return null;
    }
    try {
      Deserializer<?> deserializer =
          Class.forName(name.toString())
              .asSubclass(Deserializer.class)
              .getDeclaredConstructor()
              .newInstance();
      deserializer.configure(settingsBelow(key + ".", settings), ofKeys);
      return deserializer;
    } catch (ReflectiveOperationException | RuntimeException e) {
      LoggerFactory.getLogger(DefaultFormatter.class)
          .error("Unable to instantiate a deserializer from {}: {}", name, e.toString());
      return null;
    }
  }

  private static Map<String, ?> settingsBelow(String prefix, Map<String, ?> settings) {
    var below = new HashMap<String, Object>();
    settings.forEach((key, value) -> {
      if (key.startsWith(prefix) && key.length() > prefix.length()) {
        below.put(key.substring(prefix.length()), value);
      }
    });
    return below;
  }

  @Override
  public void writeTo(ConsumerRecord<byte[], byte[]> record, PrintStream out) {
    var columns = new Columns(out);
    if (printTimestamp) {
      columns.next().print(timestamp(record));
    }
    if (printPartition) {
      columns.next().print("Partition:" + record.partition());
    }
    if (printOffset) {
      columns.next().print("Offset:" + record.offset());
    }
    if (printDelivery) {
      columns
          .next()
          .print(record.deliveryCount().map(n -> "Delivery:" + n).orElse("Delivery:NOT_PRESENT"));
    }
    if (printEpoch) {
      columns.next().print(record.leaderEpoch().map(n -> "Epoch:" + n).orElse("Epoch:NOT_PRESENT"));
    }
    if (printHeaders) {
      columns.next();
      writeHeaders(record, out);
    }
    if (printKey) {
      columns.next().writeBytes(text(keyDeserializer, record, record.key()));
    }
    if (printValue) {
      columns.next().writeBytes(text(valueDeserializer, record, record.value()));
    }
    if (columns.started) {
      out.writeBytes(lineSeparator);
    }
  }

  /** Puts the separator between columns, and none before the first. */
  private final class Columns {
    private final PrintStream out;
    private boolean started;

    Columns(PrintStream out) {
      this.out = out;
    }

    PrintStream next() {
      if (started) {
        out.writeBytes(keySeparator);
      }
      started = true;
      return out;
    }
  }

  private static String timestamp(ConsumerRecord<byte[], byte[]> record) {
    return record.timestampType() == TimestampType.NO_TIMESTAMP_TYPE
        ? "NO_TIMESTAMP"
        : record.timestampType() + ":" + record.timestamp();
  }

  private void writeHeaders(ConsumerRecord<byte[], byte[]> record, PrintStream out) {
    Headers headers = record.headers();
    boolean first = true;
    for (Header header : headers) {
      if (!first) {
        out.writeBytes(headersSeparator);
      }
      first = false;
      out.print(header.key() + ":");
      out.writeBytes(text(headersDeserializer, record, header.value()));
    }
    if (first) {
      out.print("NO_HEADERS");
    }
  }

  /** A deserializer sees the literal for null, not null, as in Kafka's own formatter. */
  private byte[] text(
      @Nullable Deserializer<?> deserializer,
      ConsumerRecord<byte[], byte[]> record,
      byte @Nullable [] bytes) {
    byte[] present = bytes == null ? nullLiteral : bytes;
    if (deserializer == null) {
      return present;
    }
    return utf8(
        String.valueOf(deserializer.deserialize(record.topic(), record.headers(), present)));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
