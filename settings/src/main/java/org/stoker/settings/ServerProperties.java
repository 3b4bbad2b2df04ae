package org.stoker.settings;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A server's properties file, with what the command line sets on top. */
public final class ServerProperties {
  private static final String NAMES_WITHOUT_EFFECT = "kafka-keys-without-effect.txt";

  private final Map<String, String> texts = new TreeMap<>();

  /**
   * Reads a file in the format of Java's properties.
   *
   * @throws ConfigException if there is no such file or it cannot be read
   */
  public static ServerProperties read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException("No such properties file: " + file);
    }
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(Files.readString(file)));
    } catch (MalformedInputException e) {
      throw new ConfigException("The properties file is not UTF-8 text: " + file);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException("Cannot read the properties file " + file + ": " + e.getMessage());
    }
    ServerProperties read = new ServerProperties();
    for (String name : properties.stringPropertyNames()) {
      read.texts.put(name, properties.getProperty(name).strip());
    }
    return read;
  }

  /** Sets a key, whatever the file says. */
  public ServerProperties set(String name, String value) {
    texts.put(name, value);
    return this;
  }

  /** Sets a key that the file does not set. */
  public ServerProperties setIfAbsent(String name, String value) {
    texts.putIfAbsent(name, value);
    return this;
  }

  public boolean has(String name) {
    return texts.containsKey(name);
  }

  /** A sentence for each key that has no effect: unknown, or Kafka's but of no use here. */
  public List<String> warnings() {
    Set<String> withoutEffect = namesWithoutEffect();
    List<String> warnings = new ArrayList<>();
    for (String name : texts.keySet()) {
      if (BrokerKeys.ALL.find(name) != null) {
        continue;
      }
      // A listener's own settings: listener.name.internal.max.connections
      boolean kafkas = withoutEffect.contains(name) || name.startsWith("listener.name.");
      warnings.add(
          kafkas
              ? "Configuration " + name + " is Kafka's and has no effect here"
              : "Configuration " + name + " is not known and has no effect");
    }
    return warnings;
  }

  /** The settings of a broker that starts with these. */
  public BrokerSettings toSettings() {
    Map<String, String> known = new TreeMap<>(texts);
    known.keySet().removeIf(name -> BrokerKeys.ALL.find(name) == null);
    // An empty value is how Kafka's files leave a key without a default unset.
    known
        .entrySet()
        .removeIf(entry ->
            entry.getValue().isEmpty()
                && BrokerKeys.ALL.require(entry.getKey()).defaultText() == null);
    return BrokerSettings.ofFile(known);
  }

  private static Set<String> namesWithoutEffect() {
    try (InputStream stream = ServerProperties.class.getResourceAsStream(NAMES_WITHOUT_EFFECT)) {
      if (stream == null) {
        throw new IllegalStateException("missing resource " + NAMES_WITHOUT_EFFECT);
      }
      var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
      return reader.lines().collect(Collectors.toSet());
    } catch (IOException e) {
      throw new IllegalStateException("unreadable resource " + NAMES_WITHOUT_EFFECT, e);
    }
  }
}
