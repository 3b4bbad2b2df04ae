package org.stoker.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;

/** Our keys against Kafka's own declarations: the same names, types and defaults. */
final class KafkaDeclarationsTest {
  // Each of these is explained in docs/configuration.md.
  private static final Set<String> OURS_ALONE =
      Set.of(
          "log.flush.acks",
          "log.dir.reserve.bytes",
          "log.scrub.interval.ms",
          "log.scrub.bytes.per.second",
          "zookeeper.embedded.port",
          "zookeeper.embedded.quorum",
          "zookeeper.embedded.id",
          "zookeeper.embedded.dir");
  private static final Set<String> OF_THE_ZOOKEEPER_ERA =
      Set.of(
          "zookeeper.connect",
          "zookeeper.connection.timeout.ms",
          "zookeeper.session.timeout.ms",
          "leader.imbalance.per.broker.percentage");
  // Kafka keeps them apart from its other keys, as quotas.
  private static final Set<String> QUOTAS =
      Set.of(
          "leader.replication.throttled.rate",
          "follower.replication.throttled.rate",
          "replica.alter.log.dirs.io.max.bytes.per.second");
  private static final Set<String> OTHER_DEFAULT =
      Set.of("node.id", "broker.heartbeat.interval.ms", "broker.session.timeout.ms");

  @Test
  void everyBrokerKeyIsDeclaredAsInKafka() {
    assertThat(differences(BrokerKeys.ALL, AbstractKafkaConfig.CONFIG_DEF.configKeys())).isEmpty();
  }

  @Test
  void everyTopicKeyIsDeclaredAsInKafka() {
    assertThat(differences(TopicKeys.ALL, LogConfig.configDefCopy().configKeys())).isEmpty();
  }

  @Test
  void everyKeyOfGroupsAndClientMetricsIsDeclaredAsInKafka() {
    assertThat(differences(ResourceKeys.GROUP, GroupConfig.CONFIG_DEF.configKeys())).isEmpty();
    assertThat(
            differences(ResourceKeys.CLIENT_METRICS, ClientMetricsConfigs.configDef().configKeys()))
        .isEmpty();
  }

  @Test
  void everyTopicKeyInheritsFromTheSameBrokerKeys() {
    List<String> differences = new ArrayList<>();
    for (TopicKey ours : TopicKeys.topicKeys()) {
      if (OURS_ALONE.contains(ours.name())) {
        continue;
      }
      var theirs = ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.get(ours.name());
      List<String> names =
          theirs == null ? List.of() : theirs.stream().map(synonym -> synonym.name()).toList();
      if (!ours.brokerNames().equals(names)) {
        differences.add(ours.name() + ": " + ours.brokerNames() + " but Kafka " + names);
      }
      for (int i = 0; i < names.size(); i++) {
        String converted = Objects.requireNonNull(theirs).get(i).converter().apply("3");
        assertThat(ours.synonyms().get(i).inTopicUnits("3")).isEqualTo(converted);
      }
    }

    assertThat(differences).isEmpty();
  }

  private static List<String> differences(
      ConfigKeys ours, Map<String, ConfigDef.ConfigKey> theirs) {
    List<String> differences = new ArrayList<>();
    for (ConfigKey key : ours.all()) {
      if (OURS_ALONE.contains(key.name())
          || OF_THE_ZOOKEEPER_ERA.contains(key.name())
          || QUOTAS.contains(key.name())) {
        continue;
      }
      ConfigDef.ConfigKey other = theirs.get(key.name());
      if (other == null) {
        differences.add(key.name() + " is not Kafka's");
        continue;
      }
      if (!key.type().name().equals(other.type().name())) {
        differences.add(key.name() + " is " + other.type());
      }
      String theirDefault =
          other.hasDefault() && other.defaultValue != null
              ? ConfigDef.convertToString(other.defaultValue, other.type())
              : null;
      if (!OTHER_DEFAULT.contains(key.name()) && !Objects.equals(key.defaultText(), theirDefault)) {
        differences.add(key.name() + " defaults to " + theirDefault);
      }
    }
    return differences;
  }

  @Test
  void theComparisonSeesAWrongDefault() {
    var wrong = new ConfigKeys(List.of(ConfigKey.integer("num.partitions", 2, "wrong")));

    assertThat(differences(wrong, AbstractKafkaConfig.CONFIG_DEF.configKeys()))
        .containsExactly("num.partitions defaults to 1");
  }

  @Test
  void everyKeyOfKafkaIsDeclaredWithASentence() {
    assertThat(undeclared(BrokerKeys.ALL, AbstractKafkaConfig.CONFIG_DEF)).isEmpty();
    assertThat(undeclared(TopicKeys.ALL, LogConfig.configDefCopy())).isEmpty();
    assertThat(undeclared(ResourceKeys.GROUP, GroupConfig.CONFIG_DEF)).isEmpty();
    assertThat(undeclared(ResourceKeys.CLIENT_METRICS, ClientMetricsConfigs.configDef())).isEmpty();
  }

  private static List<String> undeclared(ConfigKeys ours, ConfigDef theirs) {
    List<String> undeclared = new ArrayList<>();
    for (ConfigDef.ConfigKey key : theirs.configKeys().values()) {
      ConfigKey found = ours.find(key.name);
      if (found == null || found.sentence().isBlank()) {
        undeclared.add(key.name);
      } else if (found.isUnlisted() != key.internalConfig) {
        undeclared.add(key.name + " is internal in Kafka: " + key.internalConfig);
      }
    }
    return undeclared;
  }

  @Test
  void noSentenceIsKafkas() {
    List<String> copied = new ArrayList<>();
    for (ConfigDef.ConfigKey key : AbstractKafkaConfig.CONFIG_DEF.configKeys().values()) {
      String ours = BrokerKeys.ALL.require(key.name).sentence().toLowerCase(Locale.ROOT);
      if (key.documentation.toLowerCase(Locale.ROOT).contains(ours)) {
        copied.add(key.name);
      }
    }

    assertThat(copied).isEmpty();
  }

  @Test
  void aSentenceSaysWhereItsKeyHasNoEffect() {
    assertThat(BrokerKeys.ALL.require("controller.quorum.voters").documentation())
        .isEqualTo(
            "The controllers that vote, id@host:port with commas between them. No effect here:"
                + " ZooKeeper coordinates the brokers, there is no KRaft quorum.");
    assertThat(BrokerKeys.ALL.require("num.partitions").documentation())
        .doesNotContain("No effect");
  }

  @Test
  void everyOtherKeyOfKafkaIsNamedAsOneWithoutEffect() {
    Set<String> missing = new TreeSet<>();
    for (String name : AbstractKafkaConfig.CONFIG_DEF.names()) {
      boolean hasEffect = BrokerKeys.ALL.require(name).hasEffect();
      List<String> warnings = new ServerProperties().set(name, "x").warnings();
      if (!hasEffect && !warnings.getFirst().contains("is Kafka's")) {
        missing.add(name);
      }
    }

    assertThat(missing).isEmpty();
  }
}
