package org.stoker.benchmarks.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** Runs rows: both brokers in turn, round by round, so that noise hits both. */
final class Comparison {
  private final Bench bench;
  private final List<BrokerUnderComparison> brokers;
  private final int rounds;

  Comparison(Bench bench, List<BrokerUnderComparison> brokers, int rounds) {
    this.bench = bench;
    this.brokers = brokers;
    this.rounds = rounds;
  }

  /**
   * Runs all rounds of a row.
   *
   * @throws CancellationException if the person at the terminal has stopped it
   */
  RowResult run(Row row) {
    Progress.say(row.key() + ": " + row.title());
    var readings = new Readings();
    for (int round = 1; round <= rounds; round++) {
      for (BrokerUnderComparison broker : inTurn(round)) {
        runOnce(row, broker, round, readings);
      }
    }
    return readings.result(row);
  }

  /** The one that began last time is second this time. */
  private List<BrokerUnderComparison> inTurn(int round) {
    var order = new ArrayList<>(brokers);
    return round % 2 == 1 ? order : order.reversed();
  }

  private void runOnce(Row row, BrokerUnderComparison broker, int number, Readings readings) {
    throwIfStopped();
    String turn = "round " + number + " of " + broker.name();
    try (var round = new Round(bench, broker, "round")) {
      try {
        row.run(round);
      } catch (Exception e) {
        throwIfStopped();
        round.keepLogs(logs(row, broker, number));
        throw e;
      }
      readings.add(broker, round.values());
      Progress.say("  " + turn + ": " + inWords(round.values()));
    } catch (Exception e) {
      throwIfStopped();
      String reason = e instanceof RoundFailed ? String.valueOf(e.getMessage()) : e.toString();
      readings.fail(turn + ": " + reason);
      Progress.say("  " + turn + " FAILED: " + reason);
      Progress.say("  its logs: " + logs(row, broker, number));
    }
  }

  /** What fails because its processes were ended is not a failure of theirs. */
  private void throwIfStopped() {
    if (bench.leftovers().isBeingPutAway()) {
      throw new CancellationException("stopped");
    }
  }

  private Path logs(Row row, BrokerUnderComparison broker, int number) {
    return bench
        .workDirectory()
        .resolve("failed")
        .resolve(row.key() + "-" + number + "-" + broker.name());
  }

  private static String inWords(Map<Metric, Double> values) {
    var words = new ArrayList<String>();
    values.forEach((metric, value) ->
        words.add(
            String.format(
                Locale.ROOT, "%s %s %s", metric.name(), Numbers.of(value), metric.unit())));
    return String.join(", ", words);
  }
}
