package org.stoker.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.stoker.base.ConfinedTo;

/** Many seeds, one after the other, and what they came to together. */
@ConfinedTo(ConfinedTo.ONE_THREAD)
final class Campaign {
  private final Map<String, Long> totals = new TreeMap<>();
  private final Map<String, Integer> seedsWith = new TreeMap<>();
  private final Map<String, Long> least = new TreeMap<>();
  private final List<Simulation.Result> failures = new ArrayList<>();
  private int seeds;

  /** Runs a seed and counts what happened in it. */
  Simulation.Result run(long seed) {
    Simulation.Result result = Simulation.run(seed);
    seeds++;
    result
        .counters()
        .forEach((what, count) -> {
          totals.merge(what, count, Long::sum);
          seedsWith.merge(what, 1, Integer::sum);
        });
    for (String what : List.of(Counters.ACKNOWLEDGED, Counters.FAULTS, Counters.LEADER_CHANGES)) {
      least.merge(what, result.counters().getOrDefault(what, 0L), Math::min);
    }
    if (!result.violations().isEmpty()) {
      failures.add(result);
    }
    return result;
  }

  List<Simulation.Result> failures() {
    return failures;
  }

  /** In how many of a hundred seeds it happened. */
  double percentWith(String what) {
    return 100.0 * seedsWith.getOrDefault(what, 0) / Math.max(1, seeds);
  }

  /** How often it happened in the seed in which it happened least. */
  long leastOf(String what) {
    return least.getOrDefault(what, 0L);
  }

  /** A line for everything that was counted. */
  String summary() {
    var text = new StringBuilder();
    totals.forEach((what, total) ->
        text.append(
            "%12d  in %5.1f %% of the seeds  %s%n".formatted(total, percentWith(what), what)));
    least.forEach(
        (what, count) -> text.append("%12d  at least in every seed  %s%n".formatted(count, what)));
    return text.append("%d of %d seeds failed%n".formatted(failures.size(), seeds)).toString();
  }
}
