package org.stoker.tools;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines of columns, padded as Kafka's tools pad them: one space between, the first row the names.
 */
final class Table {
  /**
   * @param width at least so wide; 0 is never padded
   * @param grows as wide as its widest value, else a wide value shifts only its own line
   */
  record Column(String name, int width, boolean grows) {
    static Column fixed(String name, int width) {
      return new Column(name, width, false);
    }

    static Column growing(String name, int leastWidth) {
      return new Column(name, leastWidth, true);
    }

    static Column last(String name) {
      return new Column(name, 0, false);
    }
  }

  private Table() {}

  static List<String> lines(List<Column> columns, List<List<String>> rows) {
    var widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = columns.get(i).width();
      if (columns.get(i).grows()) {
        for (List<String> row : rows) {
          widths[i] = Math.max(widths[i], row.get(i).length());
        }
      }
    }
    var lines = new ArrayList<String>();
    lines.add(line(columns.stream().map(Column::name).toList(), widths));
    for (List<String> row : rows) {
      lines.add(line(row, widths));
    }
    return lines;
  }

  private static String line(List<String> values, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      if (i > 0) {
        line.append(' ');
      }
      String value = values.get(i);
      line.append(value).append(" ".repeat(Math.max(0, widths[i] - value.length())));
    }
    return line.toString();
  }
}
