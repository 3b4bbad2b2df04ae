package org.stoker.protocol.generator;

import java.util.Locale;

/** The type of a field as a definition spells it: a scalar, a struct, or an array of either. */
public sealed interface FieldType {
  /** Types that the protocol knows by name, with the Java type that carries each. */
  enum Scalar implements FieldType {
    BOOL("boolean", "Boolean", "Bool", 1),
    INT8("byte", "Byte", "Int8", 1),
    INT16("short", "Short", "Int16", 2),
    UINT16("int", "Integer", "Uint16", 2),
    INT32("int", "Integer", "Int32", 4),
    UINT32("long", "Long", "Uint32", 4),
    INT64("long", "Long", "Int64", 8),
    FLOAT64("double", "Double", "Float64", 8),
    UUID("Uuid", "Uuid", "Uuid", 16),
    STRING("String", "String", "String", 0),
    BYTES("byte[]", "byte[]", "Bytes", 0),
    RECORDS("RecordBytes", "RecordBytes", "Records", 0);

    public final String javaType;
    public final String boxedType;

    /** How the reader's and writer's methods for this type are called. */
    public final String wireName;

    /** Bytes on the wire; 0 where a length comes first. */
    public final int fixedSize;

    Scalar(String javaType, String boxedType, String wireName, int fixedSize) {
      this.javaType = javaType;
      this.boxedType = boxedType;
      this.wireName = wireName;
      this.fixedSize = fixedSize;
    }

    public boolean isFixedSize() {
      return fixedSize > 0;
    }

    public boolean isPrimitive() {
      return isFixedSize() && this != UUID;
    }
  }

  record StructOf(String name) implements FieldType {}

  record ArrayOf(FieldType element) implements FieldType {}

  static FieldType parse(String text) {
    if (text.startsWith("[]")) {
      FieldType element = parse(text.substring(2));
      if (element instanceof ArrayOf) {
        throw new IllegalArgumentException("array of arrays: " + text);
      }
      return new ArrayOf(element);
    }
    for (Scalar scalar : Scalar.values()) {
      if (scalar.name().toLowerCase(Locale.ROOT).equals(text)) {
        return scalar;
      }
    }
    if (!Character.isUpperCase(text.charAt(0))) {
      throw new IllegalArgumentException("unknown type: " + text);
    }
    return new StructOf(text);
  }
}
