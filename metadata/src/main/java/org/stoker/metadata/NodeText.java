package org.stoker.metadata;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.stoker.base.ConfinedTo;

/** The small nodes' content: lines {@code key=value}, so that an operator can read them. */
@ConfinedTo(ConfinedTo.CALLER)
final class NodeText {
  static final byte[] EMPTY = new byte[0];

  private final Map<String, String> values = new LinkedHashMap<>();

  NodeText put(String key, Object value) {
    values.put(key, value.toString());
    return this;
  }

  byte[] bytes() {
    var text = new StringBuilder();
    values.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Reads what {@link #bytes()} wrote. */
  static NodeText parse(byte[] bytes) {
    var text = new NodeText();
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        text.values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return text;
  }

  /** The value, or "" if there is none. */
  String text(String key) {
    return values.getOrDefault(key, "");
  }

  /**
   * The value.
   *
   * @throws CorruptLogException if it is missing or no number
   */
  long number(String key) {
    try {
      return Long.parseLong(text(key));
    } catch (NumberFormatException e) {
      throw new CorruptLogException("a node says " + key + "='" + text(key) + "', not a number", e);
    }
  }
}
