package org.stoker.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;

/** Values that Kafka's declarations take and refuse, with its own classes as the judge. */
final class KafkaValuesTest {
  private static final List<String> PROBES =
      List.of(
          "",
          " ",
          "x",
          "-3",
          "-1",
          "0",
          "1",
          " 7 ",
          "1500",
          "2147483648",
          "99999999999999999999",
          "0.5",
          "-0.1",
          "TRUE",
          "yes",
          "none",
          "delete",
          "compact,compact",
          "delete , compact",
          "a,,b",
          ",",
          "0:1,2:3",
          "*");

  /** Kafka loads the class or parses addresses, or we know more of the values. */
  private static final Set<String> OTHERWISE =
      Set.of(
          "controller.quorum.voters",
          "controller.quorum.bootstrap.servers",
          "broker.id",
          "node.id",
          "broker.heartbeat.interval.ms",
          "broker.session.timeout.ms",
          "offsets.topic.compression.codec",
          "internal.segment.bytes",
          "replica.selector.class",
          "share.auto.offset.reset");

  @Test
  void everyBrokerKeyTakesWhatKafkasDoesAndRefusesTheRestInItsWords() {
    assertThat(differences(BrokerKeys.ALL, AbstractKafkaConfig.CONFIG_DEF)).isEmpty();
  }

  @Test
  void everyTopicKeyTakesWhatKafkasDoesAndRefusesTheRestInItsWords() {
    assertThat(differences(TopicKeys.ALL, LogConfig.configDefCopy())).isEmpty();
  }

  @Test
  void everyGroupKeyTakesWhatKafkasDoesAndRefusesTheRestInItsWords() {
    assertThat(differences(ResourceKeys.GROUP, GroupConfig.CONFIG_DEF)).isEmpty();
  }

  @Test
  void everyClientMetricsKeyTakesWhatKafkasDoesAndRefusesTheRestInItsWords() {
    assertThat(differences(ResourceKeys.CLIENT_METRICS, ClientMetricsConfigs.configDef()))
        .isEmpty();
  }

  private static List<String> differences(ConfigKeys ours, ConfigDef theirs) {
    List<String> differences = new ArrayList<>();
    for (ConfigDef.ConfigKey their : theirs.configKeys().values()) {
      ConfigKey our = ours.find(their.name);
      if (our == null || their.type == ConfigDef.Type.CLASS || OTHERWISE.contains(their.name)) {
        continue;
      }
      ConfigDef alone = new ConfigDef().define(their);
      for (String probe : PROBES) {
        String kafkas = kafkas(alone, their, probe);
        String mine = ours(our, probe);
        // Kafka takes nothing and nothing for a list of throttled replicas.
        boolean isTakenByMistake = probe.equals(",") && kafkas.equals(probe);
        if (!kafkas.equals(mine) && !isTakenByMistake) {
          differences.add(their.name + "=" + probe + "\n  Kafka " + kafkas + "\n  we " + mine);
        }
      }
    }
    return differences;
  }

  private static String kafkas(ConfigDef definition, ConfigDef.ConfigKey key, String text) {
    try {
      Object value = definition.parse(Map.of(key.name, text)).get(key.name);
      return key.type == ConfigDef.Type.PASSWORD
          ? text
          : ConfigDef.convertToString(value, key.type);
    } catch (org.apache.kafka.common.config.ConfigException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String ours(ConfigKey key, String text) {
    try {
      return ConfigType.text(key.parse(text));
    } catch (ConfigException e) {
      return String.valueOf(e.getMessage());
    }
  }

  // ---- Values of a broker that are set while it runs.

  @Test
  void everyKeyIsChangedForOneBrokerOrAllOrNotAtAllAsInKafka() {
    // A broker here binds its listeners once.
    Set<String> bound = Set.of("listeners", "listener.security.protocol.map");
    List<String> differences = new ArrayList<>();
    for (ConfigDef.ConfigKey key : AbstractKafkaConfig.CONFIG_DEF.configKeys().values()) {
      // Kafka loads classes at once.
      if (!bound.contains(key.name) && !key.name.equals("ssl.engine.factory.class")) {
        compareChange(key.name, validText(key), differences);
        compareChange("listener.name.one." + key.name, validText(key), differences);
      }
    }
    for (String quota :
        List.of(
            "leader.replication.throttled.rate",
            "follower.replication.throttled.rate",
            "replica.alter.log.dirs.io.max.bytes.per.second")) {
      compareChange(quota, "7", differences);
    }
    compareChange("no.such.key", "7", differences);
    compareChange("listener.name.one.no.such.key", "7", differences);
    compareChange("listener.name.one.plain.sasl.jaas.config", "x", differences);

    assertThat(differences).isEmpty();
  }

  private static String validText(ConfigDef.ConfigKey key) {
    String text =
        key.hasDefault() && key.defaultValue != null
            ? ConfigDef.convertToString(key.defaultValue, key.type)
            : null;
    return text == null ? "1" : text;
  }

  private static void compareChange(String name, String value, List<String> differences) {
    for (boolean ofOneBroker : new boolean[] {true, false}) {
      Properties properties = new Properties();
      properties.put(name, value);
      String kafkas = "none";
      try {
        DynamicBrokerConfig.validateConfigs(properties, properties, ofOneBroker);
      } catch (org.apache.kafka.common.config.ConfigException e) {
        kafkas = String.valueOf(e.getMessage());
      }
      String found = DynamicRules.problemWith(Map.of(name, value), ofOneBroker);
      String ours = found == null ? "none" : found;
      if (!kafkas.equals(ours)) {
        differences.add(
            name + " of one: " + ofOneBroker + "\n  Kafka " + kafkas + "\n  we " + ours);
      }
    }
  }

  @Test
  void twoKeysThatCannotBeChangedAreBothNamed() {
    assertThat(DynamicRules.problemWith(Map.of("log.dirs", "/x", "broker.id", "1"), true))
        .isEqualTo("Cannot update these configs dynamically: [broker.id, log.dirs]");
  }
}
