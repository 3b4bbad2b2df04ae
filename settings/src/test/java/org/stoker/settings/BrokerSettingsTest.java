package org.stoker.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BrokerSettingsTest {
  private static TopicKey topicKey(String name) {
    return TopicKeys.topicKeys().stream()
        .filter(key -> key.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aTopicInheritsTheBrokersValueInItsOwnUnit() {
    var settings = BrokerSettings.ofFile(Map.of("log.retention.hours", "2"));

    assertThat(settings.topicValues(Map.of()).longInteger("retention.ms")).isEqualTo(7_200_000);
    assertThat(settings.topicValues(Map.of("retention.ms", "5")).longInteger("retention.ms"))
        .isEqualTo(5);
  }

  @Test
  void theFinestUnitOfALayerWinsAndAHigherLayerWinsOverAll() {
    var file = Map.of("log.retention.hours", "2", "log.retention.ms", "9");
    var settings = new BrokerSettings(file, Map.of(), Map.of());
    var changed = new BrokerSettings(file, Map.of("log.retention.ms", "8"), Map.of());

    assertThat(settings.topicValues(Map.of()).longInteger("retention.ms")).isEqualTo(9);
    assertThat(changed.topicValues(Map.of()).longInteger("retention.ms")).isEqualTo(8);
  }

  @Test
  void negativeHoursAreForEver() {
    var settings = BrokerSettings.ofFile(Map.of("log.retention.hours", "-1"));

    assertThat(settings.topicValues(Map.of()).longInteger("retention.ms")).isEqualTo(-1);
  }

  @Test
  void describesWhereATopicsValueComesFrom() {
    var settings =
        new BrokerSettings(
            Map.of("log.segment.bytes", "2000000"),
            Map.of("log.segment.bytes", "3000000"),
            Map.of());

    ConfigEntry entry =
        settings.describe(topicKey("segment.bytes"), Map.of("segment.bytes", "4000000"));

    assertThat(entry.value()).isEqualTo("4000000");
    assertThat(entry.source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
    assertThat(entry.synonyms())
        .extracting(synonym -> synonym.source() + " " + synonym.name() + "=" + synonym.value())
        .containsExactly(
            "DYNAMIC_TOPIC_CONFIG segment.bytes=4000000",
            "DYNAMIC_DEFAULT_BROKER_CONFIG log.segment.bytes=3000000",
            "STATIC_BROKER_CONFIG log.segment.bytes=2000000",
            "DEFAULT_CONFIG log.segment.bytes=1073741824");
  }

  @Test
  void aWrongValueNamesTheKeyTheValueAndWhatIsAllowed() {
    var settings = BrokerSettings.ofFile(Map.of("num.partitions", "many"));

    assertThatThrownBy(settings::values)
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid value many for configuration num.partitions: must be a whole number, at least"
                + " 1");
  }

  @Test
  void aValueOutOfRangeIsRefused() {
    assertThatThrownBy(() -> TopicKeys.ALL.require("compression.gzip.level").parse("10"))
        .hasMessageContaining("from 1 to 9, or -1");
    assertThat(TopicKeys.ALL.require("compression.gzip.level").parse("-1")).isEqualTo(-1);
    assertThatThrownBy(() -> TopicKeys.ALL.require("cleanup.policy").parse("delete,shred"))
        .hasMessageContaining("some of compact, delete");
    assertThatThrownBy(() ->
            TopicKeys.ALL.require("leader.replication.throttled.replicas").parse("0:1,nonsense"))
        .hasMessageContaining("partition:broker");
  }

  @Test
  void readsAFileAndWarnsOfKeysWithoutEffect(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("server.properties");
    Files.writeString(
        file,
        """
        broker.id=7
        # a comment
        log.dirs = /a , /b
        zookeeper.connect=
        controller.quorum.voters=1@x:9
        no.such.key=1
        """);

    ServerProperties properties = ServerProperties.read(file);

    ConfigValues values = properties.toSettings().values();
    assertThat(values.integer("broker.id")).isEqualTo(7);
    assertThat(values.list("log.dirs")).containsExactly("/a", "/b");
    assertThat(values.isSet("zookeeper.connect")).isFalse();
    assertThat(properties.warnings())
        .containsExactly(
            "Configuration controller.quorum.voters is Kafka's and has no effect here",
            "Configuration no.such.key is not known and has no effect");
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path directory) {
    assertThatThrownBy(() -> ServerProperties.read(directory.resolve("none.properties")))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("No such properties file: ");
  }
}
