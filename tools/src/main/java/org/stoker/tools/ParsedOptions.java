package org.stoker.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What stood on the command line. */
final class ParsedOptions {
  private final OptionSet declared;
  private final Map<String, List<String>> arguments;
  private final List<Option<?>> order;
  private final List<String> words;

  /** The arguments of an option that stood alone are an empty list. */
  ParsedOptions(
      OptionSet declared,
      Map<String, List<String>> arguments,
      List<Option<?>> order,
      List<String> words) {
    this.declared = declared;
    this.arguments = arguments;
    this.order = order;
    this.words = words;
  }

  /** As they stood on the command line, repeated ones too. */
  List<Option<?>> inOrder() {
    return order;
  }

  /** The one stray word, which says what to do. */
  String command(String... known) {
    if (words.isEmpty()) {
      throw wrongUsage("A command is missing: " + String.join(", ", known));
    }
    if (words.size() > 1) {
      throw wrongUsage("One command at a time: " + String.join(", ", words));
    }
    if (!List.of(known).contains(words.getFirst())) {
      throw wrongUsage(
          words.getFirst() + " is not a command: " + String.join(", ", known) + " are");
    }
    return words.getFirst();
  }

  boolean has(Option<?> option) {
    return arguments.containsKey(option.name());
  }

  /** The argument, or else the option's default. */
  <T> T value(Option<T> option) {
    T value = valueOrNull(option);
    if (value == null) {
      throw new OptionException("Option " + option.name() + " requires an argument");
    }
    return value;
  }

  <T> @Nullable T valueOrNull(Option<T> option) {
    List<String> given = arguments.getOrDefault(option.name(), List.of());
    if (given.isEmpty()) {
      return option.defaultValue();
    }
    if (given.size() > 1) {
      throw new OptionException(
          "Found multiple arguments for option " + option.name() + ", but you asked for only one");
    }
    return option.convert(given.getFirst());
  }

  /** Empty when the option was not given, whatever its default is. */
  <T> Optional<T> given(Option<T> option) {
    return has(option) ? Optional.ofNullable(valueOrNull(option)) : Optional.empty();
  }

  <T> List<T> values(Option<T> option) {
    var values = new ArrayList<T>();
    for (String argument : arguments.getOrDefault(option.name(), List.of())) {
      values.add(option.convert(argument));
    }
    return values;
  }

  UsageException wrongUsage(String message) {
    return new UsageException(declared, message);
  }

  void require(Option<?>... options) {
    for (Option<?> option : options) {
      if (!has(option)) {
        throw wrongUsage("Missing required argument \"" + option + "\"");
      }
    }
  }

  void requireExactlyOne(Option<?>... options) {
    int present = 0;
    var names = new ArrayList<String>();
    for (Option<?> option : options) {
      names.add(option.toString());
      present += has(option) ? 1 : 0;
    }
    if (present != 1) {
      throw wrongUsage(
          "Exactly one of the following arguments is required: " + String.join(", ", names));
    }
  }

  /** Refuses the first of {@code others} that was given beside {@code used}. */
  void refuseBeside(Option<?> used, List<? extends Option<?>> others) {
    if (!has(used)) {
      return;
    }
    for (Option<?> other : others) {
      if (has(other)) {
        throw wrongUsage("Option \"" + used + "\" can't be used with option \"" + other + "\"");
      }
    }
  }

  void refuseBeside(Option<?> used, Option<?>... others) {
    refuseBeside(used, List.of(others));
  }
}
