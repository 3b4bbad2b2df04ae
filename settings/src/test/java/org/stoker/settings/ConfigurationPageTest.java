package org.stoker.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of docs/configuration.md say what the code says; {@code -Ddocs.fix} rewrites them. */
final class ConfigurationPageTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");
  private static final String BEGIN =
      "<!-- the tables below are written by ConfigurationPageTest -->\n";

  @Test
  void thePageListsEveryKeyWithItsDefault() throws IOException {
    String page = Files.readString(PAGE);
    String expected = page.substring(0, page.indexOf(BEGIN) + BEGIN.length()) + tables();
    if (System.getProperty("docs.fix") != null) {
      Files.writeString(PAGE, expected);
    }

    assertThat(Files.readString(PAGE))
        .as("to fix: mvn -pl settings test -Ddocs.fix")
        .isEqualTo(expected);
  }

  private static String tables() {
    List<ConfigKey> topicKeys = TopicKeys.topicKeys().stream().map(TopicKey::key).toList();
    return "\n## Keys that end the start\n\n"
        + "What these would protect is not protected here, so a broker that has one does not"
        + " start: "
        + Protections.names().stream()
            .map(name -> "`" + name + "`")
            .collect(Collectors.joining(", "))
        + ".\n\n## A broker's keys\n\n"
        + table(BrokerKeys.ALL.all())
        + "\n## A topic's keys\n\n"
        + table(topicKeys)
        + "\n## Kafka's keys that have no effect here\n\n"
        + "They are known, checked, described and stored as in Kafka, and do nothing.\n"
        + tablesWithoutEffect("Brokers", BrokerKeys.ALL.all())
        + tablesWithoutEffect("Topics", topicKeys)
        + tablesWithoutEffect("Groups", ResourceKeys.GROUP.all())
        + tablesWithoutEffect("Client metrics", ResourceKeys.CLIENT_METRICS.all());
  }

  private static String table(Collection<ConfigKey> keys) {
    var rows =
        new StringBuilder(
            "| key | type | default | changes while running | |\n|---|---|---|---|---|\n");
    keys.stream()
        .filter(ConfigKey::hasEffect)
        .sorted(Comparator.comparing(ConfigKey::name))
        .forEach(key -> rows.append(row(key)));
    return rows.toString();
  }

  /** One table for each reason why keys have no effect. */
  private static String tablesWithoutEffect(String kind, Collection<ConfigKey> keys) {
    Map<String, StringBuilder> byReason = new TreeMap<>();
    keys.stream()
        .filter(key -> !key.hasEffect())
        .sorted(Comparator.comparing(ConfigKey::name))
        .forEach(key ->
            byReason
                .computeIfAbsent(key.use().whyNoEffect(), _ -> new StringBuilder())
                .append(
                    "| `%s` | %s | %s |\n"
                        .formatted(key.name(), defaultText(key), key.sentence())));
    var tables = new StringBuilder();
    byReason.forEach((reason, rows) ->
        tables
            .append("\n### %s: %s\n\n".formatted(kind, reason))
            .append("| key | default | in Kafka |\n|---|---|---|\n")
            .append(rows));
    return tables.toString();
  }

  private static String defaultText(ConfigKey key) {
    String text = key.defaultText();
    return text == null || text.isEmpty() ? "–" : "`" + text + "`";
  }

  private static String row(ConfigKey key) {
    boolean isDynamic = key.change() != ConfigKey.Change.READ_ONLY;
    return "| `%s` | %s | %s | %s | %s |\n"
        .formatted(
            key.name(),
            key.check().allowed(key.type()),
            defaultText(key),
            isDynamic ? "yes" : "",
            key.sentence());
  }
}
