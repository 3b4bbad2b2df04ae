package org.stoker.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
            "Invalid value many for configuration num.partitions: Not a number of type INT");
  }

  @Test
  void aValueOutOfRangeIsRefused() {
    assertThatThrownBy(() -> TopicKeys.ALL.require("compression.gzip.level").parse("10"))
        .hasMessageContaining("between 1 and 9 or equal to -1");
    assertThat(TopicKeys.ALL.require("compression.gzip.level").parse("-1")).isEqualTo(-1);
    assertThatThrownBy(() -> TopicKeys.ALL.require("cleanup.policy").parse("delete,shred"))
        .hasMessageContaining("one of: compact, delete");
    assertThatThrownBy(() ->
            TopicKeys.ALL.require("leader.replication.throttled.replicas").parse("0:1,nonsense"))
        .hasMessageContaining("[partitionId]:[brokerId]");
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
  void aFileMayNotSetWhatWouldProtectABrokerOfKafka() {
    Map<String, String> protections =
        Map.ofEntries(
            Map.entry("authorizer.class.name", "org.example.Authorizer"),
            Map.entry("alter.config.policy.class.name", "org.example.Policy"),
            Map.entry("create.topic.policy.class.name", "org.example.Policy"),
            Map.entry("client.quota.callback.class", "org.example.Quotas"),
            Map.entry("quota.producer.default", "1000"),
            Map.entry("quota.consumer.default", "1000"),
            Map.entry("security.providers", "org.example.Provider"),
            Map.entry("config.providers", "file"),
            Map.entry("principal.builder.class", "org.example.Principals"),
            Map.entry("ssl.client.auth", "required"),
            Map.entry("listener.name.internal.ssl.client.auth", "requested"),
            Map.entry("security.inter.broker.protocol", "SASL_SSL"),
            Map.entry("zookeeper.set.acl", "true"),
            Map.entry("zookeeper.ssl.client.enable", "true"));

    protections.forEach((name, value) ->
        assertThatThrownBy(() -> new ServerProperties().set(name, value).toSettings())
            .isInstanceOf(ConfigException.class)
            .hasMessageStartingWith(
                "Configuration "
                    + name
                    + "="
                    + value
                    + " would protect a broker of Kafka and has no effect here: "));
  }

  @Test
  void aFileMaySetProtectionsToWhatProtectsNothing() {
    var properties =
        new ServerProperties()
            .set("authorizer.class.name", "")
            .set("ssl.client.auth", "none")
            .set("security.inter.broker.protocol", "PLAINTEXT")
            .set("zookeeper.set.acl", "false")
            .set(
                "principal.builder.class",
                "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder");

    assertThat(properties.toSettings().values().text("security.inter.broker.protocol"))
        .isEqualTo("PLAINTEXT");
  }

  @Test
  void valuesThatDoNotFitTogetherAreRefusedInKafkasWords() {
    Map<String, String> problems =
        Map.ofEntries(
            Map.entry("log.retention.ms=0", "log.retention.ms must be unlimited (-1) or, greater"),
            Map.entry("log.retention.minutes=0", "log.retention.ms must be unlimited (-1) or"),
            Map.entry("log.retention.hours=0", "log.retention.ms must be unlimited (-1) or"),
            Map.entry("log.roll.ms=0", "log.roll.ms must be greater than or equal to 1"),
            Map.entry("log.roll.jitter.ms=-1", "log.roll.jitter.ms must be greater than or equal"),
            Map.entry(
                "replica.lag.time.max.ms=400",
                "replica.fetch.wait.max.ms should always be less than or equal to"
                    + " replica.lag.time.max.ms to prevent frequent changes in ISR"),
            Map.entry(
                "log.flush.interval.ms=-1",
                "Invalid value -1 for configuration flush.ms: Value must be at least 0"),
            Map.entry("max.connections.per.ip=0", "max.connections.per.ip can be set to zero only"),
            Map.entry("queued.max.request.bytes=5", "queued.max.request.bytes must be larger or"),
            Map.entry(
                "connections.max.idle.ms=0",
                "connection.failed.authentication.delay.ms=100 should always be less than"
                    + " connections.max.idle.ms=0"));

    problems.forEach((setting, problem) -> {
      String[] parts = setting.split("=", 2);
      assertThat(BrokerRules.problemWith(BrokerSettings.ofFile(Map.of(parts[0], parts[1]))))
          .as(setting)
          .startsWith(problem);
    });
    assertThat(BrokerRules.problemWith(BrokerSettings.ofFile(Map.of()))).isNull();
    assertThat(
            BrokerRules.problemWith(
                BrokerSettings.ofFile(
                    Map.of("inter.broker.listener.name", "A", "max.connections", "0"))))
        .isNull();
  }

  @Test
  void everyNegativeRetentionIsForEver() {
    var settings = BrokerSettings.ofFile(Map.of("log.retention.ms", "-5"));

    assertThat(settings.topicValues(Map.of()).longInteger("retention.ms")).isEqualTo(-1);
  }

  @Test
  void anEmptyListOfDirectoriesOrListenersIsRefused() {
    for (String name : List.of("log.dirs", "log.dir", "listeners", "advertised.listeners")) {
      BrokerSettings settings = new ServerProperties().set(name, "").toSettings();

      assertThatThrownBy(settings::values)
          .hasMessage(
              "Configuration '"
                  + name
                  + "' must not be empty. Valid values include: any non-empty value");
    }
  }

  @Test
  void numbersOfThreadsDoNotJump() {
    BrokerSettings before = BrokerSettings.ofFile(Map.of("num.io.threads", "8"));

    assertThat(problemWith(before, "num.io.threads", "17"))
        .isEqualTo(
            "Dynamic thread count update validation failed for num.io.threads=17, value should not"
                + " be greater than double the current value 8");
    assertThat(problemWith(before, "num.io.threads", "3"))
        .isEqualTo(
            "Dynamic thread count update validation failed for num.io.threads=3, value should be at"
                + " least half the current value 8");
    assertThat(problemWith(before, "num.io.threads", "16")).isNull();
    assertThat(problemWith(before, "num.io.threads", "4")).isNull();
  }

  @Test
  void whatWouldKeepABrokerFromOpeningATopicIsNotStored() {
    assertThat(DynamicRules.problemWith(Map.of("log.retention.ms", "0"), false))
        .isEqualTo("log.retention.ms must be unlimited (-1) or, greater than or equal to 1");
    assertThat(DynamicRules.problemWith(Map.of("log.flush.interval.ms", "-1"), true))
        .isEqualTo("Invalid value -1 for configuration flush.ms: Value must be at least 0");
  }

  private static @Nullable String problemWith(BrokerSettings before, String name, String value) {
    return DynamicRules.problemWithChange(
        before, before.withDynamic(Map.of(), Map.of(name, value)));
  }

  @Test
  void dynamicValuesThatMayNotBeSetDoNothing() {
    BrokerSettings settings =
        BrokerSettings.ofFile(Map.of())
            .withDynamic(
                Map.of("log.dirs", "/x", "log.retention.ms", "soon", "max.connections", "7"),
                Map.of("broker.id", "9", "message.max.bytes", "-1", "log.roll.ms", "0"));

    assertThat(settings.dynamicDefault()).containsOnlyKeys("max.connections");
    assertThat(settings.dynamicOwn()).isEmpty();
  }

  @Test
  void aBrokerIsDescribedWithItsListedKeysAndWhatElseWasSet() {
    BrokerSettings settings =
        new ServerProperties()
            .set("no.such.key", "secret")
            .set("listener.name.a.ssl.key.password", "secret")
            .set("internal.metadata.log.segment.bytes", "5")
            .toSettings()
            .withDynamic(Map.of("leader.replication.throttled.rate", "7"), Map.of());

    Map<String, ConfigEntry> entries = new HashMap<>();
    settings.describeBroker().forEach(entry -> entries.put(entry.key().name(), entry));

    assertThat(entries)
        .containsKeys(
            "num.partitions", "controller.quorum.voters", "leader.replication.throttled.rate")
        .containsKeys("internal.metadata.log.segment.bytes", "no.such.key")
        .doesNotContainKeys("follower.replication.throttled.rate", "unstable.api.versions.enable");
    assertThat(Objects.requireNonNull(entries.get("no.such.key")).key().isSensitive()).isTrue();
    assertThat(
            Objects.requireNonNull(entries.get("listener.name.a.ssl.key.password"))
                .key()
                .isSensitive())
        .isTrue();
  }

  @Test
  void aListIsShownWithoutItsDoubledItems() {
    var settings = BrokerSettings.ofFile(Map.of("log.cleanup.policy", "compact , compact"));

    assertThat(settings.describe(topicKey("cleanup.policy"), Map.of()).value())
        .isEqualTo("compact");
    assertThat(
            settings
                .describe(topicKey("cleanup.policy"), Map.of("cleanup.policy", "delete,delete"))
                .value())
        .isEqualTo("delete");
  }

  @Test
  void aGroupsKeyInheritsTheBrokers() {
    var settings = BrokerSettings.ofFile(Map.of("group.consumer.session.timeout.ms", "50000"));
    ConfigKey key = ResourceKeys.GROUP.require("consumer.session.timeout.ms");

    assertThat(settings.describeOfGroup(key, Map.of()).value()).isEqualTo("50000");
    assertThat(settings.describeOfGroup(key, Map.of()).source())
        .isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
    ConfigEntry own = settings.describeOfGroup(key, Map.of(key.name(), "46000"));
    assertThat(own.value()).isEqualTo("46000");
    assertThat(own.source()).isEqualTo(ConfigSource.DYNAMIC_GROUP_CONFIG);
    assertThat(own.synonyms()).hasSize(3);
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path directory) {
    assertThatThrownBy(() -> ServerProperties.read(directory.resolve("none.properties")))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("No such properties file: ");
  }
}
