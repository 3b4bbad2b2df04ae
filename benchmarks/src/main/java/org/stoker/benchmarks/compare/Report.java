package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything a run brought: as JSON with every round, as a table, as a picture. */
record Report(Map<String, String> facts, List<RowResult> rows) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  Report {
    facts = new LinkedHashMap<>(facts);
    rows = List.copyOf(rows);
  }

  static Report read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Report.class);
  }

  String json() throws IOException {
    return JSON.writeValueAsString(this) + "\n";
  }

  String markdown() {
    return MarkdownTable.of(this);
  }

  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("comparison.json"), json());
    Files.writeString(directory.resolve("comparison.md"), markdown());
    Files.writeString(directory.resolve("comparison.svg"), SvgBars.of(this));
  }
}
