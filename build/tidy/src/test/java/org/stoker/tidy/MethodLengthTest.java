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

  // Files are formatted, so a method opens at an indentation of 2, 4 or 6 and closes at the same.
  private static final Pattern OPENS =
      Pattern.compile(
          "^( {2}| {4}| {6})\\S.*\\) (throws [\\w., ]+ )?\\{$|^( {2}| {4}| {6})\\) \\{$");

  private final SourceTree sources = SourceTree.ofThisBuild();

  @Test
  void noMethodIsLongerThanAScreen() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources.javaFiles()) {
      List<String> lines = Files.readAllLines(file);
      for (int start = 0; start < lines.size(); start++) {
        int length = lengthOfMethodAt(lines, start);
        if (length > MOST_LINES) {
          tooLong.add(
              sources.root().relativize(file) + ":" + (start + 1) + " " + length + " lines");
        }
      }
    }

    assertThat(tooLong).isEmpty();
  }

  private static int lengthOfMethodAt(List<String> lines, int start) {
    String first = lines.get(start);
    if (!OPENS.matcher(first).matches()) {
      return 0;
    }
    String close = " ".repeat(first.length() - first.stripLeading().length()) + "}";
    for (int end = start + 1; end < lines.size(); end++) {
      if (lines.get(end).startsWith(close)) {
        return end - start + 1;
      }
    }
    return 0;
  }
}
