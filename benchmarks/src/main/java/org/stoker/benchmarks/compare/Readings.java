package org.stoker.benchmarks.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stoker.base.ConfinedTo;

/** Collects what the rounds of one row measure and how they fail. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Readings {
  private final Map<Metric, Map<String, List<Double>>> values = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();

  void add(BrokerUnderComparison broker, Map<Metric, Double> ofOneRound) {
    ofOneRound.forEach((metric, value) ->
        values
            .computeIfAbsent(metric, _ -> new LinkedHashMap<>())
            .computeIfAbsent(broker.name(), _ -> new ArrayList<>())
            .add(value));
  }

  void fail(String sentence) {
    failures.add(sentence);
  }

  RowResult result(Row row) {
    var measured = new ArrayList<Measured>();
    values.forEach((metric, byBroker) ->
        measured.add(
            new Measured(
                metric,
                byBroker.getOrDefault(KafkaBroker.NAME, List.of()),
                byBroker.getOrDefault(StokerBroker.NAME, List.of()))));
    return new RowResult(row.key(), row.title(), row.conditions(), measured, failures);
  }
}
