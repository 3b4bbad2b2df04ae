package org.stoker.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every file is exactly what google-java-format writes; {@code -Dtidy.fix} rewrites them. */
final class FormatTest {
  private static final boolean FIX = System.getProperty("tidy.fix") != null;

  private final SourceTree sources = SourceTree.ofThisBuild();
  private final Formatter formatter = new Formatter();

  @Test
  void everyFileIsFormatted() throws Exception {
    List<Path> untidy = new ArrayList<>();
    for (Path file : sources.javaFiles()) {
      String source = Files.readString(file);
      String formatted = formatter.formatSourceAndFixImports(source);
      if (source.equals(formatted)) {
        continue;
      }
      if (FIX) {
        Files.writeString(file, formatted);
      } else {
        untidy.add(sources.root().relativize(file));
      }
    }

    assertThat(untidy).as("to fix: mvn -pl build/tidy test -Dtidy.fix").isEmpty();
  }
}
