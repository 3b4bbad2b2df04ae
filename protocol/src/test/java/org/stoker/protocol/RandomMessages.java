package org.stoker.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.protocol.generator.FieldDefinition;
import org.stoker.protocol.generator.FieldType;
import org.stoker.protocol.generator.FieldType.ArrayOf;
import org.stoker.protocol.generator.FieldType.Scalar;
import org.stoker.protocol.generator.FieldType.StructOf;
import org.stoker.protocol.generator.MessageDefinition;
import org.stoker.protocol.generator.StructDefinition;
import org.stoker.records.MemoryRecordBytes;

/** Fills messages with random values that one version can carry. */
final class RandomMessages {
  private static final String[] STRINGS = {
    "", "a", "orders", "grüße", "日本語", "\uD83D\uDE80 rocket", "with \u0000 inside", "x".repeat(130)
  };

  private final RandomGenerator random;
  private final MessageDefinition definition;
  private final Class<?> outer;
  private final short version;

  /** Whether fields that the version lacks, and may silently drop, are filled as well. */
  private final boolean alsoIgnorable;

  RandomMessages(
      RandomGenerator random,
      MessageDefinition definition,
      Class<?> outer,
      short version,
      boolean alsoIgnorable) {
    this.random = random;
    this.definition = definition;
    this.outer = outer;
    this.version = version;
    this.alsoIgnorable = alsoIgnorable;
  }

  Message next() {
    Message message = (Message) Reflection.create(outer);
    fill(message, definition.body());
    return message;
  }

  private void fill(Struct target, StructDefinition struct) {
    for (FieldDefinition field : struct.fields()) {
      boolean isCarried = field.versions().contains(version);
      boolean isLeftOut = field.isTagged() && random.nextInt(3) == 0;
      if ((isCarried || (alsoIgnorable && field.ignorable())) && !isLeftOut) {
        Reflection.set(target, field.setterName(), value(field));
      }
    }
    if (definition.flexibleVersions().contains(version) && random.nextInt(4) == 0) {
      addUnknownTaggedFields(target, struct);
    }
  }

  private void addUnknownTaggedFields(Struct target, StructDefinition struct) {
    Set<Integer> known =
        struct.taggedFields().stream().map(FieldDefinition::tag).collect(Collectors.toSet());
    Set<Integer> tags = new TreeSet<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      tags.add(random.nextBoolean() ? random.nextInt(8) : random.nextInt(1_000_000));
    }
    tags.removeAll(known);
    for (int tag : tags) {
      target.unknownTaggedFields().add(new UnknownTaggedField(tag, bytes()));
    }
  }

  private @Nullable Object value(FieldDefinition field) {
    if (field.nullableVersions().contains(version) && random.nextInt(4) == 0) {
      return null;
    }
    if (field.type() == Scalar.BYTES && field.zeroCopy()) {
      return ByteBuffer.wrap(bytes());
    }
    if (field.type() instanceof ArrayOf array) {
      List<Object> list = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        list.add(element(array.element()));
      }
      return list;
    }
    return element(field.type());
  }

  private Object element(FieldType type) {
    return switch (type) {
      case Scalar scalar -> scalar(scalar);
      case StructOf struct -> {
        Struct nested = (Struct) Reflection.create(Reflection.nested(outer, struct.name()));
        fill(nested, definition.struct(struct.name()));
        yield nested;
      }
      case ArrayOf array -> throw new IllegalArgumentException("array of arrays: " + array);
    };
  }

  private Object scalar(Scalar scalar) {
    return switch (scalar) {
      case BOOL -> random.nextBoolean();
      case INT8 -> (byte) number();
      case INT16 -> (short) number();
      case UINT16 -> (int) number() & 0xffff;
      case INT32 -> (int) number();
      case UINT32 -> number() & 0xffff_ffffL;
      case INT64 -> number();
      case FLOAT64 -> random.nextGaussian();
      case UUID -> new Uuid(number(), random.nextLong());
      case STRING -> STRINGS[random.nextInt(STRINGS.length)];
      case BYTES -> bytes();
      case RECORDS -> new MemoryRecordBytes(ByteBuffer.wrap(bytes()));
    };
  }

  /** Small ones and the ends of the range more often than chance would have it. */
  private long number() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(-2, 3);
      case 1 -> random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
      default -> random.nextLong();
    };
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(3) == 0 ? 0 : random.nextInt(200)];
    random.nextBytes(bytes);
    return bytes;
  }
}
