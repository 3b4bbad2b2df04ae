package org.stoker.tools;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The command line of {@code producer-perf-test}, which Kafka reads in the manner of argparse and
 * not in the manner of its other tools: names may be abbreviated, an option may take several words,
 * and the messages are others.
 */
final class PerfArguments {
  /** The line cannot be understood. */
  static final class Refused extends RuntimeException {
    Refused(String message) {
      super(message);
    }
  }

  /** {@code takes} is how many words follow: 0, 1, or 2 for one and more. */
  private record Argument(String name, int takes, String metavar, String description) {}

  private static final int NOTHING = 0;
  private static final int ONE = 1;
  private static final int SEVERAL = 2;
  private static final Pattern NEGATIVE_NUMBER = Pattern.compile("-\\d+|-\\d*\\.\\d+");
  private static final String PROGRAM = "kafka-producer-perf-test";

  private static final List<Argument> ARGUMENTS =
      List.of(
          new Argument("--help", NOTHING, "", "Show this text."),
          new Argument("--version", NOTHING, "", "Show the Kafka version that this tool speaks."),
          new Argument("--bootstrap-server", ONE, "HOST:PORT,…", "The brokers."),
          new Argument("--topic", ONE, "TOPIC", "REQUIRED: where the records go."),
          new Argument("--num-records", ONE, "COUNT", "REQUIRED: how many records to send."),
          new Argument(
              "--payload-delimiter",
              ONE,
              "REGEX",
              "What separates the payloads of --payload-file; a line break by default."),
          new Argument(
              "--throughput",
              ONE,
              "RATE",
              "REQUIRED: about how many records to send in a second; -1: as many as go."),
          new Argument(
              "--producer-props", SEVERAL, "KEY=VALUE …", "(Deprecated) --command-property."),
          new Argument("--command-property", SEVERAL, "KEY=VALUE …", "Settings of the producer."),
          new Argument("--producer.config", ONE, "FILE", "(Deprecated) Use --command-config."),
          new Argument("--command-config", ONE, "FILE", "Property file for the producer."),
          new Argument("--print-metrics", NOTHING, "", "Print the producer's metrics at the end."),
          new Argument(
              "--transactional-id", ONE, "ID", "Send in transactions, with this transactional.id."),
          new Argument(
              "--transaction-duration-ms",
              ONE,
              "MS",
              "Commit when a transaction is so old (3000 when only an id is given)."),
          new Argument(
              "--warmup-records",
              ONE,
              "COUNT",
              "Report what comes after so many records separately, as the steady state."),
          new Argument("--reporting-interval", ONE, "MS", "Print progress so often (5000)."),
          new Argument("--record-size", ONE, "BYTES", "Send random records of this size, or"),
          new Argument("--payload-file", ONE, "FILE", "send records picked from this file, or"),
          new Argument("--payload-monotonic", NOTHING, "", "send the numbers 0, 1, 2, …"));

  private static final List<String> REQUIRED = List.of("--topic", "--num-records", "--throughput");
  private static final List<String> PAYLOADS =
      List.of("--record-size", "--payload-file", "--payload-monotonic");

  private final Map<String, List<String>> values = new HashMap<>();

  static PerfArguments parse(String[] args) {
    var arguments = new PerfArguments();
    arguments.read(args);
    return arguments;
  }

  static String errorPrefix() {
    return PROGRAM + ": error: ";
  }

  static String usage() {
    var text = new StringBuilder("usage: ").append(PROGRAM).append(" [options]\n");
    for (Argument argument : ARGUMENTS) {
      String left = argument.name() + " " + argument.metavar();
      text.append(String.format("  %-38s %s%n", left, argument.description()));
    }
    return text.toString();
  }

  private void read(String[] args) {
    int next = 0;
    while (next < args.length) {
      String word = args[next++];
      if (!isOption(word)) {
        throw new Refused("unrecognized arguments: '" + word + "'");
      }
      int equals = word.indexOf('=');
      Argument argument = named(equals < 0 ? word : word.substring(0, equals));
      if (argument.name().equals("--version")) {
        throw new VersionRequest();
      }
      refuseSecondPayload(argument);
      var taken = new ArrayList<String>();
      if (equals >= 0) {
        if (argument.takes() == NOTHING) {
          throw new Refused(
              "argument "
                  + argument.name()
                  + ": ignore implicit argument '"
                  + word.substring(equals + 1)
                  + "'");
        }
        taken.add(word.substring(equals + 1));
      }
      while (next < args.length && taken.size() < most(argument) && !isOption(args[next])) {
        taken.add(args[next++]);
      }
      if (taken.isEmpty() && argument.takes() != NOTHING) {
        String expected = argument.takes() == ONE ? "one argument" : "1 argument(s)";
        throw new Refused("argument " + argument.name() + ": expected " + expected);
      }
      values.put(argument.name(), taken);
    }
    requireAll();
  }

  private static int most(Argument argument) {
    return argument.takes() == SEVERAL ? Integer.MAX_VALUE : argument.takes();
  }

  private static boolean isOption(String word) {
    return word.startsWith("-") && word.length() > 1 && !NEGATIVE_NUMBER.matcher(word).matches();
  }

  private static Argument named(String name) {
    if (name.equals("-h")) {
      return ARGUMENTS.getFirst();
    }
    var candidates = new ArrayList<Argument>();
    for (Argument argument : ARGUMENTS) {
      if (argument.name().equals(name)) {
        return argument;
      }
      if (name.startsWith("--") && argument.name().startsWith(name)) {
        candidates.add(argument);
      }
    }
    if (candidates.isEmpty()) {
      throw new Refused("unrecognized arguments: '" + name + "'");
    }
    if (candidates.size() > 1) {
      throw new Refused(
          "ambiguous option: "
              + name
              + " could match "
              + String.join(", ", candidates.stream().map(Argument::name).sorted().toList()));
    }
    return candidates.getFirst();
  }

  private void refuseSecondPayload(Argument argument) {
    if (!PAYLOADS.contains(argument.name())) {
      return;
    }
    for (String payload : PAYLOADS) {
      if (!payload.equals(argument.name()) && values.containsKey(payload)) {
        throw new Refused("argument " + argument.name() + ": not allowed with argument " + payload);
      }
    }
  }

  private void requireAll() {
    if (wantsHelp()) {
      return;
    }
    for (String name : REQUIRED) {
      if (!values.containsKey(name)) {
        throw new Refused("argument " + name + " is required");
      }
    }
    if (PAYLOADS.stream().noneMatch(values::containsKey)) {
      throw new Refused("one of the arguments " + String.join(" ", PAYLOADS) + " is required");
    }
  }

  boolean wantsHelp() {
    return values.containsKey("--help");
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).map(List::getFirst);
  }

  /** Empty when the option was not given. */
  List<String> words(String name) {
    return values.getOrDefault(name, List.of());
  }

  Optional<Long> longInteger(String name) {
    return number(name, "Long", Long::valueOf);
  }

  Optional<Integer> integer(String name) {
    return number(name, "Integer", Integer::valueOf);
  }

  Optional<Double> decimal(String name) {
    return number(name, "Double", Double::valueOf);
  }

  private <N extends Number> Optional<N> number(
      String name, String type, Function<String, N> parser) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(text.get()));
    } catch (NumberFormatException e) {
      throw new Refused(
          "argument "
              + name
              + ": could not convert '"
              + text.get()
              + "' to "
              + type
              + " ("
              + e.getMessage()
              + ")");
    }
  }
}
