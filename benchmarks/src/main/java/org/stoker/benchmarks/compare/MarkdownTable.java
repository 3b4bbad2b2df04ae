package org.stoker.benchmarks.compare;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The report as people read it. */
final class MarkdownTable {
  private MarkdownTable() {}

  static String of(Report report) {
    var text = new StringBuilder();
    text.append("| | Kafka | Stoker | ratio | aim |\n|---|---|---|---|---|\n");
    for (RowResult row : report.rows()) {
      text.append("| **").append(row.title()).append("** | | | | |\n");
      for (Measured measured : row.measured()) {
        text.append(line(measured));
      }
      for (String failure : row.failures()) {
        text.append("| FAILED: ").append(inCell(failure)).append(" | | | | |\n");
      }
    }
    text.append("\nMedian of the rounds, and from the least to the most.");
    text.append(" 1 KB is 1,000 bytes, and so on.\n\n");
    for (RowResult row : report.rows()) {
      text.append("- ").append(row.title()).append(": ").append(row.conditions()).append("\n");
    }
    text.append("\n");
    for (Map.Entry<String, String> fact : report.facts().entrySet()) {
      text.append("- ").append(fact.getKey()).append(": ").append(fact.getValue()).append("\n");
    }
    return text.toString();
  }

  private static String line(Measured measured) {
    Metric metric = measured.metric();
    OptionalDouble ratio = measured.ratio();
    boolean isCompared = metric.better() != Metric.Better.NEITHER && ratio.isPresent();
    return "| %s, %s | %s | %s | %s | %s |\n"
        .formatted(
            metric.name(),
            metric.unit(),
            spread(measured.kafka()),
            spread(measured.stoker()),
            isCompared ? Numbers.of(ratio.getAsDouble()) + "×" : "",
            aim(metric, ratio));
  }

  private static String spread(List<Double> values) {
    if (values.isEmpty()) {
      return "–";
    }
    Spread spread = Spread.of(values);
    return "%s (%s–%s)"
        .formatted(Numbers.of(spread.median()), Numbers.of(spread.min()), Numbers.of(spread.max()));
  }

  private static String aim(Metric metric, OptionalDouble ratio) {
    if (!metric.hasAim()) {
      return "";
    }
    String sign = metric.better() == Metric.Better.HIGHER ? "≥ " : "≤ ";
    String aim = sign + Numbers.of(metric.aim()) + "×";
    if (ratio.isEmpty()) {
      return aim;
    }
    return aim + (metric.isReachedBy(ratio.getAsDouble()) ? " reached" : " missed");
  }

  private static String inCell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
