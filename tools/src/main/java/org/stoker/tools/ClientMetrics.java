package org.stoker.tools;

import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** Prints all metrics of a client, one on a line, in the order of their names. */
final class ClientMetrics {
  private ClientMetrics() {}

  static void print(Map<MetricName, ? extends Metric> metrics, PrintStream out) {
    var values = new TreeMap<String, Object>();
    int width = 0;
    for (Metric metric : metrics.values()) {
      MetricName name = metric.metricName();
      String key = name.group() + ":" + name.name() + ":" + name.tags();
      values.put(key, metric.metricValue());
      width = Math.max(width, key.length());
    }
    if (values.isEmpty()) {
      return;
    }
    String key = "%-" + width + "s";
    out.printf("%n" + key + "   %s%n", "Metric Name", "Value");
    for (Map.Entry<String, Object> metric : values.entrySet()) {
      String value = metric.getValue() instanceof Double ? "%.3f" : "%s";
      out.printf(key + " : " + value + "%n", metric.getKey(), metric.getValue());
    }
  }
}
