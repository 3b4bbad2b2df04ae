package org.stoker.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolAssignmentJsonConverter;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.ConsumerProtocolSubscriptionJsonConverter;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.record.internal.Record;

/** Shows the records of internal topics as JSON, by their published definitions. */
final class SchemaRecordDecoder {
  private SchemaRecordDecoder() {}

  /** Records whose key begins with the number of their type, and whose value with a version. */
  static RecordDecoder ofCoordinator(String family) throws IOException {
    return new Coordinator(new CoordinatorRecords(family));
  }

  static RecordDecoder ofMetadata() throws IOException {
    return new Metadata(SchemaCatalog.of("metadata"));
  }

  private record Coordinator(CoordinatorRecords records) implements RecordDecoder {
    @Override
    public Decoded decode(Record record) {
      if (!record.hasKey()) {
        throw new ToolFailure(
            "Failed to decode message at offset "
                + record.offset()
                + " using the specified decoder (message had a missing key)");
      }
      ByteBuffer key = record.key();
      try {
        short type = key.getShort();
        ObjectNode keyData = records.key(type, key);
        if (keyData == null) {
          return new Decoded(
              Optional.of(
                  "Unknown record type " + type + " at offset " + record.offset() + ", skipping."),
              Optional.empty());
        }
        ObjectNode keyNode = JsonNodeFactory.instance.objectNode();
        keyNode.put("type", Short.toString(type));
        keyNode.set("data", keyData);
        return new Decoded(Optional.of(keyNode.toString()), Optional.of(value(type, record)));
      } catch (IllegalArgumentException | BufferUnderflowException e) {
        return new Decoded(
            Optional.of("Error at offset " + record.offset() + ", skipping. " + e.getMessage()),
            Optional.empty());
      }
    }

    private String value(short type, Record record) {
      if (!record.hasValue()) {
        return "<DELETE>";
      }
      ByteBuffer bytes = record.value();
      short version = bytes.getShort();
      ObjectNode data = records.value(type, version, bytes);
      if (data.path("protocolType").asText().equals("consumer")) {
        data.path("members").forEach(member -> openConsumerProtocol((ObjectNode) member));
      }
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("version", Short.toString(version));
      node.set("data", data);
      return node.toString();
    }

    /** What a consumer's member carries as bytes is a message of the client's own. */
    private static void openConsumerProtocol(ObjectNode member) {
      open(
          member,
          "subscription",
          (in, version) ->
              ConsumerProtocolSubscriptionJsonConverter.write(
                  new ConsumerProtocolSubscription(in, version), version));
      open(
          member,
          "assignment",
          (in, version) ->
              ConsumerProtocolAssignmentJsonConverter.write(
                  new ConsumerProtocolAssignment(in, version), version));
    }

    private static void open(
        ObjectNode member, String name, BiFunction<Readable, Short, JsonNode> converter) {
      try {
        var in = new ByteBufferAccessor(ByteBuffer.wrap(member.path(name).binaryValue()));
        member.set(name, converter.apply(in, in.readShort()));
      } catch (IOException | RuntimeException notThatProtocol) {
        // The bytes stay as they are: a member may carry anything.
      }
    }
  }

  /** A frame version, the type and its version, each a variable length number, and the message. */
  private record Metadata(SchemaCatalog catalog) implements RecordDecoder {
    @Override
    public Decoded decode(Record record) {
      String text;
      try {
        text = describe(record.value());
      } catch (IllegalArgumentException | BufferUnderflowException e) {
        text = "Error at " + record.offset() + ", skipping. " + e.getMessage();
      }
      return new Decoded(Optional.empty(), Optional.of(text));
    }

    private String describe(ByteBuffer bytes) {
      int frame = SchemaReader.unsignedVarint(bytes);
      short type = (short) SchemaReader.unsignedVarint(bytes);
      short version = (short) SchemaReader.unsignedVarint(bytes);
      JsonNode definition = catalog.definition("metadata", type);
      if (definition == null) {
        throw new IllegalArgumentException("frame " + frame + ", unknown metadata id " + type);
      }
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("type", constantName(definition.get("name").asText()));
      node.put("version", version);
      node.set("data", SchemaReader.read(definition, version, bytes));
      return node.toString();
    }

    private static String constantName(String name) {
      return name.replaceAll("(?<!^)(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
  }
}
