package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {
  @Test
  void whatWasWrittenIsReadAsItWas(@TempDir Path directory) throws IOException {
    Report report = KnownReport.report();

    report.write(directory.resolve("new"));

    assertThat(Report.read(directory.resolve("new/comparison.json"))).isEqualTo(report);
    assertThat(directory.resolve("new/comparison.md")).hasContent(report.markdown());
    assertThat(directory.resolve("new/comparison.svg")).hasContent(SvgBars.of(report));
  }

  @Test
  void theJsonSaysWhatFollowsFromTheRounds() throws IOException {
    JsonNode produced =
        new ObjectMapper().readTree(KnownReport.report().json()).at("/rows/0/measured/1");

    assertThat(produced.at("/metric/name").asText()).isEqualTo("produced");
    assertThat(produced.at("/stoker/2").asDouble()).isEqualTo(160);
    assertThat(produced.at("/summary/kafka/median").asDouble()).isEqualTo(100);
    assertThat(produced.at("/summary/kafka/min").asDouble()).isEqualTo(90);
    assertThat(produced.at("/summary/stoker/max").asDouble()).isEqualTo(160);
    assertThat(produced.at("/summary/ratio").asDouble()).isEqualTo(1.5);
  }
}
