package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class OptionSetTest {
  private static final Option<String> NAME = Option.text("name", "who", "A name.");
  private static final Option<Integer> COUNT = Option.integer("count", "", "A number.").orElse(7);
  private static final Option<Boolean> LOUD = Option.flag("loud", "A flag.");
  private static final Option<Long> WAIT =
      Option.longInteger("wait", "ms", "May stand alone.").withOptionalArgument().orElse(9L);
  private static final Option<String> KEYS = Option.text("keys", "", "Several.").listing();

  private final OptionSet options = new OptionSet("About.", NAME, COUNT, LOUD, WAIT, KEYS);

  private ParsedOptions parse(String... args) {
    return options.parse(args);
  }

  @Test
  void anArgumentFollowsOrIsAttached() {
    assertThat(parse("--name", "a").value(NAME)).isEqualTo("a");
    assertThat(parse("--name=a=b").value(NAME)).isEqualTo("a=b");
    assertThat(parse("-name", "a").value(NAME)).isEqualTo("a");
    assertThat(parse("--name=", "a").value(NAME)).isEqualTo("a");
    assertThat(parse("--name", "--loud").value(NAME)).isEqualTo("--loud");
  }

  @Test
  void whatIsNotGivenHasItsDefault() {
    ParsedOptions parsed = parse("--loud");

    assertThat(parsed.has(COUNT)).isFalse();
    assertThat(parsed.value(COUNT)).isEqualTo(7);
    assertThat(parsed.given(COUNT)).isEmpty();
    assertThat(parsed.valueOrNull(NAME)).isNull();
    assertThat(parsed.values(NAME)).isEmpty();
  }

  @Test
  void anOptionMayStandAloneWhenItsArgumentIsOptional() {
    assertThat(parse("--wait", "--loud").value(WAIT)).isEqualTo(9);
    assertThat(parse("--wait", "-5").value(WAIT)).isEqualTo(-5);
    assertThat(parse("--wait", "soon").value(WAIT)).isEqualTo(9);
    assertThat(parse("--wait").has(WAIT)).isTrue();
  }

  @Test
  void wordsThatBelongToNothingAreIgnored() {
    assertThat(parse("stray", "-", "--loud", "more").has(LOUD)).isTrue();
    assertThat(parse("--loud", "--", "--nonsense").has(LOUD)).isTrue();
  }

  @Test
  void anOptionMayBeRepeatedOrListItsValues() {
    ParsedOptions parsed = parse("--keys", "a,b,,c", "--keys=d", "--name", "x", "--name", "y");

    assertThat(parsed.values(KEYS)).containsExactly("a", "b", "c", "d");
    assertThat(parsed.values(NAME)).containsExactly("x", "y");
    assertThat(parsed.inOrder()).containsExactly(KEYS, KEYS, NAME, NAME);
    assertThatThrownBy(() -> parsed.value(NAME))
        .hasMessage("Found multiple arguments for option name, but you asked for only one");
  }

  @Test
  void namesAreNeitherAbbreviatedNorInvented() {
    assertThatThrownBy(() -> parse("--nam", "a")).hasMessage("nam is not a recognized option");
    assertThatThrownBy(() -> parse("-xyz")).hasMessage("x is not a recognized option");
    assertThatThrownBy(() -> parse("--name")).hasMessage("Option name requires an argument");
  }

  @Test
  void aMalformedNumberIsRefusedWhenItIsAskedFor() {
    ParsedOptions parsed = parse("--count", "many");

    assertThatThrownBy(() -> parsed.value(COUNT))
        .isInstanceOf(OptionException.class)
        .hasMessage("Cannot parse argument 'many' of option count");
  }

  @Test
  void helpAndVersionEndTheReading() {
    assertThatThrownBy(this::parse).isInstanceOf(UsageException.class).hasMessage("About.");
    assertThatThrownBy(() -> parse("--help")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> parse("--version")).isInstanceOf(VersionRequest.class);
  }

  @Test
  void theUsageNamesEveryOptionOnceInOrder() {
    var out = new ByteArrayOutputStream();

    options.printUsage(new PrintStream(out, true, StandardCharsets.UTF_8));

    assertThat(out.toString(StandardCharsets.UTF_8).lines().map(line -> line.split(" ", -1)[0]))
        .containsSubsequence(
            "--count", "--help", "--keys", "--loud", "--name", "--version", "--wait");
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("(default: 7)");
  }

  @Test
  void optionsThatExcludeEachOtherAreNamed() {
    ParsedOptions parsed = parse("--name", "a", "--loud");

    assertThatThrownBy(() -> parsed.refuseBeside(NAME, LOUD))
        .hasMessage("Option \"[name]\" can't be used with option \"[loud]\"");
    assertThatThrownBy(() -> parsed.require(NAME, COUNT))
        .hasMessage("Missing required argument \"[count]\"");
    assertThatThrownBy(() -> parsed.requireExactlyOne(NAME, LOUD))
        .hasMessage("Exactly one of the following arguments is required: [name], [loud]");
  }
}
