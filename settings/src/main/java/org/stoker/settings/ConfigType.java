package org.stoker.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a value is, and how its text is read; the names and ids are those of DescribeConfigs. */
public enum ConfigType {
  UNKNOWN(0),
  BOOLEAN(1),
  STRING(2),
  INT(3),
  SHORT(4),
  LONG(5),
  DOUBLE(6),
  LIST(7),
  CLASS(8),
  PASSWORD(9);

  private final int id;

  ConfigType(int id) {
    this.id = id;
  }

  /** The number that stands for the type in a DescribeConfigs response. */
  public byte id() {
    return (byte) id;
  }

  /**
   * Reads the text as a value of this type: a Boolean, Integer, Short, Long, Double, String, or
   * List of String.
   *
   * @throws IllegalArgumentException if the text is not of this type
   */
  Object parse(String text) {
    String trimmed = text.strip();
    return switch (this) {
      case BOOLEAN -> parseBoolean(trimmed);
      case INT -> Integer.parseInt(trimmed);
      case SHORT -> Short.parseShort(trimmed);
      case LONG -> Long.parseLong(trimmed);
      case DOUBLE -> Double.parseDouble(trimmed);
      case LIST -> parseList(trimmed);
      case STRING, CLASS -> trimmed;
      case PASSWORD, UNKNOWN -> text;
    };
  }

  /** The one text of a value, however it was written. */
  static String text(Object value) {
    return value instanceof List<?> items
        ? items.stream().map(Object::toString).collect(Collectors.joining(","))
        : value.toString();
  }

  /** Kafka's sentence about a text that is not of this type. */
  String mismatch() {
    return this == BOOLEAN
        ? "Expected value to be either true or false"
        : "Not a number of type " + this;
  }

  /** How a sentence names a value of this type. */
  String article() {
    return switch (this) {
      case BOOLEAN -> "true or false";
      case INT, SHORT, LONG -> "a whole number";
      case DOUBLE -> "a number";
      case LIST -> "a list with commas between its items";
      case CLASS -> "a class";
      case STRING, PASSWORD, UNKNOWN -> "text";
    };
  }

  private static Boolean parseBoolean(String text) {
    if (text.equalsIgnoreCase("true")) {
      return true;
    }
    if (text.equalsIgnoreCase("false")) {
      return false;
    }
    throw new IllegalArgumentException("neither true nor false");
  }

  private static List<String> parseList(String text) {
    List<String> items = new ArrayList<>();
    if (!text.isEmpty()) {
      for (String item : text.split(",", -1)) {
        items.add(item.strip());
      }
    }
    return List.copyOf(items);
  }
}
