package org.stoker.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ShortNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * Reads bytes by a published message definition and gives them back as JSON.
 *
 * <p>Interpreting the definition keeps every version of every internal record readable without
 * generated code, and without Kafka's server jars on the class path of the tools.
 */
final class SchemaReader {
  private static final int NULL = -1;

  private final ByteBuffer bytes;
  private final short version;
  private final String flexibleVersions;
  private final Map<String, JsonNode> structs = new HashMap<>();

  private SchemaReader(JsonNode definition, short version, ByteBuffer bytes) {
    this.bytes = bytes;
    this.version = version;
    this.flexibleVersions = definition.path("flexibleVersions").asText("none");
    for (JsonNode struct : definition.path("commonStructs")) {
      structs.put(struct.get("name").asText(), struct.get("fields"));
    }
  }

  static ObjectNode read(JsonNode definition, short version, ByteBuffer bytes) {
    if (!covers(definition.get("validVersions").asText(), version)) {
      throw new IllegalArgumentException(
          "Can't read version " + version + " of " + definition.get("name").asText());
    }
    return new SchemaReader(definition, version, bytes).struct(definition.get("fields"));
  }

  /** Ranges are written {@code 3}, {@code 1-4}, {@code 2+} or {@code none}. */
  static boolean covers(String versions, short version) {
    if (versions.equals("none") || versions.isEmpty()) {
      return false;
    }
    int dash = versions.indexOf('-');
    if (versions.endsWith("+")) {
      return version >= Short.parseShort(versions.substring(0, versions.length() - 1));
    }
    if (dash > 0) {
      return version >= Short.parseShort(versions.substring(0, dash))
          && version <= Short.parseShort(versions.substring(dash + 1));
    }
    return version == Short.parseShort(versions);
  }

  private boolean covers(JsonNode field, String range, String otherwise) {
    return covers(field.path(range).asText(otherwise), version);
  }

  private boolean isFlexible(JsonNode field) {
    return covers(field.path("flexibleVersions").asText(flexibleVersions), version);
  }

  private ObjectNode struct(JsonNode fields) {
    var values = new HashMap<String, JsonNode>();
    var tagged = new HashMap<Integer, JsonNode>();
    for (JsonNode field : fields) {
      if (covers(field, "taggedVersions", "none")) {
        tagged.put(field.get("tag").asInt(), field);
      } else if (covers(field, "versions", "none")) {
        values.put(nameOf(field), value(field));
      }
    }
    if (covers(flexibleVersions, version)) {
      readTagged(values, tagged);
    }
    // Shown in the order of the definition, although tagged fields come last in the bytes.
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    for (JsonNode field : fields) {
      JsonNode value = values.get(nameOf(field));
      if (value != null) {
        node.set(nameOf(field), value);
      }
    }
    return node;
  }

  private static String nameOf(JsonNode field) {
    String name = field.get("name").asText();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  /** A tagged field that is absent has its default, and is not shown. */
  private void readTagged(Map<String, JsonNode> values, Map<Integer, JsonNode> known) {
    int count = unsignedVarint();
    for (int i = 0; i < count; i++) {
      int tag = unsignedVarint();
      int size = unsignedVarint();
      int end = bytes.position() + size;
      JsonNode field = known.get(tag);
      if (field != null) {
        values.put(nameOf(field), value(field));
      }
      bytes.position(end);
    }
  }

  private JsonNode value(JsonNode field) {
    String type = field.get("type").asText();
    if (type.startsWith("[]")) {
      return array(field, type.substring(2));
    }
    boolean isStruct = Character.isUpperCase(type.charAt(0));
    // One byte before a struct that may be absent: 1 for present; for absent −1, or 0 in a tag.
    if (isStruct && covers(field, "nullableVersions", "none") && bytes.get() <= 0) {
      return NullNode.instance;
    }
    return element(field, type);
  }

  private JsonNode array(JsonNode field, String elementType) {
    int count = isFlexible(field) ? unsignedVarint() - 1 : bytes.getInt();
    if (count == NULL) {
      return NullNode.instance;
    }
    if (count > bytes.remaining()) {
      throw new IllegalArgumentException(
          "an array of " + count + " elements in " + bytes.remaining() + " bytes");
    }
    ArrayNode node = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < count; i++) {
      node.add(element(field, elementType));
    }
    return node;
  }

  private JsonNode element(JsonNode field, String type) {
    return switch (type) {
      case "bool" -> BooleanNode.valueOf(bytes.get() != 0);
      case "int8" -> ShortNode.valueOf(bytes.get());
      case "int16" -> ShortNode.valueOf(bytes.getShort());
      case "uint16" -> IntNode.valueOf(Short.toUnsignedInt(bytes.getShort()));
      case "int32" -> IntNode.valueOf(bytes.getInt());
      case "uint32" -> LongNode.valueOf(Integer.toUnsignedLong(bytes.getInt()));
      case "int64" -> LongNode.valueOf(bytes.getLong());
      case "float64" -> DoubleNode.valueOf(bytes.getDouble());
      case "uuid" -> TextNode.valueOf(new Uuid(bytes.getLong(), bytes.getLong()).toString());
      case "string" -> {
        int size = isFlexible(field) ? unsignedVarint() - 1 : bytes.getShort();
        yield size == NULL
            ? NullNode.instance
            : TextNode.valueOf(new String(take(size), StandardCharsets.UTF_8));
      }
      case "bytes", "records" -> {
        int size = isFlexible(field) ? unsignedVarint() - 1 : bytes.getInt();
        yield size == NULL ? NullNode.instance : BinaryNode.valueOf(take(size));
      }
      default -> struct(field.has("fields") ? field.get("fields") : commonStruct(type));
    };
  }

  private JsonNode commonStruct(String type) {
    JsonNode fields = structs.get(type);
    if (fields == null) {
      throw new IllegalArgumentException("no definition of " + type);
    }
    return fields;
  }

  private byte[] take(int size) {
    if (size < 0 || size > bytes.remaining()) {
      throw new IllegalArgumentException(
          size + " bytes where only " + bytes.remaining() + " are left");
    }
    var taken = new byte[size];
    bytes.get(taken);
    return taken;
  }

  private int unsignedVarint() {
    return unsignedVarint(bytes);
  }

  static int unsignedVarint(ByteBuffer bytes) {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a variable length number of more than five bytes");
  }
}
