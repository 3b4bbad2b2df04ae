package org.stoker.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The report as a picture: for each figure that is aimed for two bars, the longer one as wide as
 * the picture allows.
 *
 * <p>Plain SVG with a style sheet of its own, which follows the reader's light or dark mode.
 */
final class SvgBars {
  private static final int WIDTH = 860;
  private static final int LABELS = 330;
  private static final int LONGEST = 360;
  private static final int BAR = 11;
  private static final int PAIR = 34;
  private static final int TITLE = 34;
  private static final int TOP = 54;

  private static final String STYLE =
      """
      <style>
        text { font: 12px system-ui, sans-serif; fill: #24292f; }
        .title { font-weight: 600; font-size: 13px; }
        .small { fill: #57606a; }
        .kafka { fill: #9aa4af; }
        .stoker { fill: #d9480f; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3; }
          .small { fill: #9198a1; }
          .kafka { fill: #6e7681; }
          .stoker { fill: #ff7b39; }
        }
      </style>
      """;

  private SvgBars() {}

  static String of(Report report) {
    var body = new StringBuilder();
    int y = TOP;
    for (RowResult row : report.rows()) {
      List<Measured> drawn = drawn(row);
      if (drawn.isEmpty()) {
        continue;
      }
      body.append(text(0, y, "title", row.title()));
      y += TITLE - BAR;
      for (Measured measured : drawn) {
        pair(body, measured, y);
        y += PAIR;
      }
      y += BAR;
    }
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
            .formatted(WIDTH, y)
        + " aria-label=\"Apache Kafka and Stoker compared\">\n"
        + STYLE
        + legend()
        + body
        + "</svg>\n";
  }

  private static List<Measured> drawn(RowResult row) {
    var drawn = new ArrayList<Measured>();
    for (Measured measured : row.measured()) {
      if (measured.metric().hasAim() && measured.ratio().isPresent()) {
        drawn.add(measured);
      }
    }
    return drawn;
  }

  private static void pair(StringBuilder body, Measured measured, int y) {
    Metric metric = measured.metric();
    double kafka = Spread.of(measured.kafka()).median();
    double stoker = Spread.of(measured.stoker()).median();
    double longest = Math.max(kafka, stoker);
    String direction = metric.better() == Metric.Better.HIGHER ? "more" : "less";
    body.append(text(0, y + BAR, "name", metric.name()));
    body.append(text(0, y + BAR + 13, "small", metric.unit() + ", " + direction + " is better"));
    bar(body, "kafka", kafka, longest, y, "");
    String ratio = " (" + Numbers.of(measured.ratio().orElseThrow()) + "×)";
    bar(body, "stoker", stoker, longest, y + BAR + 2, ratio);
  }

  private static void bar(
      StringBuilder body, String broker, double value, double longest, int y, String after) {
    double width = longest == 0 ? 0 : value / longest * LONGEST;
    body.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
            broker,
            LABELS,
            y,
            width,
            BAR));
    body.append(text(LABELS + (int) width + 6, y + BAR - 1, "value", Numbers.of(value) + after));
  }

  private static String legend() {
    return "<rect class=\"kafka\" x=\"0\" y=\"8\" width=\"12\" height=\"12\" rx=\"2\"/>\n"
        + text(18, 18, "name", "Apache Kafka " + KafkaDistribution.VERSION)
        + "<rect class=\"stoker\" x=\"150\" y=\"8\" width=\"12\" height=\"12\" rx=\"2\"/>\n"
        + text(168, 18, "name", "Stoker");
  }

  private static String text(int x, int y, String style, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    return "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>%n".formatted(style, x, y, escaped);
  }
}
