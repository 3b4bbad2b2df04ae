package org.stoker.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.protocol.generator.FieldDefinition;
import org.stoker.protocol.generator.FieldType;
import org.stoker.protocol.generator.FieldType.ArrayOf;
import org.stoker.protocol.generator.FieldType.StructOf;
import org.stoker.protocol.generator.MessageDefinition;
import org.stoker.protocol.generator.StructDefinition;
import org.stoker.records.MemoryRecordBytes;

/**
 * Says a message of ours in the objects that Kafka generated, setter by setter, and asks for its
 * bytes.
 */
final class KafkasWords {
  private final MessageDefinition definition;
  private final Class<?> kafkas;

  KafkasWords(MessageDefinition definition, Class<?> kafkas) {
    this.definition = definition;
    this.kafkas = kafkas;
  }

  org.apache.kafka.common.protocol.Message translate(Message ours) {
    var theirs = (org.apache.kafka.common.protocol.Message) Reflection.create(kafkas);
    copy(ours, theirs, definition.body());
    return theirs;
  }

  org.apache.kafka.common.protocol.Message read(ByteBuffer bytes, short version) {
    var theirs = (org.apache.kafka.common.protocol.Message) Reflection.create(kafkas);
    theirs.read(new ByteBufferAccessor(bytes.duplicate()), version);
    return theirs;
  }

  static ByteBuffer bytes(org.apache.kafka.common.protocol.Message theirs, short version) {
    var cache = new ObjectSerializationCache();
    ByteBuffer bytes = ByteBuffer.allocate(theirs.size(cache, version));
    theirs.write(new ByteBufferAccessor(bytes), cache, version);
    return bytes.flip();
  }

  private void copy(
      Struct ours, org.apache.kafka.common.protocol.Message theirs, StructDefinition struct) {
    for (FieldDefinition field : struct.fields()) {
      Object value = Reflection.get(ours, field.javaName());
      Class<?> wanted =
          Reflection.setter(theirs.getClass(), field.setterName()).getParameterTypes()[0];
      Reflection.set(theirs, field.setterName(), translate(field.type(), value, wanted));
    }
    for (UnknownTaggedField unknown : ours.unknownTaggedFields()) {
      theirs.unknownTaggedFields().add(new RawTaggedField(unknown.tag(), unknown.data()));
    }
  }

  private @Nullable Object translate(FieldType type, @Nullable Object value, Class<?> wanted) {
    return switch (value) {
      case null -> null;
      case Uuid uuid ->
          new org.apache.kafka.common.Uuid(uuid.mostSignificantBits(), uuid.leastSignificantBits());
      case MemoryRecordBytes records -> MemoryRecords.readableRecords(records.buffer());
      case Struct struct -> {
        String name = ((StructOf) type).name();
        var theirs =
            (org.apache.kafka.common.protocol.Message)
                Reflection.create(Reflection.nested(kafkas, name));
        copy(struct, theirs, definition.struct(name));
        yield theirs;
      }
      case List<?> list -> translateAll(((ArrayOf) type).element(), list, wanted);
      default -> value;
    };
  }

  @SuppressWarnings("unchecked") // Kafka's own collections take the elements that its setter names.
  private Collection<Object> translateAll(FieldType element, List<?> list, Class<?> wanted) {
    Collection<Object> theirs =
        wanted == List.class ? new ArrayList<>() : (Collection<Object>) Reflection.create(wanted);
    for (Object value : list) {
      theirs.add(translate(element, value, wanted));
    }
    return theirs;
  }
}
