package org.stoker.protocol.generator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.stoker.protocol.generator.MessageDefinition.Kind;

/**
 * The program that the build of {@code protocol} runs: every definition on the class path becomes
 * Java.
 */
final class GenerateMessages {
  private static final String CLIENTS = "kafka-clients";
  private static final List<String> ARTIFACTS =
      List.of(
          CLIENTS,
          "kafka-metadata",
          "kafka-group-coordinator",
          "kafka-transaction-coordinator",
          "kafka-share-coordinator",
          "kafka-storage");
  private static final String PROTOCOL = "org.stoker.protocol";

  private GenerateMessages() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      throw new IllegalArgumentException("usage: GenerateMessages DIRECTORY");
    }
    var definitions = DefinitionJars.readAll(System.getProperty("java.class.path"));
    requireEveryArtifact(definitions);
    var sources = new GeneratedSources(Path.of(arguments[0]));
    addSources(definitions, sources);
    sources.write();
  }

  /** A jar that is missing would otherwise show only as classes that do not compile. */
  static void requireEveryArtifact(List<MessageDefinition> definitions) {
    for (String artifact : ARTIFACTS) {
      if (definitions.stream().noneMatch(message -> message.artifact().equals(artifact))) {
        throw new IllegalStateException("no definition of " + artifact + " is on the class path");
      }
    }
  }

  static void addSources(List<MessageDefinition> definitions, GeneratedSources sources) {
    for (MessageDefinition message : definitions) {
      if (message.isAlive()) {
        String packageName = packageOf(message);
        sources.add(packageName, message.name(), MessageClassWriter.write(packageName, message));
      }
    }
    sources.add(PROTOCOL, "ApiKey", ApiKeyWriter.write(PROTOCOL, definitions));
    for (RecordTypes types : RecordTypes.ALL) {
      String packageName = PROTOCOL + ".record";
      sources.add(packageName, types.name(), types.write(packageName, definitions));
    }
    sources.addPackage(PROTOCOL + ".message", "Every request, response and header, generated.");
    sources.addPackage(PROTOCOL + ".record", "Every record that the cluster keeps, generated.");
  }

  private static String packageOf(MessageDefinition message) {
    return PROTOCOL + (message.artifact().equals(CLIENTS) ? ".message" : ".record");
  }

  static List<MessageDefinition> requests(List<MessageDefinition> definitions) {
    return definitions.stream().filter(message -> message.kind() == Kind.REQUEST).toList();
  }
}
