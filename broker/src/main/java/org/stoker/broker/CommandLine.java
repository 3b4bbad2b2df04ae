package org.stoker.broker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.settings.ServerProperties;

/**
 * What the broker was told on the command line: {@code start [options] [file]}, or as in Kafka
 * {@code file [--override key=value ...]}.
 */
sealed interface CommandLine {
  String START_USAGE =
      """
      Usage: stoker start [--data-dir DIR] [--port PORT] [PROPERTIES-FILE] [--override KEY=VALUE ...]

        --data-dir DIR        where everything is kept (./data)
        --port PORT           where clients connect, on localhost (9092); 0 takes a free one
        PROPERTIES-FILE       Kafka's keys; without it one broker with ZooKeeper inside
        --override KEY=VALUE  sets a key, whatever the file says; may be given several times
        --verbose             shows on the terminal what goes into the log\
      """;
  String SERVER_USAGE =
      "USAGE: kafka-server-start.sh [-daemon] server.properties [--override property=value]*";

  /** A text to print. */
  record Help(String text) implements CommandLine {}

  /** What is wrong, in a sentence. */
  record Wrong(String reason, String usage) implements CommandLine {}

  /**
   * Runs a broker.
   *
   * @param isStart whether what a single broker on one machine needs is added to the file
   */
  record Run(
      boolean isStart,
      @Nullable Path file,
      Path dataDir,
      @Nullable String port,
      Map<String, String> overrides,
      boolean isVerbose)
      implements CommandLine {

    /** Whether the terminal shows only what a person must see. */
    boolean isQuiet() {
      return isStart && !isVerbose;
    }

    /** The file's keys, with what the command line says on top. */
    ServerProperties properties() {
      ServerProperties properties =
          file == null ? new ServerProperties() : ServerProperties.read(file);
      overrides.forEach(properties::set);
      if (port != null) {
        properties.set("listeners", "PLAINTEXT://localhost:" + port);
      }
      if (isStart) {
        addWhatSuitsOneMachine(properties);
      }
      return properties;
    }

    private void addWhatSuitsOneMachine(ServerProperties properties) {
      boolean hasDirectory = properties.has("log.dirs") || properties.has("log.dir");
      if (!hasDirectory) {
        properties.set("log.dirs", dataDir.resolve("logs").toString());
        properties.setIfAbsent("zookeeper.embedded.dir", dataDir.resolve("zookeeper").toString());
      }
      properties.setIfAbsent("listeners", "PLAINTEXT://localhost:9092");
      if (file == null) {
        properties.setIfAbsent("offsets.topic.replication.factor", "1");
        properties.setIfAbsent("group.initial.rebalance.delay.ms", "0");
      }
    }
  }

  /** Reads the arguments; never throws. */
  static CommandLine parse(List<String> arguments) {
    boolean isStart = !arguments.isEmpty() && arguments.getFirst().equals("start");
    String usage = isStart ? START_USAGE : SERVER_USAGE;
    Draft draft = new Draft();
    Iterator<String> rest = arguments.subList(isStart ? 1 : 0, arguments.size()).iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      if (argument.equals("--help") || argument.equals("-h")) {
        return new Help(usage);
      }
      String problem = draft.take(argument, rest, isStart);
      if (problem != null) {
        return new Wrong(problem, usage);
      }
    }
    if (!isStart && draft.file == null) {
      return new Wrong("No properties file was given.", usage);
    }
    return new Run(
        isStart, draft.file, draft.dataDir, draft.port, draft.overrides, draft.isVerbose);
  }

  /** What was read so far. */
  final class Draft {
    private @Nullable Path file;
    private Path dataDir = Path.of("data");
    private @Nullable String port;
    private final Map<String, String> overrides = new TreeMap<>();
    private boolean isVerbose;

    /** Null, or what is wrong with the argument. */
    @Nullable String take(String argument, Iterator<String> rest, boolean isStart) {
      List<String> parts = new ArrayList<>(List.of(argument.split("=", 2)));
      boolean takesValue =
          parts.getFirst().equals("--override")
              || (isStart && List.of("--data-dir", "--port").contains(parts.getFirst()));
      if (takesValue) {
        if (parts.size() == 1) {
          if (!rest.hasNext()) {
            return argument + " needs a value.";
          }
          parts.add(rest.next());
        }
        return set(parts.getFirst(), parts.get(1));
      }
      if (isStart && argument.equals("--verbose")) {
        isVerbose = true;
        return null;
      }
      if (argument.startsWith("-")) {
        return "Unknown option " + argument + ".";
      }
      if (file != null) {
        return "More than one properties file: " + file + " and " + argument + ".";
      }
      file = Path.of(argument);
      return null;
    }

    private @Nullable String set(String option, String value) {
      switch (option) {
        case "--data-dir" -> dataDir = Path.of(value);
        case "--port" -> port = value;
        default -> {
          int equals = value.indexOf('=');
          if (equals <= 0) {
            return "--override needs KEY=VALUE, not " + value + ".";
          }
          overrides.put(value.substring(0, equals).strip(), value.substring(equals + 1).strip());
        }
      }
      return null;
    }
  }
}
