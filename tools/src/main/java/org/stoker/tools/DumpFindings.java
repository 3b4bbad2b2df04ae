package org.stoker.tools;

import java.io.File;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What does not fit in dumped files; told after all of them, on standard error. */
final class DumpFindings {
  private final Map<String, List<String>> byHeading = new LinkedHashMap<>();

  void indexMismatch(File index, long indexOffset, long logOffset) {
    add(
        "Mismatches in :" + index.getAbsolutePath(),
        "  Index offset: " + indexOffset + ", log offset: " + logOffset);
  }

  void timeMismatch(File index, long indexTimestamp, long logTimestamp) {
    add(
        "Found timestamp mismatch in :" + index.getAbsolutePath(),
        "  Index timestamp: " + indexTimestamp + ", log timestamp: " + logTimestamp);
  }

  void timeOutOfOrder(File index, long timestamp, long previousTimestamp) {
    add(
        "Found out of order timestamp in :" + index.getAbsolutePath(),
        "  Index timestamp: " + timestamp + ", Previously indexed timestamp: " + previousTimestamp);
  }

  void offsetNotFound(File index, long indexOffset, long logOffset) {
    add(
        "The following indexed offsets are not found in :" + index.getAbsolutePath(),
        "Indexed offset: " + indexOffset + ", found log offset: " + logOffset);
  }

  void gap(File log, long offset, long nextOffset) {
    add(
        "Non-consecutive offsets in " + log.getAbsolutePath(),
        "  " + offset + " is followed by " + nextOffset);
  }

  private void add(String heading, String line) {
    byHeading.computeIfAbsent(heading, _ -> new ArrayList<>()).add(line);
  }

  void print(PrintStream out) {
    byHeading.forEach((heading, lines) -> {
      out.println(heading);
      lines.forEach(out::println);
    });
  }
}
