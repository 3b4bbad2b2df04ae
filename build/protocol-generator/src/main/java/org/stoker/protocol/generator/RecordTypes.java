package org.stoker.protocol.generator;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.stoker.protocol.generator.MessageDefinition.Kind;

/** Writes the enum of the record types that share one space of type ids. */
record RecordTypes(String name, String artifact, boolean keyed, String sentence) {
  static final List<RecordTypes> ALL =
      List.of(
          new RecordTypes(
              "MetadataRecordType", "kafka-metadata", false, "Records of the cluster's event log"),
          new RecordTypes(
              "GroupRecordType",
              "kafka-group-coordinator",
              true,
              "Records of the topic __consumer_offsets"),
          new RecordTypes(
              "TransactionRecordType",
              "kafka-transaction-coordinator",
              true,
              "Records of the topic __transaction_state"),
          new RecordTypes(
              "ShareRecordType",
              "kafka-share-coordinator",
              true,
              "Records of the topic __share_group_state"));

  String write(String packageName, List<MessageDefinition> definitions) {
    List<MessageDefinition> ours =
        definitions.stream()
            .filter(message -> message.artifact().equals(artifact))
            .sorted(Comparator.comparingInt(MessageDefinition::apiKey))
            .toList();
    SourceText out = new SourceText();
    out.line("// Generated from the definitions of " + artifact + ".");
    out.line("package " + packageName + ";");
    out.blank();
    out.line("import org.jspecify.annotations.Nullable;");
    out.line("import org.stoker.protocol.Message;");
    if (keyed) {
      out.line("import org.stoker.protocol.CoordinatorRecordType;");
    }
    out.blank();
    out.line("/** " + sentence + ". */");
    out.line("public enum " + name + (keyed ? " implements CoordinatorRecordType" : "") + " {");
    if (keyed) {
      writeKeyed(out, ours);
    } else {
      writeUnkeyed(out, ours);
    }
    out.line("}");
    return out.toString();
  }

  private void writeUnkeyed(SourceText out, List<MessageDefinition> records) {
    out.lines(
        records.stream()
                .map(record -> constantOf(record) + "(" + record.apiKey() + ")")
                .collect(Collectors.joining(",\n"))
            + ";");
    writeIdAndLookup(out);
    writeFactory(out, "newRecord", records);
  }

  private void writeKeyed(SourceText out, List<MessageDefinition> messages) {
    List<MessageDefinition> keys = ofKind(messages, Kind.COORDINATOR_KEY);
    List<MessageDefinition> values = ofKind(messages, Kind.COORDINATOR_VALUE);
    if (!keys.stream()
        .map(MessageDefinition::apiKey)
        .toList()
        .equals(values.stream().map(MessageDefinition::apiKey).toList())) {
      throw new IllegalArgumentException(artifact + ": keys and values do not pair up");
    }
    out.lines(
        keys.stream()
                .map(key -> constantOf(key) + "(" + key.apiKey() + ")")
                .collect(Collectors.joining(",\n"))
            + ";");
    writeIdAndLookup(out);
    writeFactory(out, "newKey", keys);
    writeFactory(out, "newValue", values);
  }

  private static List<MessageDefinition> ofKind(List<MessageDefinition> messages, Kind kind) {
    return messages.stream().filter(message -> message.kind() == kind).toList();
  }

  private void writeIdAndLookup(SourceText out) {
    out.lines(
        """

        private final short id;

        NAME(int id) {
        this.id = (short) id;
        }

        OVERRIDEpublic short id() {
        return id;
        }

        /** The type with this id, or null if there is none. */
        public static @Nullable NAME forId(int id) {
        for (NAME type : VALUES) {
        if (type.id == id) {
        return type;
        }
        }
        return null;
        }

        private static final NAME[] VALUES = values();
        """
            .replace("NAME", name)
            .replace("OVERRIDE", keyed ? "@Override\n" : ""));
  }

  private void writeFactory(SourceText out, String method, List<MessageDefinition> messages) {
    out.blank();
    if (keyed) {
      out.line("@Override");
    }
    out.line("public Message " + method + "() {");
    out.line("return switch (this) {");
    for (MessageDefinition message : messages) {
      out.line("case " + constantOf(message) + " -> new " + message.name() + "();");
    }
    out.line("};").line("}");
  }

  private static String constantOf(MessageDefinition message) {
    String name = message.name();
    String withoutKind =
        switch (message.kind()) {
          case COORDINATOR_KEY -> name.substring(0, name.length() - "Key".length());
          case COORDINATOR_VALUE -> name.substring(0, name.length() - "Value".length());
          default -> name;
        };
    return ApiKeyWriter.constantName(withoutKind);
  }
}
