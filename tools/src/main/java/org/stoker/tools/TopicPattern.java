package org.stoker.tools;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.internals.Topic;

/** A regular expression over topic names, in which a comma means "or" and quotes and spaces go. */
final class TopicPattern {
  private final Pattern pattern;

  TopicPattern(String text) {
    String regex =
        text.strip()
            .replace(',', '|')
            .replace(" ", "")
            .replaceAll("^[\"']+", "")
            .replaceAll("[\"']+$", "");
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new ToolFailure(regex + " is an invalid regex.");
    }
  }

  boolean admits(String topic, boolean excludeInternal) {
    return pattern.matcher(topic).matches() && !(excludeInternal && Topic.isInternal(topic));
  }
}
