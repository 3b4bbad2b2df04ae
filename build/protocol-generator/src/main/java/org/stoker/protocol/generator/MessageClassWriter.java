package org.stoker.protocol.generator;

import java.util.Set;

/** Writes the Java class of one message. */
public final class MessageClassWriter {
  // Names that a struct must not take, because the generated class uses them for something else.
  private static final Set<String> TAKEN =
      Set.of(
          "ArrayList",
          "Arrays",
          "ByteBuffer",
          "List",
          "Message",
          "Nullable",
          "Objects",
          "RecordBytes",
          "String",
          "Struct",
          "UnknownTaggedField",
          "UnsupportedVersionException",
          "Uuid",
          "WireReader",
          "WireSize",
          "WireWriter");

  private final MessageDefinition message;
  private final SourceText out = new SourceText();

  private MessageClassWriter(MessageDefinition message) {
    this.message = message;
  }

  public static String write(String packageName, MessageDefinition message) {
    return new MessageClassWriter(message).write(packageName);
  }

  private String write(String packageName) {
    header(packageName);
    String name = message.name();
    out.line(
        "/** %s, versions %s, flexible %s. */"
            .formatted(name, message.validVersions(), message.flexibleVersions()));
    out.line("public final class " + name + " implements Message {");
    constants();
    new StructWriter(message, message.body(), out).writeMembers();
    versionMethods();
    for (StructDefinition struct : message.structs()) {
      if (TAKEN.contains(struct.name()) || struct.name().equals(name)) {
        throw new IllegalArgumentException(name + ": a struct cannot be called " + struct.name());
      }
      new StructWriter(message, struct, out).writeNested();
    }
    out.line("}");
    return out.toString();
  }

  private void header(String packageName) {
    out.line(
        "// Generated from the definition " + message.name() + " of " + message.artifact() + ".");
    out.line("package " + packageName + ";");
    out.blank();
    for (String imported :
        new String[] {
          "java.nio.ByteBuffer",
          "java.util.ArrayList",
          "java.util.Arrays",
          "java.util.List",
          "java.util.Objects",
          "org.jspecify.annotations.Nullable",
          "org.stoker.base.Uuid",
          "org.stoker.protocol.Message",
          "org.stoker.protocol.Struct",
          "org.stoker.protocol.UnknownTaggedField",
          "org.stoker.protocol.UnsupportedVersionException",
          "org.stoker.protocol.WireReader",
          "org.stoker.protocol.WireSize",
          "org.stoker.protocol.WireWriter",
          "org.stoker.records.RecordBytes"
        }) {
      out.line("import " + imported + ";");
    }
    out.blank();
  }

  private void constants() {
    Versions valid = message.validVersions();
    out.line("public static final short API_KEY = " + message.apiKey() + ";");
    out.line("public static final short LOWEST_VERSION = " + valid.lowest() + ";");
    out.line("public static final short HIGHEST_VERSION = " + valid.highest() + ";");
    out.blank();
  }

  private void versionMethods() {
    method("short apiKey()", "API_KEY");
    method("short lowestSupportedVersion()", "LOWEST_VERSION");
    method("short highestSupportedVersion()", "HIGHEST_VERSION");
    Condition flexible = message.flexibleVersions().among(message.validVersions());
    out.blank().line("/** Whether this version ends its structs with tagged fields. */");
    out.line("public static boolean isFlexible(short version) {");
    out.line("return " + flexible.expression() + ";");
    out.line("}");
  }

  private void method(String signature, String result) {
    out.blank().line("@Override");
    out.line("public " + signature + " {");
    out.line("return " + result + ";");
    out.line("}");
  }
}
