package org.stoker.tools;

import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One {@code --name} that a tool accepts, with the type of its argument.
 *
 * <p>Arguments stay text until a tool asks for them: so do Kafka's tools, and a malformed number is
 * therefore reported at the same point of the work, on the same stream.
 */
final class Option<T> {
  enum Takes {
    NOTHING,
    ARGUMENT,
    OPTIONAL_ARGUMENT
  }

  private final String name;
  private final Takes takes;
  private final String typeName;
  private final String placeholder;
  private final String description;
  private final Function<String, T> parser;
  private final @Nullable T defaultValue;
  private final boolean listing;

  private Option(
      String name,
      Takes takes,
      String typeName,
      String placeholder,
      String description,
      Function<String, T> parser,
      @Nullable T defaultValue,
      boolean listing) {
    this.name = name;
    this.takes = takes;
    this.typeName = typeName;
    this.placeholder = placeholder;
    this.description = description;
    this.parser = parser;
    this.defaultValue = defaultValue;
    this.listing = listing;
  }

  static Option<Boolean> flag(String name, String description) {
    return new Option<>(name, Takes.NOTHING, "", "", description, Boolean::valueOf, null, false);
  }

  static Option<String> text(String name, String placeholder, String description) {
    return new Option<>(
        name, Takes.ARGUMENT, "String", placeholder, description, s -> s, null, false);
  }

  static Option<Integer> integer(String name, String placeholder, String description) {
    return new Option<>(
        name, Takes.ARGUMENT, "Integer", placeholder, description, Integer::valueOf, null, false);
  }

  static Option<Long> longInteger(String name, String placeholder, String description) {
    return new Option<>(
        name, Takes.ARGUMENT, "Long", placeholder, description, Long::valueOf, null, false);
  }

  Option<T> orElse(T value) {
    return new Option<>(name, takes, typeName, placeholder, description, parser, value, listing);
  }

  /** The option may also stand alone. */
  Option<T> withOptionalArgument() {
    return new Option<>(
        name,
        Takes.OPTIONAL_ARGUMENT,
        typeName,
        placeholder,
        description,
        parser,
        defaultValue,
        listing);
  }

  /** One argument names several values, separated by commas. */
  Option<T> listing() {
    return new Option<>(
        name, takes, typeName, placeholder, description, parser, defaultValue, true);
  }

  Option<T> matching(String regex) {
    Pattern pattern = Pattern.compile(regex);
    return new Option<>(
        name,
        takes,
        typeName,
        placeholder,
        description,
        argument -> {
          if (!pattern.matcher(argument).matches()) {
            throw new NumberFormatException(argument);
          }
          return parser.apply(argument);
        },
        defaultValue,
        listing);
  }

  String name() {
    return name;
  }

  Takes takes() {
    return takes;
  }

  boolean isListing() {
    return listing;
  }

  String description() {
    return description;
  }

  @Nullable T defaultValue() {
    return defaultValue;
  }

  T convert(String argument) {
    try {
      return parser.apply(argument);
    } catch (NumberFormatException e) {
      throw new OptionException("Cannot parse argument '" + argument + "' of option " + name);
    }
  }

  boolean accepts(String argument) {
    try {
      T _ = parser.apply(argument);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  boolean isNumber() {
    return typeName.equals("Integer") || typeName.equals("Long");
  }

  /** How the usage text shows this option and its argument. */
  String synopsis() {
    String argument = placeholder.isEmpty() ? typeName : typeName + ": " + placeholder;
    return switch (takes) {
      case NOTHING -> "--" + name;
      case ARGUMENT -> "--" + name + " <" + argument + ">";
      case OPTIONAL_ARGUMENT -> "--" + name + " [" + argument + "]";
    };
  }

  /** In brackets, as the messages of Kafka's tools name an option. */
  @Override
  public String toString() {
    return "[" + name + "]";
  }
}
