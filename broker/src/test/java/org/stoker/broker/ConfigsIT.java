package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stoker.broker.RunningBroker.at;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configuration is shown with its sources, and changed while the broker runs. */
final class ConfigsIT {
  private static final ConfigResource BROKER = new ConfigResource(ConfigResource.Type.BROKER, "0");
  private static final ConfigResource ALL_BROKERS =
      new ConfigResource(ConfigResource.Type.BROKER, "");

  private static RunningBroker broker;
  private static Admin admin;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker = RunningBroker.in(directory).with("log.retention.hours", "48").start();
    admin = broker.admin();
  }

  @AfterAll
  static void stop() throws Exception {
    admin.close();
    broker.close();
  }

  private static ConfigResource topic(String name) {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }

  private static ConfigEntry entry(ConfigResource resource, String key) throws Exception {
    ConfigEntry entry =
        at(
                admin
                    .describeConfigs(
                        List.of(resource),
                        new DescribeConfigsOptions()
                            .includeSynonyms(true)
                            .includeDocumentation(true))
                    .all()
                    .get(),
                resource)
            .get(key);
    return Objects.requireNonNull(entry, key);
  }

  private static void alter(
      ConfigResource resource, AlterConfigOp.OpType operation, String key, @Nullable String value)
      throws ExecutionException, InterruptedException {
    Collection<AlterConfigOp> changes =
        List.of(new AlterConfigOp(new ConfigEntry(key, value), operation));
    admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
  }

  @Test
  void aTopicsValueSaysWhereItComesFromAndWhatStandsBehindIt() throws Exception {
    broker.createTopic("sources", 1, Map.of("retention.ms", "1000"));
    ConfigResource resource = topic("sources");

    ConfigEntry own = entry(resource, "retention.ms");
    assertThat(own.value()).isEqualTo("1000");
    assertThat(own.source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
    assertThat(own.type()).isEqualTo(ConfigEntry.ConfigType.LONG);
    assertThat(own.isReadOnly()).isFalse();
    assertThat(own.documentation()).isNotBlank();
    assertThat(own.synonyms().stream().map(synonym -> synonym.name() + "=" + synonym.value()))
        .containsExactly("retention.ms=1000", "log.retention.hours=48", "log.retention.hours=168");

    alter(resource, AlterConfigOp.OpType.DELETE, "retention.ms", null);
    ConfigEntry inherited = entry(resource, "retention.ms");
    assertThat(inherited.value()).isEqualTo("172800000");
    assertThat(inherited.source()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
    assertThat(entry(resource, "segment.bytes").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
  }

  @Test
  void listsAreExtendedAndShortened() throws Exception {
    broker.createTopic("lists", 1, Map.of());
    ConfigResource resource = topic("lists");

    alter(resource, AlterConfigOp.OpType.APPEND, "cleanup.policy", "compact");
    assertThat(entry(resource, "cleanup.policy").value().split(","))
        .containsExactlyInAnyOrder("delete", "compact");
    alter(resource, AlterConfigOp.OpType.SUBTRACT, "cleanup.policy", "delete");
    assertThat(entry(resource, "cleanup.policy").value()).isEqualTo("compact");
    assertThatThrownBy(() -> alter(resource, AlterConfigOp.OpType.APPEND, "retention.ms", "1"))
        .cause()
        .isInstanceOfAny(InvalidConfigurationException.class, InvalidRequestException.class);
  }

  @Test
  void aWrongKeyOrValueIsRefusedAndChangesNothing() throws Exception {
    broker.createTopic("wrong", 1, Map.of());
    ConfigResource resource = topic("wrong");

    assertThatThrownBy(() -> alter(resource, AlterConfigOp.OpType.SET, "no.such.key", "1"))
        .hasCauseInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> alter(resource, AlterConfigOp.OpType.SET, "retention.ms", "soon"))
        .hasCauseInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> alter(topic("missing"), AlterConfigOp.OpType.SET, "retention.ms", "1"))
        .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    assertThatThrownBy(() -> entry(topic("missing"), "retention.ms"))
        .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);

    assertThat(entry(resource, "retention.ms").source())
        .isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
  }

  @Test
  void aChangeThatIsOnlyCheckedIsNotMade() throws Exception {
    broker.createTopic("tried", 1, Map.of());

    admin
        .incrementalAlterConfigs(
            Map.of(
                topic("tried"),
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry("retention.ms", "5"), AlterConfigOp.OpType.SET))),
            new AlterConfigsOptions().validateOnly(true))
        .all()
        .get();

    assertThat(entry(topic("tried"), "retention.ms").value()).isEqualTo("172800000");
  }

  @Test
  void aTopicObeysANewLimitAtOnce() throws Exception {
    broker.createTopic("limited", 1, Map.of());

    try (var producer = broker.producer(Map.of())) {
      producer.send(new ProducerRecord<>("limited", 0, null, "x".repeat(5_000))).get();
      alter(topic("limited"), AlterConfigOp.OpType.SET, "max.message.bytes", "1000");
      assertThatThrownBy(() ->
              producer.send(new ProducerRecord<>("limited", 0, null, "x".repeat(5_000))).get())
          .hasCauseInstanceOf(RecordTooLargeException.class);
    }
  }

  @Test
  void aBrokersOwnValueWinsOverTheDefaultOfAllBrokers() throws Exception {
    broker.createTopic("layers", 1, Map.of());
    String key = "log.segment.delete.delay.ms";
    try {
      alter(ALL_BROKERS, AlterConfigOp.OpType.SET, key, "30000");
      ConfigEntry ofAll = entry(BROKER, key);
      assertThat(ofAll.value()).isEqualTo("30000");
      assertThat(ofAll.source()).isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
      assertThat(entry(ALL_BROKERS, key).value()).isEqualTo("30000");

      alter(BROKER, AlterConfigOp.OpType.SET, key, "40000");
      ConfigEntry own = entry(BROKER, key);
      assertThat(own.value()).isEqualTo("40000");
      assertThat(own.source()).isEqualTo(ConfigSource.DYNAMIC_BROKER_CONFIG);
      assertThat(own.synonyms().stream().map(ConfigEntry.ConfigSynonym::source))
          .containsExactly(
              ConfigSource.DYNAMIC_BROKER_CONFIG,
              ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
              ConfigSource.DEFAULT_CONFIG);
      ConfigEntry ofTopic = entry(topic("layers"), "file.delete.delay.ms");
      assertThat(ofTopic.value()).isEqualTo("40000");
      assertThat(ofTopic.source()).isEqualTo(ConfigSource.DYNAMIC_BROKER_CONFIG);
    } finally {
      alter(BROKER, AlterConfigOp.OpType.DELETE, key, null);
      alter(ALL_BROKERS, AlterConfigOp.OpType.DELETE, key, null);
    }
    assertThat(entry(BROKER, key).source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
  }

  @Test
  void whatOnlyTheFileCanSayIsReadOnly() throws Exception {
    ConfigEntry fixed = entry(BROKER, "log.dirs");
    assertThat(fixed.isReadOnly()).isTrue();
    assertThat(fixed.source()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
    assertThat(entry(BROKER, "log.retention.hours").value()).isEqualTo("48");

    assertThatThrownBy(() -> alter(BROKER, AlterConfigOp.OpType.SET, "log.dirs", "/elsewhere"))
        .cause()
        .isInstanceOfAny(InvalidRequestException.class, InvalidConfigurationException.class);
  }

  @Test
  void onlyTheKeysThatWereAskedForAreDescribed() throws Exception {
    broker.createTopic("few", 1, Map.of());

    var described = at(admin.describeConfigs(List.of(topic("few"))).all().get(), topic("few"));

    assertThat(described.entries()).hasSizeGreaterThan(25);
    assertThat(described.entries()).allMatch(entry -> entry.synonyms().isEmpty());
    assertThat(described.entries().stream().map(ConfigEntry::name))
        .contains("cleanup.policy", "min.insync.replicas", "compression.type");
  }

  @Test
  void configuredResourcesAreListed() throws Exception {
    broker.createTopic("listed", 1, Map.of());

    var resources =
        admin
            .listConfigResources(
                Set.of(ConfigResource.Type.TOPIC, ConfigResource.Type.BROKER),
                new org.apache.kafka.clients.admin.ListConfigResourcesOptions())
            .all()
            .get();

    assertThat(resources).contains(topic("listed"), BROKER);
  }
}
