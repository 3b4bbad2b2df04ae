package org.stoker.protocol.generator;

import java.util.List;
import org.stoker.protocol.generator.FieldType.ArrayOf;
import org.stoker.protocol.generator.FieldType.Scalar;
import org.stoker.protocol.generator.FieldType.StructOf;

/**
 * Writes the {@code size} method of one struct, and the sizes that tagged fields are prefixed with.
 */
final class SizeMethodWriter {
  private final FieldScope scope;
  private final SourceText out;

  SizeMethodWriter(FieldScope scope, SourceText out) {
    this.scope = scope;
    this.out = out;
  }

  void write() {
    out.blank().line("@Override");
    out.line("public int size(short version) {");
    out.line("requireSupported(version);");
    scope.declareFlexible(out);
    out.line("int size = 0;");
    for (FieldDefinition field : scope.struct().fields()) {
      addUnder(scope.mandatory(field), field);
    }
    addTaggedFields();
    out.line("return size;");
    out.line("}");
  }

  private void addUnder(Condition condition, FieldDefinition field) {
    if (condition.isNever()) {
      return;
    }
    if (!condition.isAlways()) {
      out.line("if (" + condition.expression() + ") {");
    }
    addValue(field, "size");
    if (!condition.isAlways()) {
      out.line("}");
    }
  }

  private void addTaggedFields() {
    Condition flexible = scope.flexible();
    List<FieldDefinition> tagged = scope.struct().taggedFields();
    if (flexible.isNever()) {
      return;
    }
    if (!flexible.isAlways()) {
      out.line("if (flexible) {");
    }
    out.line("int known = 0;");
    for (FieldDefinition field : tagged) {
      Condition sent = scope.tagged(field).and(FieldScope.isNotDefault(field));
      out.line("if (" + sent.expression() + ") {");
      out.line("known++;");
      out.line("int tagSize = 0;");
      addValue(field, "tagSize");
      out.line("size += WireSize.tagged(" + field.tag() + ", tagSize);");
      out.line("}");
    }
    out.line("size += WireSize.unknownTaggedFields(this.unknownTaggedFields, known);");
    if (!flexible.isAlways()) {
      out.line("}");
    }
  }

  /** Adds the size of the field's value to the variable {@code sum}. */
  void addValue(FieldDefinition field, String sum) {
    String value = "this." + field.javaName();
    String flexible = scope.flexibleWord(field);
    switch (field.type()) {
      case Scalar scalar when scalar.isFixedSize() ->
          out.line(sum + " += " + scalar.fixedSize + ";");
      case Scalar scalar -> {
        String name = field.isBuffer() ? "buffer" : lowerFirst(scalar.wireName);
        out.line("%s += WireSize.%s(%s, %s);".formatted(sum, name, value, flexible));
      }
      case StructOf _ -> addStruct(field, value, sum);
      case ArrayOf array when array.element() instanceof StructOf struct ->
          addStructs(field, struct, sum);
      case ArrayOf array when array.element() == Scalar.STRING ->
          out.line("%s += WireSize.strings(%s, %s);".formatted(sum, value, flexible));
      case ArrayOf array ->
          out.line(
              "%s += WireSize.array(%s, %s, %d);"
                  .formatted(sum, value, flexible, ((Scalar) array.element()).fixedSize));
    }
  }

  private void addStruct(FieldDefinition field, String value, String sum) {
    Condition nullable = scope.nullable(field);
    String size = value + ".size(version)";
    if (nullable.isAlways()) {
      size = "1 + (" + value + " == null ? 0 : " + size + ")";
    } else if (!nullable.isNever()) {
      size = "(%s ? 1 : 0) + (%s == null ? 0 : %s)".formatted(nullable.expression(), value, size);
    }
    out.line(sum + " += " + size + ";");
  }

  private void addStructs(FieldDefinition field, StructOf struct, String sum) {
    String value = "this." + field.javaName();
    out.line(
        "%s += WireSize.arrayLength(%s, %s);".formatted(sum, value, scope.flexibleWord(field)));
    out.line("if (" + value + " != null) {");
    out.line("for (" + struct.name() + " element : " + value + ") {");
    out.line(sum + " += element.size(version);");
    out.line("}");
    out.line("}");
  }

  private static String lowerFirst(String name) {
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }
}
