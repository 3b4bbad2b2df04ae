package org.stoker.settings;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** A server's properties file, with what the command line sets on top. */
public final class ServerProperties {
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

  /** A sentence for each key that is set and has no effect. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (String name : texts.keySet()) {
      ConfigKey key = BrokerKeys.find(name);
      if (BrokerKeys.OF_EARLIER_VERSIONS.contains(name) || !key.hasEffect()) {
        warnings.add("Configuration " + name + " is Kafka's and has no effect here");
      } else if (key.type() == ConfigType.UNKNOWN) {
        warnings.add("Configuration " + name + " is not known and has no effect");
      } else if (BrokerKeys.ALL.find(name) == null) {
        // A listener's own settings: listener.name.internal.max.connections
        warnings.add("Configuration " + name + " is Kafka's and has no effect here");
      }
    }
    return warnings;
  }

  /**
   * The settings of a broker that starts with these.
   *
   * @throws ConfigException if one of them would protect the broker, and has no effect here
   */
  public BrokerSettings toSettings() {
    String problem = Protections.problemWith(texts);
    if (problem != null) {
      throw new ConfigException(problem);
    }
    Map<String, String> set = new TreeMap<>(texts);
    // An empty text is how Kafka's files leave a key without a default unset.
    set.entrySet().removeIf(entry -> entry.getValue().isEmpty() && isUnsetIfEmpty(entry.getKey()));
    return BrokerSettings.ofFile(set);
  }

  private static boolean isUnsetIfEmpty(String name) {
    ConfigKey key = BrokerKeys.ALL.find(name);
    return key != null
        && key.defaultText() == null
        && (key.type() == ConfigType.STRING || key.type() == ConfigType.CLASS);
  }
}
