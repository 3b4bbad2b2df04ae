package org.stoker.protocol.generator;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds every definition in the Kafka jars of a class path. */
public final class DefinitionJars {
  private static final Pattern JAR = Pattern.compile("(kafka-[a-z-]+)-\\d[^/\\\\]*\\.jar");
  private static final Pattern DEFINITION =
      Pattern.compile("(common/)?(message|metadata)/\\w+\\.json");

  private DefinitionJars() {}

  /** Sorted by name, so that the same jars always give the same sources. */
  public static List<MessageDefinition> readAll(String classPath) throws IOException {
    List<MessageDefinition> definitions = new ArrayList<>();
    for (String element : List.of(classPath.split(Pattern.quote(File.pathSeparator), -1))) {
      File file = new File(element);
      Matcher jar = JAR.matcher(file.getName());
      if (jar.matches()) {
        readJar(jar.group(1), file, definitions);
      }
    }
    definitions.sort(Comparator.comparing(MessageDefinition::name));
    return definitions;
  }

  private static void readJar(String artifact, File file, List<MessageDefinition> definitions)
      throws IOException {
    try (JarFile jar = new JarFile(file)) {
      for (JarEntry entry : jar.stream().toList()) {
        if (DEFINITION.matcher(entry.getName()).matches()) {
          definitions.add(readEntry(artifact, jar, entry));
        }
      }
    }
  }

  private static MessageDefinition readEntry(String artifact, JarFile jar, JarEntry entry)
      throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return DefinitionParser.parse(artifact, json);
    } catch (IllegalArgumentException e) {
      throw new IOException(artifact + " " + entry.getName() + ": " + e.getMessage(), e);
    }
  }
}
