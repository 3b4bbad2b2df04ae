package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class PerfArgumentsTest {
  private static PerfArguments parse(String more) {
    return PerfArguments.parse(
        ("--topic t --num-records 5 --throughput -1 --record-size 10 " + more)
            .strip()
            .split(" ", -1));
  }

  @Test
  void readsNumbersNegativeOnesToo() {
    PerfArguments arguments = parse("");

    assertThat(arguments.longInteger("--num-records")).contains(5L);
    assertThat(arguments.decimal("--throughput")).contains(-1.0);
    assertThat(arguments.integer("--record-size")).contains(10);
    assertThat(arguments.longInteger("--warmup-records")).isEmpty();
  }

  @Test
  void anOptionTakesSeveralWordsUpToTheNextOption() {
    assertThat(parse("--command-property a=1 b=2 --print-metrics").words("--command-property"))
        .containsExactly("a=1", "b=2");
  }

  @Test
  void namesMayBeAbbreviatedAsLongAsTheyAreUnambiguous() {
    assertThat(parse("--boot a:1").text("--bootstrap-server")).contains("a:1");
    assertThatThrownBy(() -> parse("--command-"))
        .hasMessage(
            "ambiguous option: --command- could match --command-config, --command-property");
  }

  @Test
  void onePayloadIsEnough() {
    assertThatThrownBy(() -> parse("--payload-monotonic"))
        .hasMessage("argument --payload-monotonic: not allowed with argument --record-size");
  }
}
