package org.stoker.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** No method passes 70 lines: push the ifs up and the loops down, one method decides. */
final class MethodLengthTest {
  private static final int MOST_LINES = 70;

  private static final Pattern TYPE = Pattern.compile("\\b(class|record|interface|enum) \\w");
  private static final Pattern END_OF_WHAT_CAME_BEFORE =
      Pattern.compile(".*[;{}]( *//.*)?|\\s*|\\s*(@.*[^,(]|(\\*|//|/\\*).*)|.*\\*/");

  private final SourceTree sources = SourceTree.ofThisBuild();

  @Test
  void noMethodIsLongerThanAScreen() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources.javaFiles()) {
      List<String> lines = Files.readAllLines(file);
      for (int opens = 0; opens < lines.size(); opens++) {
        int length = lengthOfMethodOpenedAt(lines, opens);
        if (length > MOST_LINES) {
          tooLong.add(
              sources.root().relativize(file) + ":" + (opens + 1) + " " + length + " lines");
        }
      }
    }

    assertThat(tooLong).isEmpty();
  }

  /**
   * Files are formatted, so a body closes at the indentation of the line that its header begins at.
   */
  private static int lengthOfMethodOpenedAt(List<String> lines, int opens) {
    if (!lines.get(opens).endsWith(" {")) {
      return 0;
    }
    int begins = opens;
    while (begins > 0 && !END_OF_WHAT_CAME_BEFORE.matcher(lines.get(begins - 1)).matches()) {
      begins--;
    }
    String header = String.join(" ", lines.subList(begins, opens + 1));
    if (indentation(lines.get(begins)) == 0 || TYPE.matcher(header).find()) {
      return 0;
    }
    String close = " ".repeat(indentation(lines.get(begins))) + "}";
    for (int end = opens + 1; end < lines.size(); end++) {
      if (lines.get(end).startsWith(close)) {
        return end - begins + 1;
      }
    }
    return 0;
  }

  private static int indentation(String line) {
    return line.length() - line.stripLeading().length();
  }
}
