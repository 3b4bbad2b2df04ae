package org.stoker.settings;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads keys from a table among the resources, one a line: {@code name | type and range | default |
 * who may change it | sentence}. A line in brackets says why the keys below it have no effect here.
 */
final class KeyTable {
  private static final int COLUMNS = 5;
  private static final String NO_DEFAULT = "-";

  private KeyTable() {}

  /** The keys of a table. */
  static List<ConfigKey> read(String resource) {
    List<ConfigKey> keys = new ArrayList<>();
    String why = "";
    for (String line : lines(resource)) {
      if (line.startsWith("[")) {
        why = line.substring(1, line.length() - 1);
      } else {
        keys.add(key(line).withoutEffect(why));
      }
    }
    return keys;
  }

  /** The lines of a resource that are neither empty nor comments. */
  static List<String> lines(String resource) {
    try (InputStream stream = KeyTable.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException("missing resource " + resource);
      }
      var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
      return reader
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException("unreadable resource " + resource, e);
    }
  }

  private static ConfigKey key(String line) {
    String[] columns = line.split("\\|", COLUMNS);
    if (columns.length != COLUMNS) {
      throw new IllegalStateException("not " + COLUMNS + " columns: " + line);
    }
    String[] kind = columns[1].strip().split(" ", 2);
    String defaultText = columns[2].strip();
    ConfigKey key =
        ConfigKey.key(
            columns[0].strip(),
            ConfigType.valueOf(kind[0].toUpperCase(Locale.ROOT)),
            defaultText.equals(NO_DEFAULT) ? null : defaultText,
            columns[4].strip());
    if (kind.length == 2) {
      key = key.checked(check(kind[1]));
    }
    for (String word : columns[3].strip().split(" ", -1)) {
      key =
          switch (word) {
            case "" -> key;
            case "cluster-wide" -> key.dynamic();
            case "per-broker" -> key.changedFor(ConfigKey.Change.PER_BROKER);
            case "unlisted" -> key.unlisted();
            default -> throw new IllegalStateException("unknown word " + word + ": " + line);
          };
    }
    return key;
  }

  /** {@code 1..}, {@code 1..9}, {@code a/b}, {@code any-case A/B} or {@code non-empty}. */
  private static Check check(String text) {
    String nonEmpty = "non-empty";
    if (text.startsWith(nonEmpty)) {
      String rest = text.substring(nonEmpty.length()).strip();
      return new Check.NonEmpty(rest.isEmpty() ? new Check.Anything() : check(rest));
    }
    String anyCase = "any-case ";
    if (text.startsWith(anyCase)) {
      return new Check.OneOfAnyCase(List.of(text.substring(anyCase.length()).split("/", -1)));
    }
    int dots = text.indexOf("..");
    if (dots < 0) {
      return new Check.OneOf(List.of(text.split("/", -1)));
    }
    String least = text.substring(0, dots);
    String most = text.substring(dots + 2);
    return most.isEmpty()
        ? new Check.AtLeast(Long.parseLong(least))
        : new Check.Between(Double.parseDouble(least), Double.parseDouble(most));
  }
}
