package org.stoker.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OptionsTest {
  private static final Path HOME = Path.of("/home/stoker");

  @Test
  void withoutAnyEveryRowIsRunFiveTimes() throws Exception {
    Options options = parse();

    assertThat(options.rows()).isEqualTo(Rows.ALL);
    assertThat(options.rounds()).isEqualTo(5);
    assertThat(options.isQuick()).isFalse();
    assertThat(options.workDirectory()).isEqualTo(HOME.resolve("target/compare"));
    assertThat(options.reportDirectory()).isEqualTo(options.workDirectory());
  }

  @Test
  void someRowsAreRunInTheOrderOfTheReport() throws Exception {
    Options options = parse("--only", "consume,produce-6", "--rounds", "3", "--quick");

    assertThat(options.rows()).extracting(Row::key).containsExactly("produce-6", "consume");
    assertThat(options.rounds()).isEqualTo(3);
    assertThat(options.isQuick()).isTrue();
  }

  @Test
  void directoriesAreTakenFromWhereTheCommandIsTyped() throws Exception {
    Options options = parse("--work-dir", "work", "--out", "out");

    assertThat(options.workDirectory()).isEqualTo(Path.of("work").toAbsolutePath());
    assertThat(options.reportDirectory()).isEqualTo(Path.of("out").toAbsolutePath());
  }

  @Test
  void whatCannotBeUnderstoodIsSaid() {
    assertWrong("There is no row produce-7; --list names them.", "--only", "produce-7");
    assertWrong("--rounds needs a whole number above zero, not 0.", "--rounds", "0");
    assertWrong("--rounds needs a whole number above zero, not x.", "--rounds", "x");
    assertWrong("--only needs a value.", "--only");
    assertWrong("There is no option --fast.", "--fast");
  }

  @Test
  void everyRowHasANameOfItsOwn() {
    assertThat(Rows.ALL).extracting(Row::key).doesNotHaveDuplicates();
  }

  private static void assertWrong(String message, String... arguments) {
    assertThatThrownBy(() -> parse(arguments))
        .isInstanceOf(Options.Wrong.class)
        .hasMessage(message);
  }

  private static Options parse(String... arguments) throws Options.Wrong {
    return Options.parse(List.of(arguments), HOME);
  }
}
