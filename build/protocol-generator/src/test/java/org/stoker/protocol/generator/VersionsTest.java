package org.stoker.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VersionsTest {
  @ParameterizedTest
  @ValueSource(strings = {"3", "3+", "3-7", "none", "0+"})
  void isWrittenAsItIsRead(String text) {
    assertThat(Versions.parse(text)).hasToString(text);
  }

  @Test
  void anOpenRangeHasNoHighestVersion() {
    assertThat(Versions.parse("3+").contains(2)).isFalse();
    assertThat(Versions.parse("3+").contains(30_000)).isTrue();
    assertThat(Versions.parse("none").contains(0)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"3+, 0-5, 3-5", "0-2, 3-5, none", "none, 0+, none", "1, 0+, 1"})
  void intersects(String left, String right, String both) {
    assertThat(Versions.parse(left).intersect(Versions.parse(right))).hasToString(both);
    assertThat(Versions.parse(right).intersect(Versions.parse(left))).hasToString(both);
  }

  @ParameterizedTest
  @CsvSource({
    "0+, 3+, 0-2",
    "0+, 0-2, 3+",
    "3+, 3+, none",
    "0-5, none, 0-5",
    "0-2, 3+, 0-2",
    "2-5, 4+, 2-3"
  })
  void subtracts(String from, String removed, String left) {
    assertThat(Versions.parse(from).subtract(Versions.parse(removed))).hasToString(left);
  }

  @Test
  void aRangeIsNotCutInTwo() {
    assertThatThrownBy(() -> Versions.parse("0-9").subtract(Versions.parse("3-4")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0-9 without 3-4 is two ranges");
  }

  @ParameterizedTest
  @CsvSource({
    "0+, 4-9, true",
    "0-3, 4-9, false",
    "6+, 4-9, version >= 6",
    "0-6, 4-9, version <= 6",
    "5-6, 4-9, version >= 5 && version <= 6",
    "none, 4-9, false"
  })
  void aConditionAsksOnlyWhatIsNotKnownAlready(String wanted, String possible, String condition) {
    assertThat(Versions.parse(wanted).among(Versions.parse(possible)).expression())
        .isEqualTo(condition);
  }
}
