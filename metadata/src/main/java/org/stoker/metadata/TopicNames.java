package org.stoker.metadata;

import org.jspecify.annotations.Nullable;

/** What a topic may be called. */
public final class TopicNames {
  private static final int LONGEST = 249;

  private TopicNames() {}

  /** Why this cannot be a topic's name; null if it can. */
  public static @Nullable String problemWith(String name) {
    String reason = reasonAgainst(name);
    return reason == null ? null : "Topic name is invalid: " + reason;
  }

  private static @Nullable String reasonAgainst(String name) {
    if (name.isEmpty()) {
      return "the empty string is not allowed";
    }
    if (name.equals(".") || name.equals("..")) {
      return "'" + name + "' is not allowed";
    }
    if (name.length() > LONGEST) {
      return "the length of '" + name + "' is longer than the max allowed length " + LONGEST;
    }
    for (int at = 0; at < name.length(); at++) {
      if (!isLegal(name.charAt(at))) {
        return "'"
            + name
            + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
      }
    }
    return null;
  }

  private static boolean isLegal(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || character == '.'
        || character == '_'
        || character == '-';
  }

  /** Names with the same spelling here would be one in metric names, so only one may exist. */
  static String unified(String name) {
    return name.replace('.', '_');
  }
}
