package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

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
}
