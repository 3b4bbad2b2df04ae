package org.stoker.metadata;

import org.jspecify.annotations.Nullable;

/** What a topic may be called. */
public final class TopicNames {
  private static final int LONGEST = 249;

  private TopicNames() {}

  /** Why this cannot be a topic's name; null if it can. */
  public static @Nullable String problemWith(String name) {
    if (name.isEmpty()) {
      return "A topic's name cannot be empty.";
    }
    if (name.equals(".") || name.equals("..")) {
      return "A topic cannot be named '.' or '..'.";
    }
    if (name.length() > LONGEST) {
      return "A topic's name has at most "
          + LONGEST
          + " characters; this has "
          + name.length()
          + ".";
    }
    for (int at = 0; at < name.length(); at++) {
      if (!isLegal(name.charAt(at))) {
        return "A topic's name has letters, digits, '.', '_' and '-' of ASCII; '"
            + name
            + "' has another character.";
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
