package org.stoker.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.stoker.protocol.generator.DefinitionJars;
import org.stoker.protocol.generator.MessageDefinition;
import org.stoker.protocol.generator.MessageDefinition.Kind;

/** One generated type: its definition, our class, and the class that Kafka generated for itself. */
record MessageType(MessageDefinition definition, Class<? extends Message> ours, Class<?> kafkas) {
  static List<MessageType> all() {
    try {
      return DefinitionJars.readAll(System.getProperty("java.class.path")).stream()
          .filter(MessageDefinition::isAlive)
          .map(MessageType::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MessageType of(MessageDefinition definition) {
    String room = definition.artifact().equals("kafka-clients") ? "message" : "record";
    String ours = "org.stoker.protocol." + room + "." + definition.name();
    return new MessageType(
        definition, load(ours).asSubclass(Message.class), load(kafkasName(definition)));
  }

  private static String kafkasName(MessageDefinition definition) {
    String name = definition.name();
    Kind kind = definition.kind();
    boolean hasSuffix = kind == Kind.REQUEST || kind == Kind.RESPONSE || kind == Kind.HEADER;
    return switch (definition.artifact()) {
      case "kafka-clients" -> "org.apache.kafka.common.message." + name + (hasSuffix ? "Data" : "");
      case "kafka-metadata" -> "org.apache.kafka.common.metadata." + name;
      case "kafka-group-coordinator" -> "org.apache.kafka.coordinator.group.generated." + name;
      case "kafka-transaction-coordinator" ->
          "org.apache.kafka.coordinator.transaction.generated." + name;
      case "kafka-share-coordinator" -> "org.apache.kafka.coordinator.share.generated." + name;
      case "kafka-storage" ->
          "org.apache.kafka.server.log.remote.metadata.storage.generated." + name;
      default -> throw new IllegalArgumentException("where does " + definition.artifact() + " go?");
    };
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  short lowestVersion() {
    return (short) definition.validVersions().lowest();
  }

  short highestVersion() {
    return (short) definition.validVersions().highest();
  }

  Message newMessage() {
    return (Message) Reflection.create(ours);
  }

  @Override
  public String toString() {
    return definition.name();
  }
}
