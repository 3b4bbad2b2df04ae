package org.stoker.benchmarks.compare;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.stoker.base.SystemClock;

/** {@code bin/stoker compare}: Apache Kafka and Stoker on this machine, row by row. */
public final class CompareMain {
  private CompareMain() {}

  public static void main(String[] args) throws Exception {
    Path home = Path.of(System.getProperty("stoker.home", ".")).toAbsolutePath();
    Options options;
    try {
      options = Options.parse(List.of(args), home);
    } catch (Options.Wrong wrong) {
      System.err.println(wrong.getMessage());
      System.err.println(Options.USAGE);
      System.exit(1);
      return;
    }
    if (options.isHelp()) {
      System.out.println(Options.USAGE);
    } else if (options.isList()) {
      Rows.ALL.forEach(row -> System.out.printf("%-24s %s%n", row.key(), row.title()));
    } else if (options.draw() != null) {
      Report.read(options.draw()).write(options.reportDirectory());
    } else {
      System.exit(compare(options, home) ? 0 : 1);
    }
  }

  private static Thread putAwayAtTheEnd(Leftovers leftovers) {
    return new Thread(
        () -> {
          try {
            leftovers.putAway();
          } catch (InterruptedException nobodyWaits) {
            Progress.say("not everything could be put away");
          }
        },
        "put-away");
  }

  /** Returns whether every round brought figures. */
  private static boolean compare(Options options, Path home)
      throws IOException, InterruptedException {
    Path work = Files.createDirectories(options.workDirectory());
    try (FileChannel channel =
            FileChannel.open(
                work.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        Progress.say("Another comparison runs in " + work + "; --work-dir names another place.");
        return false;
      }
      return compareAlone(options, home);
    }
  }

  private static boolean compareAlone(Options options, Path home)
      throws IOException, InterruptedException {
    Path work = options.workDirectory();
    Path java = Path.of(System.getProperty("java.home", ""), "bin", "java");
    Path kafka = KafkaDistribution.BROKER.assembled(work);
    Map<String, String> facts = Machine.facts(home, work);
    if (options.isQuick()) {
      facts.put("sizes", "a tenth (--quick): a try, not a measurement");
    }

    var leftovers = new Leftovers();
    var bench =
        new Bench(new SystemClock(), leftovers, java, home, work, options.isQuick() ? 10 : 1);
    var comparison =
        new Comparison(
            bench,
            List.of(new KafkaBroker(kafka, java, List.of()), new StokerBroker(home, true)),
            options.rounds());
    Runtime.getRuntime().addShutdownHook(putAwayAtTheEnd(leftovers));
    var results = new ArrayList<RowResult>();
    try {
      for (Row row : options.rows()) {
        results.add(comparison.run(row));
        // After every row, so that a run that is stopped has brought something.
        new Report(facts, results).write(options.reportDirectory());
      }
    } catch (CancellationException stopped) {
      Progress.say("Stopped.");
      return false;
    } finally {
      leftovers.workEnded();
    }
    System.out.println(new Report(facts, results).markdown());
    Progress.say("Written to " + options.reportDirectory());
    return results.stream().allMatch(result -> result.failures().isEmpty());
  }
}
