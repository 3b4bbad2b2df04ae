package org.stoker.protocol.generator;

import java.util.List;
import java.util.stream.Collectors;
import org.stoker.protocol.generator.FieldType.Scalar;

/** Writes {@code equals}, {@code hashCode} and {@code toString} of one struct. */
final class ObjectMethodsWriter {
  private final StructDefinition struct;
  private final SourceText out;

  ObjectMethodsWriter(StructDefinition struct, SourceText out) {
    this.struct = struct;
    this.out = out;
  }

  void write() {
    equalsMethod();
    hashCodeMethod();
    toStringMethod();
  }

  private void equalsMethod() {
    out.blank().line("@Override");
    out.line("public boolean equals(@Nullable Object object) {");
    out.line("if (!(object instanceof " + struct.name() + " other)) {");
    out.line("return false;").line("}");
    for (FieldDefinition field : struct.fields()) {
      out.line("if (" + differs(field) + ") {").line("return false;").line("}");
    }
    out.line(
        "return UnknownTaggedField.same(this.unknownTaggedFields, other.unknownTaggedFields);");
    out.line("}");
  }

  private static String differs(FieldDefinition field) {
    String mine = "this." + field.javaName();
    String theirs = "other." + field.javaName();
    if (field.type() == Scalar.FLOAT64) {
      return "Double.compare(" + mine + ", " + theirs + ") != 0";
    }
    if (field.type() instanceof Scalar scalar && scalar.isPrimitive()) {
      return mine + " != " + theirs;
    }
    String comparison = isByteArray(field) ? "Arrays" : "Objects";
    return "!" + comparison + ".equals(" + mine + ", " + theirs + ")";
  }

  private void hashCodeMethod() {
    out.blank().line("@Override");
    out.line("public int hashCode() {");
    out.line("int hash = 0;");
    for (FieldDefinition field : struct.fields()) {
      out.line("hash = 31 * hash + " + hash(field) + ";");
    }
    out.line("return hash;");
    out.line("}");
  }

  private static String hash(FieldDefinition field) {
    String value = "this." + field.javaName();
    if (field.type() instanceof Scalar scalar && scalar.isPrimitive()) {
      return scalar.boxedType + ".hashCode(" + value + ")";
    }
    return (isByteArray(field) ? "Arrays" : "Objects") + ".hashCode(" + value + ")";
  }

  /** Bytes show as their number only: some are passwords and tokens, and most are long. */
  private void toStringMethod() {
    out.blank().line("@Override");
    out.line("public String toString() {");
    List<FieldDefinition> fields = struct.fields();
    if (fields.isEmpty()) {
      out.line("return \"" + struct.name() + "()\";").line("}");
      return;
    }
    String parts =
        fields.stream()
            .map(field -> field.javaName() + "=\" + " + shown(field))
            .collect(Collectors.joining("\n+ \", "));
    out.lines("return \"" + struct.name() + "(" + parts + "\n+ \")\";");
    out.line("}");
  }

  private static String shown(FieldDefinition field) {
    String value = "this." + field.javaName();
    boolean isBytes = field.type() == Scalar.BYTES || field.type() == Scalar.RECORDS;
    return isBytes ? "WireSize.describe(" + value + ")" : value;
  }

  private static boolean isByteArray(FieldDefinition field) {
    return field.type() == Scalar.BYTES && !field.zeroCopy();
  }
}
