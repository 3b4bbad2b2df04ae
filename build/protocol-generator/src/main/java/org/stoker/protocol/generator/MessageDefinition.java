package org.stoker.protocol.generator;

import java.util.List;
import java.util.Locale;

/** One published definition: a message with its structs and the versions it is valid in. */
public record MessageDefinition(
    String artifact,
    Kind kind,
    int apiKey,
    Versions validVersions,
    Versions flexibleVersions,
    List<String> listeners,
    boolean latestVersionUnstable,
    StructDefinition body,
    List<StructDefinition> structs) {
  public static final int NO_API_KEY = -1;

  /** What the definition's {@code type} says it is. */
  public enum Kind {
    REQUEST,
    RESPONSE,
    HEADER,
    DATA,
    METADATA,
    COORDINATOR_KEY,
    COORDINATOR_VALUE;

    static Kind parse(String text) {
      return valueOf(text.replace('-', '_').toUpperCase(Locale.ROOT));
    }
  }

  public String name() {
    return body.name();
  }

  /** False for an API that was removed: only its number is still taken. */
  public boolean isAlive() {
    return !validVersions.isEmpty();
  }

  public StructDefinition struct(String structName) {
    for (StructDefinition struct : structs) {
      if (struct.name().equals(structName)) {
        return struct;
      }
    }
    throw new IllegalArgumentException(name() + " has no struct " + structName);
  }
}
