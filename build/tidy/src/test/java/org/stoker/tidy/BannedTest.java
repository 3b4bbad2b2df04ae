package org.stoker.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Words that do not belong in the code, each with what to use instead.
 *
 * <p>A file that is the one home of such a word is named in the rule.
 */
final class BannedTest {
  private record Rule(String name, Pattern pattern, String instead, Set<String> homes) {
    static Rule of(String name, String regex, String instead, String... homes) {
      return new Rule(name, Pattern.compile(regex), instead, Set.of(homes));
    }
  }

  // The words are written in two halves, so that this file does not match itself.
  private static final List<Rule> RULES =
      List.of(
          Rule.of(
              "wall or nano time",
              "System\\.(currentTime" + "Millis|nano" + "Time)\\(",
              "take a Clock through the constructor",
              "base/src/main/java/org/stoker/base/SystemClock.java"),
          Rule.of("sleep", "Thread\\.sle" + "ep\\(", "wait for the event, or use Timers"),
          Rule.of(
              "random",
              "new Ran" + "dom\\(|ThreadLocalRan" + "dom\\.|Math\\.ran" + "dom\\(",
              "take a Seed through the constructor"),
          Rule.of(
              "unfinished work", "\\b(TO" + "DO|FIX" + "ME)\\b", "finish it, or say it in docs"),
          Rule.of(
              "names that say nothing",
              "\\b(class|record|interface|enum) \\w+(Manager|Helper|Utils|Util|Impl)\\b",
              "name what it is"),
          Rule.of(
              "interrupt",
              "\\.interru" + "pt\\(\\)",
              "an interrupt closes FileChannels: signal",
              "base/src/main/java/org/stoker/base/FileDisk.java",
              "base/src/test/java/org/stoker/base/FileDiskTest.java"));

  private final SourceTree sources = SourceTree.ofThisBuild();

  @Test
  void noBannedWordIsUsed() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : sources.javaFiles()) {
      String name = sources.root().relativize(file).toString();
      String source = Files.readString(file);
      for (Rule rule : RULES) {
        if (!rule.homes().contains(name) && rule.pattern().matcher(source).find()) {
          found.add(name + ": " + rule.name() + ": " + rule.instead());
        }
      }
    }

    assertThat(found).isEmpty();
  }
}
