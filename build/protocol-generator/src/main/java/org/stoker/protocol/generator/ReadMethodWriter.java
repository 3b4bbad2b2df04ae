package org.stoker.protocol.generator;

import java.util.List;
import org.stoker.protocol.generator.FieldType.ArrayOf;
import org.stoker.protocol.generator.FieldType.Scalar;
import org.stoker.protocol.generator.FieldType.StructOf;

/** Writes the {@code read} method of one struct. */
final class ReadMethodWriter {
  private final FieldScope scope;
  private final SourceText out;

  ReadMethodWriter(FieldScope scope, SourceText out) {
    this.scope = scope;
    this.out = out;
  }

  void write() {
    out.blank().line("@Override");
    out.line("public void read(WireReader in, short version) {");
    out.line("requireSupported(version);");
    scope.declareFlexible(out);
    for (FieldDefinition field : scope.struct().fields()) {
      readMandatory(field);
    }
    out.line("this.unknownTaggedFields = null;");
    readTaggedFields();
    out.line("}");
  }

  private void readMandatory(FieldDefinition field) {
    Condition mandatory = scope.mandatory(field);
    String toDefault = "this." + field.javaName() + " = " + FieldScope.defaultValue(field) + ";";
    if (mandatory.isAlways()) {
      readValue(field);
    } else if (mandatory.isNever()) {
      out.line(toDefault);
    } else {
      out.line("if (" + mandatory.expression() + ") {");
      readValue(field);
      out.line("} else {").line(toDefault).line("}");
    }
  }

  private void readTaggedFields() {
    Condition flexible = scope.flexible();
    if (flexible.isNever()) {
      return;
    }
    if (!flexible.isAlways()) {
      out.line("if (flexible) {");
    }
    List<FieldDefinition> tagged = scope.struct().taggedFields();
    if (tagged.isEmpty()) {
      out.line("this.unknownTaggedFields = in.readUnknownTaggedFields();");
    } else {
      readKnownAndUnknown(tagged);
    }
    if (!flexible.isAlways()) {
      out.line("}");
    }
  }

  private void readKnownAndUnknown(List<FieldDefinition> tagged) {
    out.line("int taggedFieldCount = in.readTaggedFieldCount();");
    out.line("for (int t = 0; t < taggedFieldCount; t++) {");
    out.line("int tag = in.readUnsignedVarint();");
    out.line("int tagSize = in.readUnsignedVarint();");
    out.line("switch (tag) {");
    for (FieldDefinition field : tagged) {
      readTagged(field);
    }
    out.line("default -> {");
    out.line("this.unknownTaggedFields =");
    out.line("    in.readUnknownTaggedField(this.unknownTaggedFields, tag, tagSize);");
    out.line("}").line("}").line("}");
  }

  private void readTagged(FieldDefinition field) {
    Condition tagged = scope.tagged(field).and(Condition.ALWAYS);
    out.line("case " + field.tag() + " -> {");
    if (!tagged.isAlways()) {
      out.line("if (" + tagged.not().expression() + ") {");
      out.line("throw WireReader.tagNotInVersion(\"" + field.javaName() + "\", version);");
      out.line("}");
    }
    readValue(field, "in.readUnsignedVarint() <= 0");
    out.line("}");
  }

  private void readValue(FieldDefinition field) {
    readValue(field, "in.readInt8() < 0");
  }

  /** A nullable struct begins with a mark, one kind in its place and another under a tag. */
  private void readValue(FieldDefinition field, String structIsNull) {
    String target = "this." + field.javaName();
    switch (field.type()) {
      case Scalar scalar -> out.line(target + " = " + readScalar(field, scalar) + ";");
      case StructOf struct -> readStruct(field, struct, target, structIsNull);
      case ArrayOf array when array.element() instanceof StructOf struct ->
          readStructs(field, struct, target);
      case ArrayOf array -> {
        String method = "read%s" + ((Scalar) array.element()).wireName + "s";
        out.line(target + " = " + readByNullability(field, method) + ";");
      }
    }
  }

  private String readScalar(FieldDefinition field, Scalar scalar) {
    if (scalar.isFixedSize()) {
      return "in.read" + scalar.wireName + "()";
    }
    return readByNullability(field, "read%s" + (field.isBuffer() ? "Buffer" : scalar.wireName));
  }

  private String readByNullability(FieldDefinition field, String method) {
    String arguments = "(\"" + field.javaName() + "\", " + scope.flexibleWord(field) + ")";
    String plain = "in." + method.formatted("") + arguments;
    String nullable = "in." + method.formatted("Nullable") + arguments;
    return choose(scope.nullable(field), nullable, plain);
  }

  private static String choose(Condition condition, String then, String otherwise) {
    if (condition.isAlways()) {
      return then;
    }
    return condition.isNever()
        ? otherwise
        : condition.expression() + " ? " + then + " : " + otherwise;
  }

  private void readStruct(
      FieldDefinition field, StructOf struct, String target, String structIsNull) {
    String read = "new " + struct.name() + "(in, version)";
    Condition isNull = scope.nullable(field).and(new Condition(structIsNull));
    out.line(target + " = " + choose(isNull, "null", read) + ";");
  }

  private void readStructs(FieldDefinition field, StructOf struct, String target) {
    Condition nullable = scope.nullable(field);
    StructDefinition element = scope.message().struct(struct.name());
    String arguments =
        "(\"%s\", %s, %d, %d)"
            .formatted(
                field.javaName(),
                scope.flexibleWord(field),
                scope.minimumSize(element),
                scope.heapSize(element));
    String count =
        choose(
            nullable, "in.readNullableArrayLength" + arguments, "in.readArrayLength" + arguments);
    out.line("{");
    out.line("int count = " + count + ";");
    if (!nullable.isNever()) {
      out.line("if (count < 0) {").line(target + " = null;").line("} else {");
    }
    out.line(
        "List<%s> elements = new ArrayList<>(WireReader.firstCapacity(count));"
            .formatted(struct.name()));
    out.line("for (int i = 0; i < count; i++) {");
    out.line("elements.add(new " + struct.name() + "(in, version));");
    out.line("}");
    out.line(target + " = elements;");
    if (!nullable.isNever()) {
      out.line("}");
    }
    out.line("}");
  }
}
