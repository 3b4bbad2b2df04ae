package org.stoker.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Offsets as lines of {@code topic,partition,offset}, with the group in front for several. */
final class ResetPlanFile {
  // Kafka's writer quotes what is longer than this without looking at it,
  private static final int LONGEST_UNQUOTED = 24;
  // and what holds a character up to the comma.
  private static final char LEAST_UNQUOTED = '-';

  private ResetPlanFile() {}

  static String write(Map<String, Map<TopicPartition, Long>> plans, boolean withGroup) {
    var csv = new StringBuilder();
    plans.forEach((group, plan) ->
        plan.forEach((partition, offset) -> {
          if (withGroup) {
            csv.append(quoted(group)).append(',');
          }
          csv.append(quoted(partition.topic())).append(',');
          csv.append(partition.partition()).append(',').append(offset).append('\n');
        }));
    return csv.toString();
  }

  private static String quoted(String text) {
    boolean plain = text.length() <= LONGEST_UNQUOTED;
    for (int i = 0; i < text.length() && plain; i++) {
      plain = text.charAt(i) >= LEAST_UNQUOTED;
    }
    return plain ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }

  /** Lines without a group belong to the only one that was asked for. */
  static Map<String, Map<TopicPartition, Long>> read(String csv, List<String> groups) {
    var plans = new TreeMap<String, Map<TopicPartition, Long>>();
    for (String line : csv.split("\r?\n", 0)) {
      List<String> fields = fields(line);
      boolean withGroup = fields.size() == 4;
      if (!withGroup && !(fields.size() == 3 && groups.size() == 1)) {
        throw new ToolFailure("Not a line of a reset plan: " + line);
      }
      String group = withGroup ? fields.getFirst() : groups.getFirst();
      List<String> rest = withGroup ? fields.subList(1, 4) : fields;
      try {
        var partition = new TopicPartition(rest.get(0), Integer.parseInt(rest.get(1)));
        plans
            .computeIfAbsent(group, _ -> new TreeMap<>(PartitionOrder.BY_TOPIC))
            .put(partition, Long.parseLong(rest.get(2)));
      } catch (NumberFormatException e) {
        throw new ToolFailure("Not a line of a reset plan: " + line);
      }
    }
    return plans;
  }

  private static List<String> fields(String line) {
    var fields = new ArrayList<String>();
    var field = new StringBuilder();
    boolean inQuotes = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && inQuotes && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append(c);
        i++;
      } else if (c == '"') {
        inQuotes = !inQuotes;
      } else if (c == ',' && !inQuotes) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
