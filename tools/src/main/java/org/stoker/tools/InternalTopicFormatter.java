package org.stoker.tools;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.MessageFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Prints what coordinators keep in their topics as JSON, and passes over what it was not asked for.
 * Kafka puts nothing between two records, so nothing is here.
 */
final class InternalTopicFormatter implements MessageFormatter {
  private final CoordinatorRecords records;
  private final IntPredicate wanted;

  InternalTopicFormatter(String family, IntPredicate wanted) throws IOException {
    this.records = new CoordinatorRecords(family);
    this.wanted = wanted;
  }

  @Override
  public void writeTo(ConsumerRecord<byte[], byte[]> record, PrintStream out) {
    byte[] key = record.key();
    if (key == null) {
      return;
    }
    try {
      String text = describe(ByteBuffer.wrap(key), record.value());
      if (text != null) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "Could not read record at offset " + record.offset() + " due to: " + e.getMessage(), e);
    }
  }

  /** Null if nobody asked for such records. */
  private @Nullable String describe(ByteBuffer key, byte @Nullable [] value) {
    short type = number(key, "key");
    ObjectNode keyData = readable("key", type, () -> records.key(type, key));
    if (keyData == null) {
      return null;
    }
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.putObject("key").put("type", type).set("data", keyData);
    if (value == null) {
      node.putNull("value");
    } else {
      ByteBuffer bytes = ByteBuffer.wrap(value);
      short version = number(bytes, "value");
      if (!records.knows(type, version)) {
        throw new IllegalArgumentException(
            "Found an unknown record version " + version + " for " + type + " type.");
      }
      ObjectNode valueData = readable("value", version, () -> records.value(type, version, bytes));
      node.putObject("value").put("version", version).set("data", valueData);
    }
    return wanted.test(type) ? node.toString() : null;
  }

  private static short number(ByteBuffer bytes, String part) {
    try {
      return bytes.getShort();
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("Could not read version from " + part + "'s buffer.", e);
    }
  }

  private interface Reading {
    @Nullable ObjectNode read();
  }

  private static @Nullable ObjectNode readable(String part, short number, Reading reading) {
    try {
      return reading.read();
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw new IllegalArgumentException(
          "Could not read record with version "
              + number
              + " from "
              + part
              + "'s buffer due to: "
              + e.getMessage()
              + ".",
          e);
    }
  }
}
