package org.stoker.protocol.generator;

import java.util.List;
import org.stoker.protocol.generator.FieldType.ArrayOf;
import org.stoker.protocol.generator.FieldType.Scalar;
import org.stoker.protocol.generator.FieldType.StructOf;

/** Writes the {@code write} method of one struct. */
final class WriteMethodWriter {
  private final FieldScope scope;
  private final SourceText out;

  WriteMethodWriter(FieldScope scope, SourceText out) {
    this.scope = scope;
    this.out = out;
  }

  void write() {
    out.blank().line("@Override");
    out.line("public void write(WireWriter out, short version) {");
    out.line("requireSupported(version);");
    scope.declareFlexible(out);
    for (FieldDefinition field : scope.struct().fields()) {
      refuseWhatWouldBeLost(field);
      writeMandatory(field);
    }
    writeTaggedFields();
    out.line("}");
  }

  /**
   * A value that this version has no place for is an error, unless the definition calls it
   * ignorable.
   */
  private void refuseWhatWouldBeLost(FieldDefinition field) {
    Condition absent = field.versions().among(scope.possible()).not();
    if (field.ignorable() || absent.isNever()) {
      return;
    }
    out.line("if (" + absent.and(FieldScope.isNotDefault(field)).expression() + ") {");
    out.line(
        "throw UnsupportedVersionException.field(\"%s\", \"%s\", version);"
            .formatted(scope.struct().name(), field.javaName()));
    out.line("}");
  }

  private void writeMandatory(FieldDefinition field) {
    Condition mandatory = scope.mandatory(field);
    if (mandatory.isNever()) {
      return;
    }
    if (!mandatory.isAlways()) {
      out.line("if (" + mandatory.expression() + ") {");
    }
    writeValue(field);
    if (!mandatory.isAlways()) {
      out.line("}");
    }
  }

  private void writeTaggedFields() {
    Condition flexible = scope.flexible();
    List<FieldDefinition> tagged = scope.struct().taggedFields();
    if (flexible.isNever()) {
      out.line("UnknownTaggedField.requireNone(this.unknownTaggedFields, version);");
      return;
    }
    if (!flexible.isAlways()) {
      out.line("if (flexible) {");
    }
    if (tagged.isEmpty()) {
      out.line("out.writeUnknownTaggedFields(this.unknownTaggedFields);");
    } else {
      writeKnownAndUnknown(tagged);
    }
    if (!flexible.isAlways()) {
      out.line("} else {");
      out.line("UnknownTaggedField.requireNone(this.unknownTaggedFields, version);");
      out.line("}");
    }
  }

  private void writeKnownAndUnknown(List<FieldDefinition> tagged) {
    out.line("int known = 0;");
    for (FieldDefinition field : tagged) {
      out.line("if (" + isSent(field) + ") {").line("known++;").line("}");
    }
    out.line("out.writeTaggedFieldCount(known, this.unknownTaggedFields);");
    out.line("int next = 0;");
    for (FieldDefinition field : tagged) {
      out.line("if (" + isSent(field) + ") {");
      out.line(
          "next = out.writeUnknownTaggedFieldsBefore(this.unknownTaggedFields, next, %d);"
              .formatted(field.tag()));
      out.line("out.writeUnsignedVarint(" + field.tag() + ");");
      out.line("int tagSize = 0;");
      new SizeMethodWriter(scope, out).addValue(field, "tagSize");
      out.line("out.writeUnsignedVarint(tagSize);");
      writeValue(field, "out.writeUnsignedVarint(%d);", 0);
      out.line("}");
    }
    out.line("out.writeUnknownTaggedFieldsFrom(this.unknownTaggedFields, next);");
  }

  private String isSent(FieldDefinition field) {
    return scope.tagged(field).and(FieldScope.isNotDefault(field)).expression();
  }

  private void writeValue(FieldDefinition field) {
    writeValue(field, "out.writeInt8((byte) %d);", -1);
  }

  /** A nullable struct begins with a mark, one kind in its place and another under a tag. */
  private void writeValue(FieldDefinition field, String writeMark, int nullMark) {
    refuseNull(field);
    String value = "this." + field.javaName();
    switch (field.type()) {
      case Scalar scalar -> out.line(writeScalar(field, scalar, value));
      case StructOf _ -> writeStruct(field, value, writeMark, nullMark);
      case ArrayOf array when array.element() instanceof StructOf struct ->
          writeStructs(field, struct, value);
      case ArrayOf array ->
          out.line(
              "out.write%ss(%s, %s);"
                  .formatted(
                      ((Scalar) array.element()).wireName, value, scope.flexibleWord(field)));
    }
  }

  /** Null has no bytes in this version; the writer itself accepts null everywhere. */
  private void refuseNull(FieldDefinition field) {
    boolean isReference = !(field.type() instanceof Scalar scalar && scalar.isPrimitive());
    Condition nullable = scope.nullable(field);
    if (isReference && !nullable.isAlways()) {
      Condition isNull = new Condition("this." + field.javaName() + " == null");
      out.line("if (" + nullable.not().and(isNull).expression() + ") {");
      out.line(
          "throw UnsupportedVersionException.nullField(\"%s\", \"%s\", version);"
              .formatted(scope.struct().name(), field.javaName()));
      out.line("}");
    }
  }

  private String writeScalar(FieldDefinition field, Scalar scalar, String value) {
    if (scalar.isFixedSize()) {
      return "out.write" + scalar.wireName + "(" + value + ");";
    }
    String name = field.isBuffer() ? "Buffer" : scalar.wireName;
    return "out.write%s(%s, %s);".formatted(name, value, scope.flexibleWord(field));
  }

  private void writeStruct(FieldDefinition field, String value, String writeMark, int nullMark) {
    Condition nullable = scope.nullable(field);
    if (nullable.isNever()) {
      out.line(value + ".write(out, version);");
      return;
    }
    out.line("if (" + value + " == null) {");
    out.line(writeMark.formatted(nullMark));
    out.line("} else {");
    if (!nullable.isAlways()) {
      out.line("if (" + nullable.expression() + ") {");
    }
    out.line(writeMark.formatted(1));
    if (!nullable.isAlways()) {
      out.line("}");
    }
    out.line(value + ".write(out, version);");
    out.line("}");
  }

  private void writeStructs(FieldDefinition field, StructOf struct, String value) {
    out.line("out.writeArrayLength(" + value + ", " + scope.flexibleWord(field) + ");");
    boolean mayBeNull = !scope.nullable(field).isNever();
    if (mayBeNull) {
      out.line("if (" + value + " != null) {");
    }
    out.line("for (" + struct.name() + " element : " + value + ") {");
    out.line("element.write(out, version);");
    out.line("}");
    if (mayBeNull) {
      out.line("}");
    }
  }
}
