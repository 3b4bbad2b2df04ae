package org.stoker.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * Runs a command of ours and of Kafka's with the same arguments, and holds ours to Kafka's standard
 * output, exit code and the first line on standard error.
 *
 * <p>The word {@code SIDE} in an argument, or in standard input, becomes another word of the same
 * length for each of the two, so that commands that change something do not meet; {@code BROKER}
 * becomes the broker's address.
 */
final class Comparison {
  /** The words that {@code SIDE} becomes. */
  static final List<String> SIDES = List.of("qxqa", "qxqb");

  private static final String OURS = SIDES.get(0);
  private static final String THEIRS = SIDES.get(1);
  // The name of an exception in front of its message is Kafka's way to fail, not part of what is
  // said.
  private static final Pattern EXCEPTION =
      Pattern.compile("^(Exception in thread \"main\" )?([\\w$]+\\.)+[\\w$]*(Exception|Error): ");

  private final BrokerUnderTest broker;
  private final ReferenceTools reference;
  private final String tool;
  private final List<String> args;
  private final Map<Pattern, String> replaced = new LinkedHashMap<>();
  private String stdin = "";
  private boolean anyOrder;
  private boolean errIgnored;
  private boolean repeatable;

  private Comparison(
      BrokerUnderTest broker, ReferenceTools reference, String tool, List<String> args) {
    this.broker = broker;
    this.reference = reference;
    this.tool = tool;
    this.args = args;
  }

  /** Both command lines, ready to be compared. */
  record Both(BrokerUnderTest broker, ReferenceTools reference) {
    Comparison run(String tool, String... args) {
      return new Comparison(broker, reference, tool, List.of(args));
    }

    /** With {@code --bootstrap-server}. */
    Comparison ask(String tool, String... args) {
      var all = new ArrayList<>(List.of("--bootstrap-server", "BROKER"));
      all.addAll(Arrays.asList(args));
      return new Comparison(broker, reference, tool, all);
    }
  }

  Comparison stdin(String text) {
    stdin = text;
    return this;
  }

  /** What differs from run to run: every match counts as the replacement. */
  Comparison replacing(String regex, String replacement) {
    replaced.put(Pattern.compile(regex, Pattern.MULTILINE), replacement);
    return this;
  }

  /** Kafka prints what hash maps yield; ours is sorted. */
  Comparison inAnyOrder() {
    anyOrder = true;
    return this;
  }

  /** Where Kafka prints a stack trace of something that it copes with. */
  Comparison ignoringStandardError() {
    errIgnored = true;
    return this;
  }

  /** What explains a tool is in our own words; that it does, and how it ends, is as in Kafka. */
  Comparison inOurOwnWords() {
    errIgnored = true;
    return this;
  }

  /**
   * A question about something that was changed just before: brokers learn of it a little later.
   */
  Comparison eventually() {
    repeatable = true;
    return this;
  }

  /** Asserts that both did the same, and returns what ours did. */
  Outcome same() throws Exception {
    if (!repeatable) {
      return compared();
    }
    var last = new AtomicReference<Outcome>();
    Awaitility.await().untilAsserted(() -> last.set(compared()));
    return last.get();
  }

  /** What ours does, where Kafka's does something else on purpose. */
  Outcome ours() {
    return normalized(runOurs(), OURS);
  }

  private Outcome compared() throws Exception {
    Outcome theirs = normalized(reference.run(tool, sided(stdin, THEIRS), sided(THEIRS)), THEIRS);
    Outcome ours = normalized(runOurs(), OURS);
    String command = tool + " " + String.join(" ", args);

    assertThat(ours.out()).as("standard output of %s", command).isEqualTo(theirs.out());
    assertThat(ours.exitCode()).as("exit code of %s", command).isEqualTo(theirs.exitCode());
    if (!errIgnored) {
      assertThat(firstLine(ours.err()))
          .as("standard error of %s", command)
          .startsWith(firstLine(theirs.err()));
    }
    return ours;
  }

  private Outcome runOurs() {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var terminal =
        new Terminal(
            new ByteArrayInputStream(sided(stdin, OURS).getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    var words = new ArrayList<>(List.of(tool));
    words.addAll(sided(OURS));
    int exitCode = StokerTools.run(words.toArray(String[]::new), terminal);
    return new Outcome(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private List<String> sided(String side) {
    return args.stream().map(arg -> sided(arg, side)).toList();
  }

  private String sided(String text, String side) {
    return text.replace("SIDE", side).replace("BROKER", broker.bootstrapServer());
  }

  private Outcome normalized(Outcome outcome, String side) {
    return new Outcome(
        outcome.exitCode(), ordered(plain(outcome.out(), side)), plain(outcome.err(), side));
  }

  private String plain(String text, String side) {
    String plain = text.replace(side, "SIDE").replace(side.equals(OURS) ? THEIRS : OURS, "OTHER");
    for (Map.Entry<Pattern, String> entry : replaced.entrySet()) {
      plain = entry.getKey().matcher(plain).replaceAll(entry.getValue());
    }
    return plain;
  }

  private String ordered(String text) {
    return anyOrder ? text.lines().sorted().collect(Collectors.joining("\n")) : text;
  }

  private static String firstLine(String err) {
    return err.lines()
        .filter(line -> !line.isBlank() && !line.startsWith("SLF4J:"))
        .findFirst()
        .map(line -> EXCEPTION.matcher(line).replaceFirst(""))
        .orElse("");
  }
}
