package org.stoker.protocol.generator;

import org.stoker.protocol.generator.FieldType.Scalar;

/** Writes what every generated class has, whether it is a message or a struct nested in one. */
final class StructWriter {
  private final FieldScope scope;
  private final StructDefinition struct;
  private final SourceText out;

  StructWriter(MessageDefinition message, StructDefinition struct, SourceText out) {
    this.scope = new FieldScope(message, struct);
    this.struct = struct;
    this.out = out;
  }

  void writeNested() {
    out.blank().line("/** Part of {@link " + scope.message().name() + "}. */");
    out.line("public static final class " + struct.name() + " implements Struct {");
    writeMembers();
    out.line("}");
  }

  void writeMembers() {
    fields();
    constructors();
    for (FieldDefinition field : struct.fields()) {
      accessor(field);
      setter(field);
    }
    unknownTaggedFields();
    new ReadMethodWriter(scope, out).write();
    new WriteMethodWriter(scope, out).write();
    new SizeMethodWriter(scope, out).write();
    requireSupported();
    new ObjectMethodsWriter(struct, out).write();
  }

  private void fields() {
    for (FieldDefinition field : struct.fields()) {
      out.line("private " + scope.javaType(field) + " " + field.javaName() + ";");
    }
    out.line("private @Nullable List<UnknownTaggedField> unknownTaggedFields;");
  }

  private void constructors() {
    out.blank().line("/** Every field has its default. */");
    out.line("public " + struct.name() + "() {");
    for (FieldDefinition field : struct.fields()) {
      out.line("this." + field.javaName() + " = " + FieldScope.defaultValue(field) + ";");
    }
    out.line("}");
    out.blank();
    out.line("public " + struct.name() + "(WireReader in, short version) {");
    out.line("read(in, version);");
    out.line("}");
  }

  private void accessor(FieldDefinition field) {
    out.blank().line("/** " + comment(field) + " */");
    out.line("public " + scope.javaType(field) + " " + field.javaName() + "() {");
    out.line("return this." + field.javaName() + ";");
    out.line("}");
  }

  private static String comment(FieldDefinition field) {
    String about =
        field.about().replace("*/", "* /").replace("@", "{@literal @}").replace("\\", "/");
    String versions = "Versions " + field.versions();
    String escaped = about.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    return about.isEmpty() ? versions + "." : escaped.strip() + " (" + versions + ")";
  }

  private void setter(FieldDefinition field) {
    String name = field.javaName();
    out.blank();
    out.line(
        "public %s %s(%s %s) {"
            .formatted(struct.name(), field.setterName(), scope.javaType(field), name));
    if (field.type() == Scalar.UINT16) {
      out.line("this.%s = WireWriter.requireUint16(\"%s\", %s);".formatted(name, name, name));
    } else if (field.type() == Scalar.UINT32) {
      out.line("this.%s = WireWriter.requireUint32(\"%s\", %s);".formatted(name, name, name));
    } else {
      out.line("this." + name + " = " + name + ";");
    }
    out.line("return this;");
    out.line("}");
  }

  private void unknownTaggedFields() {
    out.blank().line("@Override");
    out.line("public List<UnknownTaggedField> unknownTaggedFields() {");
    out.line("if (this.unknownTaggedFields == null) {");
    out.line("this.unknownTaggedFields = new ArrayList<>(0);");
    out.line("}");
    out.line("return this.unknownTaggedFields;");
    out.line("}");
  }

  private void requireSupported() {
    Versions versions = scope.possible();
    out.blank().line("private static void requireSupported(short version) {");
    out.line(
        "if (version < %d || version > %d) {".formatted(versions.lowest(), versions.highest()));
    out.line("throw UnsupportedVersionException.of(\"%s\", version);".formatted(struct.name()));
    out.line("}");
    out.line("}");
  }
}
