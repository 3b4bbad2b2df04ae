package org.stoker.tools;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The options of one tool, and the reading of a command line in the way that Kafka's tools read it.
 *
 * <p>That way is {@code --name value}, {@code --name=value}, {@code -name value}, an option may be
 * repeated, {@code --} ends the options, stray words are ignored by most tools, and names are never
 * abbreviated. General command line libraries differ in several of these and in every message, and
 * scripts depend on both; hence a reader of our own.
 */
final class OptionSet {
  private static final int NAME_COLUMN = 38;
  private static final int TEXT_COLUMN = 60;

  static final Option<Boolean> HELP = Option.flag("help", "Show this text.");
  static final Option<Boolean> VERSION =
      Option.flag("version", "Show the Kafka version that these tools speak.");

  private final String about;
  private final Map<String, Option<?>> byName = new TreeMap<>();

  /** {@code about} heads the help text. */
  OptionSet(String about, Option<?>... options) {
    this.about = about;
    byName.put(HELP.name(), HELP);
    byName.put(VERSION.name(), VERSION);
    for (Option<?> option : options) {
      byName.put(option.name(), option);
    }
  }

  /** Reads the line; no arguments at all are a request for help. */
  ParsedOptions parse(String[] args) {
    ParsedOptions parsed = read(args);
    if (args.length == 0 || parsed.has(HELP)) {
      throw new UsageException(this, about);
    }
    if (parsed.has(VERSION)) {
      throw new VersionRequest();
    }
    return parsed;
  }

  /** Like {@link #parse}, for the tools that answer a malformed line with their whole usage. */
  ParsedOptions parseOrShowUsage(String[] args) {
    try {
      return parse(args);
    } catch (OptionException e) {
      throw new UsageException(this, e.getMessage());
    }
  }

  /** For the tools that take such a question for no mistake. */
  static boolean asksForHelp(String[] args) {
    return Arrays.asList(args).contains("--help") || Arrays.asList(args).contains("-h");
  }

  void printHelp(PrintStream out) {
    out.println(about);
    printUsage(out);
  }

  private ParsedOptions read(String[] args) {
    var arguments = new HashMap<String, List<String>>();
    var order = new ArrayList<Option<?>>();
    var words = new ArrayList<String>();
    int next = 0;
    while (next < args.length && !args[next].equals("--")) {
      String word = args[next++];
      if (!looksLikeAnOption(word)) {
        words.add(word);
        continue;
      }
      String body = word.substring(word.startsWith("--") ? 2 : 1);
      int equals = body.indexOf('=');
      String name = equals < 0 ? body : body.substring(0, equals);
      String attached = equals < 0 ? "" : body.substring(equals + 1);
      Option<?> option = byName.get(name);
      if (option == null) {
        throw new OptionException(unrecognized(word, name) + " is not a recognized option");
      }
      List<String> values = arguments.computeIfAbsent(name, _ -> new ArrayList<>());
      order.add(option);
      if (option.takes() == Option.Takes.NOTHING) {
        continue;
      }
      if (!attached.isEmpty()) {
        add(attached, option, values);
      } else if (next < args.length && takesNext(option, args[next])) {
        add(args[next++], option, values);
      } else if (option.takes() == Option.Takes.ARGUMENT) {
        throw new OptionException("Option " + name + " requires an argument");
      }
    }
    return new ParsedOptions(this, arguments, order, words);
  }

  private static void add(String argument, Option<?> option, List<String> values) {
    if (!option.isListing()) {
      values.add(argument);
      return;
    }
    for (String word : argument.split(",", 0)) {
      if (!word.isEmpty()) {
        values.add(word);
      }
    }
  }

  /** After a single hyphen each character counts as an option of its own. */
  private static String unrecognized(String word, String name) {
    return word.startsWith("--") || name.isEmpty() ? name : name.substring(0, 1);
  }

  private static boolean takesNext(Option<?> option, String word) {
    if (option.takes() == Option.Takes.ARGUMENT) {
      return true;
    }
    return option.accepts(word) && (option.isNumber() || !looksLikeAnOption(word));
  }

  private static boolean looksLikeAnOption(String word) {
    return word.startsWith("-") && !word.equals("-") && !word.equals("--");
  }

  void printUsage(PrintStream out) {
    row(out, "Option", "Description");
    row(out, "------", "-----------");
    for (Option<?> option : byName.values()) {
      Object value = option.defaultValue();
      String text = option.description() + (value == null ? "" : " (default: " + value + ")");
      List<String> left = wrap(option.synopsis(), NAME_COLUMN);
      List<String> right = wrap(text, TEXT_COLUMN);
      for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
        row(out, i < left.size() ? left.get(i) : "", i < right.size() ? right.get(i) : "");
      }
    }
  }

  private static void row(PrintStream out, String left, String right) {
    out.println((left + " ".repeat(NAME_COLUMN - left.length() + 2) + right).stripTrailing());
  }

  /** Lines of at most {@code width}, continued with an indent; a line break in the text is kept. */
  private static List<String> wrap(String text, int width) {
    var lines = new ArrayList<String>();
    for (String paragraph : text.split("\n", -1)) {
      String rest = paragraph;
      while (rest.length() > width) {
        int space = rest.lastIndexOf(' ', width);
        int cut = space > 2 ? space : width;
        lines.add(rest.substring(0, cut));
        rest = "  " + rest.substring(cut).strip();
      }
      lines.add(rest);
    }
    return lines;
  }
}
