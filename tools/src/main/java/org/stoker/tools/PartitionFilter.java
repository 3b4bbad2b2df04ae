package org.stoker.tools;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Chooses partitions by rules: a topic pattern, and which of its partitions. */
final class PartitionFilter {
  private record Rule(TopicPattern topic, IntPredicate partition) {}

  private static final Pattern RULE =
      Pattern.compile("([^:,]*)(?::(?:([0-9]*)|(?:([0-9]*)-([0-9]*))))?");
  private static final String ANY_TOPIC = ".*";

  private final List<Rule> rules;

  private PartitionFilter(List<Rule> rules) {
    this.rules = rules;
  }

  /** One topic pattern and a list of partition numbers; what is absent admits all. */
  static PartitionFilter of(Optional<String> topic, Optional<String> partitions) {
    Set<Integer> numbers = new HashSet<>();
    for (String number : partitions.orElse("").split(",", 0)) {
      try {
        if (!number.isEmpty()) {
          numbers.add(Integer.parseInt(number));
        }
      } catch (NumberFormatException e) {
        throw new ToolFailure(
            "--partitions expects a comma separated list of numeric partition ids, but received: "
                + partitions.orElse(""));
      }
    }
    IntPredicate admitted = number -> numbers.isEmpty() || numbers.contains(number);
    return new PartitionFilter(
        List.of(new Rule(new TopicPattern(topic.orElse(ANY_TOPIC)), admitted)));
  }

  /** Rules like {@code orders:0-3,audit:1,clicks}; the end of a range is not in it. */
  static PartitionFilter ofRules(String text) {
    var rules = new ArrayList<Rule>();
    for (String rule : text.split(",", 0)) {
      rules.add(rule(rule));
    }
    return new PartitionFilter(rules);
  }

  private static Rule rule(String text) {
    Matcher matcher = RULE.matcher(text);
    if (!matcher.matches()) {
      throw new ToolFailure("Invalid rule specification: " + text);
    }
    String topic = matcher.group(1);
    var pattern = new TopicPattern(topic == null || topic.isEmpty() ? ANY_TOPIC : topic);
    Optional<Integer> only = number(matcher.group(2));
    if (only.isPresent()) {
      int wanted = only.get();
      return new Rule(pattern, number -> number == wanted);
    }
    int from = number(matcher.group(3)).orElse(0);
    int to = number(matcher.group(4)).orElse(Integer.MAX_VALUE);
    return new Rule(pattern, number -> number >= from && number < to);
  }

  private static Optional<Integer> number(@Nullable String digits) {
    return digits == null || digits.isEmpty()
        ? Optional.empty()
        : Optional.of(Integer.parseInt(digits));
  }

  boolean admitsTopic(String topic) {
    return rules.stream().anyMatch(rule -> rule.topic().admits(topic, false));
  }

  boolean admits(TopicPartition partition) {
    return rules.stream()
        .anyMatch(rule ->
            rule.topic().admits(partition.topic(), false)
                && rule.partition().test(partition.partition()));
  }
}
