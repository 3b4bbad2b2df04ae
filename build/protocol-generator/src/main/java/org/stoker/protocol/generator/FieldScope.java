package org.stoker.protocol.generator;

import org.stoker.protocol.generator.FieldType.ArrayOf;
import org.stoker.protocol.generator.FieldType.Scalar;
import org.stoker.protocol.generator.FieldType.StructOf;

/**
 * What the methods of one generated struct have in common: its versions and the words for its
 * fields.
 */
record FieldScope(MessageDefinition message, StructDefinition struct) {
  private static final int OBJECT_HEAP_BYTES = 24;
  private static final int UUID_HEAP_BYTES = 40;
  private static final int LIST_HEAP_BYTES = 48;

  Versions possible() {
    return struct.versions();
  }

  Condition flexible() {
    return message.flexibleVersions().among(possible());
  }

  /** The word for "is this version flexible" in the code of this field. */
  String flexibleWord(FieldDefinition field) {
    Versions own = field.ownFlexibleVersions();
    if (own == null) {
      return flexibleWord();
    }
    Condition condition = own.among(possible());
    return condition.equals(flexible()) ? flexibleWord() : condition.expression();
  }

  String flexibleWord() {
    Condition flexible = flexible();
    return flexible.isAlways() || flexible.isNever() ? flexible.expression() : "flexible";
  }

  void declareFlexible(SourceText out) {
    if (flexibleWord().equals("flexible")) {
      out.line("boolean flexible = " + flexible().expression() + ";");
    }
  }

  Condition mandatory(FieldDefinition field) {
    return field.mandatoryVersions().among(possible());
  }

  Condition tagged(FieldDefinition field) {
    return field.taggedVersions().among(possible());
  }

  /** Nullable among the versions that have the field at all. */
  Condition nullable(FieldDefinition field) {
    return field.nullableVersions().among(field.versions().intersect(possible()));
  }

  String javaType(FieldDefinition field) {
    String type = javaType(field.type(), field.isBuffer());
    if (!field.isNullable()) {
      return type;
    }
    return type.equals("byte[]") ? "byte @Nullable []" : "@Nullable " + type;
  }

  private static String javaType(FieldType type, boolean isBuffer) {
    return switch (type) {
      case Scalar scalar -> isBuffer ? "ByteBuffer" : scalar.javaType;
      case StructOf struct -> struct.name();
      case ArrayOf array -> "List<" + elementType(array) + ">";
    };
  }

  static String elementType(ArrayOf array) {
    return switch (array.element()) {
      case Scalar scalar -> scalar.boxedType;
      case StructOf struct -> struct.name();
      case ArrayOf inner -> throw new IllegalArgumentException("array of arrays: " + inner);
    };
  }

  static String defaultValue(FieldDefinition field) {
    if (field.defaultsToNull()) {
      return "null";
    }
    return switch (field.type()) {
      case Scalar scalar -> scalarDefault(scalar, field);
      case StructOf struct -> "new " + struct.name() + "()";
      case ArrayOf _ -> "new ArrayList<>(0)";
    };
  }

  private static String scalarDefault(Scalar scalar, FieldDefinition field) {
    String text = field.defaultText();
    return switch (scalar) {
      case BOOL -> text.isEmpty() ? "false" : Boolean.valueOf(text).toString();
      case INT8 -> "(byte) " + integer(text);
      case INT16 -> "(short) " + integer(text);
      case UINT16, INT32 -> Integer.toString((int) integer(text));
      case UINT32, INT64 -> integer(text) + "L";
      case FLOAT64 -> Double.toString(text.isEmpty() ? 0 : Double.parseDouble(text));
      case UUID -> "Uuid.ZERO";
      case STRING -> "\"" + text + "\"";
      case BYTES -> field.isBuffer() ? "WireReader.NO_BUFFER" : "WireReader.NO_BYTES";
      case RECORDS -> "null";
    };
  }

  private static long integer(String text) {
    return text.isEmpty() ? 0 : Long.decode(text);
  }

  /** The condition under which the field must not be left out. */
  static Condition isNotDefault(FieldDefinition field) {
    String value = "this." + field.javaName();
    if (field.defaultsToNull()) {
      return new Condition(value + " != null");
    }
    String differs =
        switch (field.type()) {
          case Scalar scalar -> scalarDiffers(scalar, field, value);
          case StructOf struct -> "!" + value + ".equals(new " + struct.name() + "())";
          case ArrayOf _ -> "!" + value + ".isEmpty()";
        };
    return new Condition(field.isNullable() ? value + " == null || " + differs : differs);
  }

  private static String scalarDiffers(Scalar scalar, FieldDefinition field, String value) {
    String unless = scalarDefault(scalar, field);
    return switch (scalar) {
      case BOOL -> unless.equals("true") ? "!" + value : value;
      case STRING ->
          field.defaultText().isEmpty()
              ? "!" + value + ".isEmpty()"
              : "!" + value + ".equals(" + unless + ")";
      case UUID -> "!" + value + ".equals(" + unless + ")";
      case BYTES -> field.isBuffer() ? value + ".hasRemaining()" : value + ".length != 0";
      case RECORDS -> throw new IllegalArgumentException("records default to null");
      case INT8, INT16, UINT16, INT32, UINT32, INT64, FLOAT64 -> value + " != " + unless;
    };
  }

  /**
   * The fewest bytes that one such struct takes in any version of it; an array's length is checked
   * by it.
   */
  int minimumSize(StructDefinition nested) {
    int minimum = Integer.MAX_VALUE;
    for (int version = nested.versions().lowest();
        version <= nested.versions().highest();
        version++) {
      minimum = Math.min(minimum, minimumSize(nested, version));
    }
    return Math.max(1, minimum == Integer.MAX_VALUE ? 1 : minimum);
  }

  /** About how much of the heap an object of the struct takes, with its empty lists. */
  int heapSize(StructDefinition nested) {
    int size = OBJECT_HEAP_BYTES;
    for (FieldDefinition field : nested.fields()) {
      size +=
          switch (field.type()) {
            case Scalar scalar -> scalar == Scalar.UUID ? UUID_HEAP_BYTES : Long.BYTES;
            case StructOf inner -> heapSize(message.struct(inner.name()));
            case ArrayOf _ -> LIST_HEAP_BYTES;
          };
    }
    return size;
  }

  private int minimumSize(StructDefinition nested, int version) {
    boolean isFlexible = message.flexibleVersions().contains(version);
    int size = isFlexible ? 1 : 0;
    for (FieldDefinition field : nested.fields()) {
      if (field.mandatoryVersions().contains(version)) {
        size += minimumSize(field, version, isFlexible);
      }
    }
    return size;
  }

  private int minimumSize(FieldDefinition field, int version, boolean isFlexible) {
    Versions own = field.ownFlexibleVersions();
    boolean compact = own == null ? isFlexible : own.contains(version);
    return switch (field.type()) {
      case Scalar scalar -> {
        int lengthSize = scalar == Scalar.STRING ? 2 : 4;
        yield scalar.isFixedSize() ? scalar.fixedSize : compact ? 1 : lengthSize;
      }
      case StructOf inner ->
          field.nullableVersions().contains(version)
              ? 1
              : minimumSize(message.struct(inner.name()), version);
      case ArrayOf _ -> compact ? 1 : 4;
    };
  }
}
