package org.stoker.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Configuration for a client, from a file and from {@code key=value} words. */
final class ClientProperties {
  private ClientProperties() {}

  /** Empty without a file name. */
  static Properties load(@Nullable String file) throws IOException {
    var properties = new Properties();
    if (file != null) {
      try (var in = Files.newInputStream(Path.of(file))) {
        properties.load(in);
      }
    }
    return properties;
  }

  /** A word without a value, like {@code key} or {@code key=}, sets the key to nothing. */
  static Map<String, String> ofWords(Collection<String> words) {
    var properties = new HashMap<String, String>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        properties.put(word, "");
      } else {
        properties.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return properties;
  }

  /** An option beats the file and the words when it was given, its default only fills a gap. */
  static void merge(Properties properties, String key, ParsedOptions options, Option<?> option) {
    if (options.has(option) || !properties.containsKey(key)) {
      Object value = options.valueOrNull(option);
      if (value == null) {
        properties.remove(key);
      } else {
        properties.put(key, value.toString());
      }
    }
  }
}
