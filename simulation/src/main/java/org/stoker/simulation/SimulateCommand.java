package org.stoker.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** {@code stoker simulate}: runs seeds, says which fail, and shows what happened in one. */
public final class SimulateCommand {
  private static final String USAGE =
      """
      Usage: stoker simulate [--seeds N] [--first-seed S]
             stoker simulate --seed S
        --seeds N        how many clusters to simulate (100)
        --first-seed S   the seed of the first one; the others follow (1)
        --seed S         simulate one, and tell everything that happens in it
      Exits with 1 if a seed failed, with 2 if it was called wrongly.
      """;
  private static final List<String> OPTIONS = List.of("--seeds", "--first-seed", "--seed");

  private final PrintStream out;

  private SimulateCommand(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) {
    System.exit(new SimulateCommand(System.out).run(List.of(arguments)));
  }

  private int run(List<String> arguments) {
    if (arguments.contains("--help") || arguments.contains("-h")) {
      out.print(USAGE);
      return 0;
    }
    Map<String, Long> options = new TreeMap<>();
    for (int i = 0; i < arguments.size(); i += 2) {
      String value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
      if (!OPTIONS.contains(arguments.get(i)) || !value.matches("-?\\d{1,18}")) {
        out.print(USAGE);
        return 2;
      }
      options.put(arguments.get(i), Long.parseLong(value));
    }
    Long single = options.get("--seed");
    return single == null
        ? runMany(options.getOrDefault("--first-seed", 1L), options.getOrDefault("--seeds", 100L))
        : replay(single);
  }

  /** What brokers log is of use to who reads a single run. */
  static void quieten(Level level) {
    for (String name : List.of(Logger.ROOT_LOGGER_NAME, "org.stoker")) {
      if (LoggerFactory.getLogger(name) instanceof Logger logger) {
        logger.setLevel(level);
      }
    }
  }

  private int replay(long seed) {
    quieten(Level.INFO);
    Simulation.Result result = Simulation.run(seed, Seams.SOUND, out::println);
    result.counters().forEach((what, count) -> out.printf("%12d  %s%n", count, what));
    print(result);
    out.printf("seed %d, hash %016x%n", seed, result.hash());
    return result.violations().isEmpty() ? 0 : 1;
  }

  private int runMany(long firstSeed, long count) {
    quieten(Level.OFF);
    var campaign = new Campaign();
    for (long seed = firstSeed; seed < firstSeed + count; seed++) {
      Simulation.Result result = campaign.run(seed);
      if (!result.violations().isEmpty()) {
        print(result);
      }
    }
    out.print(campaign.summary());
    return campaign.failures().isEmpty() ? 0 : 1;
  }

  private void print(Simulation.Result result) {
    result
        .violations()
        .forEach(violation -> out.println("seed " + result.seed() + ": " + violation));
  }
}
