package org.stoker.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
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
    return "\n## A broker's keys\n\n"
        + table(BrokerKeys.ALL.all())
        + "\n## A topic's keys\n\n"
        + table(topicKeys);
  }

  private static String table(Collection<ConfigKey> keys) {
    var rows =
        new StringBuilder(
            "| key | type | default | changes while running | |\n|---|---|---|---|---|\n");
    keys.stream()
        .sorted(Comparator.comparing(ConfigKey::name))
        .forEach(key -> rows.append(row(key)));
    return rows.toString();
  }

  private static String row(ConfigKey key) {
    boolean isDynamic = key.change() != ConfigKey.Change.READ_ONLY;
    String defaultText = key.defaultText() == null ? "–" : "`" + key.defaultText() + "`";
    return "| `%s` | %s | %s | %s | %s |\n"
        .formatted(
            key.name(),
            key.check().allowed(key.type()),
            key.defaultText() == null || key.defaultText().isEmpty() ? "–" : defaultText,
            isDynamic ? "yes" : "",
            key.documentation());
  }
}
