package org.stoker.broker;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Requests of any API whose arrays have as many elements as one likes, made from Kafka's schemas.
 */
final class HostileArrays {
  // No broker, partition or version that is there.
  private static final byte NUMBER = 77;

  private HostileArrays() {}

  /**
   * A frame without its length.
   *
   * @param outer elements of each array that is in no other
   * @param inner elements of each array that is in one of those; of deeper ones there is one
   */
  static ByteBuffer frame(ApiKeys key, short version, int outer, int inner) {
    Schema schema = key.messageType.requestSchemas()[version];
    Struct body = struct(schema, outer, inner);
    RequestHeaderData header = new RequestHeader(key, version, "hostile", 1).data();
    short headerVersion = key.requestHeaderVersion(version);
    var cache = new ObjectSerializationCache();
    ByteBuffer frame = ByteBuffer.allocate(header.size(cache, headerVersion) + body.sizeOf());
    header.write(new ByteBufferAccessor(frame), cache, headerVersion);
    body.writeTo(frame);
    return frame.flip();
  }

  private static Struct struct(Schema schema, int count, int inner) {
    var struct = new Struct(schema);
    for (BoundField field : schema.fields()) {
      struct.set(field, value(field.def.type, count, inner));
    }
    return struct;
  }

  private static Object value(Type type, int count, int inner) {
    if (type instanceof Schema schema) {
      return struct(schema, count, inner);
    }
    if (type instanceof TaggedFields) {
      return new TreeMap<Integer, Object>();
    }
    if (type.isArray()) {
      var elements = new Object[count];
      Arrays.fill(elements, value(type.arrayElementType().orElseThrow(), inner, 1));
      return elements;
    }
    String name = ((Type.DocumentedType) type).typeName();
    return switch (name) {
      case "BOOLEAN" -> true;
      case "INT8" -> NUMBER;
      case "INT16" -> (short) NUMBER;
      case "UINT16", "INT32", "VARINT" -> (int) NUMBER;
      case "UINT32", "INT64", "VARLONG" -> (long) NUMBER;
      case "FLOAT64" -> (double) NUMBER;
      case "UUID" -> new Uuid(NUMBER, NUMBER);
      default -> {
        if (name.contains("STRING")) {
          yield "x";
        }
        if (name.contains("BYTES")) {
          yield ByteBuffer.allocate(1);
        }
        if (name.contains("RECORDS")) {
          yield MemoryRecords.EMPTY;
        }
        throw new IllegalStateException("a type that is not known here: " + name);
      }
    };
  }
}
