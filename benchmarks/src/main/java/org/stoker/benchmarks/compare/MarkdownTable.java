package org.stoker.benchmarks.compare;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The report as people read it. */
final class MarkdownTable {
  private static final String CLIENT_BOUND =
      " The client took more of the machine than either broker: it is the bottleneck, and CPU"
          + " decides.";

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
      text.append("- ").append(row.title()).append(": ").append(row.conditions());
      text.append(isClientBound(row) ? CLIENT_BOUND : "").append("\n");
    }
    text.append("\n");
    for (Map.Entry<String, String> fact : report.facts().entrySet()) {
      text.append("- ").append(fact.getKey()).append(": ").append(fact.getValue()).append("\n");
    }
    return text.toString();
  }

  /** The machine's cores went to the client rather than to either broker. */
  private static boolean isClientBound(RowResult row) {
    Optional<Measured> client = cores(row, Stretch.CLIENT_CORES);
    Optional<Measured> broker = cores(row, Stretch.BROKER_CORES);
    return client.isPresent()
        && broker.isPresent()
        && isMore(client.get().kafka(), broker.get().kafka())
        && isMore(client.get().stoker(), broker.get().stoker());
  }

  private static Optional<Measured> cores(RowResult row, Metric metric) {
    return row.measured().stream().filter(each -> each.metric().equals(metric)).findFirst();
  }

  private static boolean isMore(List<Double> ofClient, List<Double> ofBroker) {
    return !ofClient.isEmpty()
        && !ofBroker.isEmpty()
        && Spread.of(ofClient).median() > Spread.of(ofBroker).median();
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
