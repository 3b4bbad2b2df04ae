package org.stoker.benchmarks.compare;

import java.util.List;
import java.util.OptionalDouble;

/** One metric's values of both brokers, in the order of the rounds. */
record Measured(Metric metric, List<Double> kafka, List<Double> stoker) {
  Measured {
    kafka = List.copyOf(kafka);
    stoker = List.copyOf(stoker);
  }

  /** Stoker's median over Kafka's; absent if one of them was never measured, or Kafka's is zero. */
  OptionalDouble ratio() {
    if (kafka.isEmpty() || stoker.isEmpty()) {
      return OptionalDouble.empty();
    }
    double base = Spread.of(kafka).median();
    return base == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Spread.of(stoker).median() / base);
  }
}
