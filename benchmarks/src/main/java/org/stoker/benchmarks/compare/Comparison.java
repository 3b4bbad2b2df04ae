package org.stoker.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
    try (var round = new Round(bench, broker)) {
      row.run(round);
      readings.add(broker, round.values());
      Progress.say("  round " + number + " " + broker.name() + ": " + inWords(round.values()));
    } catch (Exception e) {
      String reason = e instanceof RoundFailed ? String.valueOf(e.getMessage()) : e.toString();
      readings.fail(broker, number, reason);
      Progress.say("  round " + number + " " + broker.name() + " FAILED: " + reason);
    }
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
