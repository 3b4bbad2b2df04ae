package org.stoker.benchmarks.compare;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything a run brought: as JSON with every round, as a table, as a picture. */
record Report(Map<String, String> facts, List<RowResult> rows) {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  Report {
    facts = new LinkedHashMap<>(facts);
    rows = List.copyOf(rows);
  }

  static Report read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Report.class);
  }

  /** Every round's values, and beside them what follows from them. */
  String json() throws IOException {
    ObjectNode tree = JSON.valueToTree(this);
    for (int i = 0; i < rows.size(); i++) {
      List<Measured> measured = rows.get(i).measured();
      for (int j = 0; j < measured.size(); j++) {
        JsonNode node = tree.path("rows").path(i).path("measured").path(j);
        addSummary((ObjectNode) node, measured.get(j));
      }
    }
    return JSON.writeValueAsString(tree) + "\n";
  }

  private static void addSummary(ObjectNode node, Measured measured) {
    ObjectNode summary = node.putObject("summary");
    addSpread(summary, "kafka", measured.kafka());
    addSpread(summary, "stoker", measured.stoker());
    measured.ratio().ifPresent(ratio -> summary.put("ratio", ratio));
  }

  private static void addSpread(ObjectNode summary, String broker, List<Double> values) {
    if (!values.isEmpty()) {
      summary.set(broker, JSON.valueToTree(Spread.of(values)));
    }
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
