package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stoker.broker.RunningBroker.at;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
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
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.IncrementalAlterConfigsResponse;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Configuration is shown with its sources, and changed while the broker runs. */
final class ConfigsIT {
  private static final ConfigResource BROKER = new ConfigResource(ConfigResource.Type.BROKER, "0");
  private static final ConfigResource ALL_BROKERS =
      new ConfigResource(ConfigResource.Type.BROKER, "");

  private static RunningBroker broker;
  private static Admin admin;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker =
        RunningBroker.in(directory)
            .with("log.retention.hours", "48")
            .with("log.index.interval.bytes", "8192")
            .with("producer.id.expiration.check.interval.ms", "100")
            .start();
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
        .containsExactly("retention.ms=1000");

    alter(resource, AlterConfigOp.OpType.DELETE, "retention.ms", null);
    ConfigEntry inherited = entry(resource, "retention.ms");
    assertThat(inherited.value()).isEqualTo("172800000");
    // As in Kafka: a value in another unit counts, and is not named.
    assertThat(inherited.source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
    assertThat(inherited.synonyms()).isEmpty();
    ConfigEntry sameUnit = entry(resource, "index.interval.bytes");
    assertThat(sameUnit.value()).isEqualTo("8192");
    assertThat(sameUnit.source()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
    assertThat(sameUnit.synonyms().stream().map(synonym -> synonym.name() + "=" + synonym.value()))
        .containsExactly("log.index.interval.bytes=8192", "log.index.interval.bytes=4096");
    assertThat(entry(resource, "segment.bytes").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
  }

  @Test
  void minInSyncIsTheClustersOrATopicsAndNoSingleBrokers() throws Exception {
    for (AlterConfigOp.OpType operation :
        List.of(AlterConfigOp.OpType.SET, AlterConfigOp.OpType.DELETE)) {
      assertThatThrownBy(() -> alter(BROKER, operation, "min.insync.replicas", "1"))
          .hasCauseInstanceOf(InvalidConfigurationException.class)
          .hasMessageContaining(
              "Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
    }

    alter(ALL_BROKERS, AlterConfigOp.OpType.SET, "min.insync.replicas", "1");

    assertThat(entry(BROKER, "min.insync.replicas").source())
        .isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
    assertThatThrownBy(
            () -> alter(ALL_BROKERS, AlterConfigOp.OpType.DELETE, "min.insync.replicas", null))
        .hasCauseInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(
            "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
  }

  @Test
  void idleProducersAreForgottenAsTheBrokerIsToldWhileItRuns() throws Exception {
    broker.createTopic("idle", 1, Map.of());
    var partition = new TopicPartition("idle", 0);
    try (var producer = broker.producer(Map.of())) {
      producer.send(new ProducerRecord<>("idle", 0, "k", "v")).get();
    }
    assertThat(producersOf(partition)).isEqualTo(1);

    alter(ALL_BROKERS, AlterConfigOp.OpType.SET, "producer.id.expiration.ms", "1");
    try {
      Awaitility.await()
          .atMost(RunningBroker.PATIENCE)
          .pollInSameThread()
          .until(() -> producersOf(partition) == 0);
    } finally {
      alter(ALL_BROKERS, AlterConfigOp.OpType.DELETE, "producer.id.expiration.ms", null);
    }
  }

  private static int producersOf(TopicPartition partition) throws Exception {
    return admin
        .describeProducers(List.of(partition))
        .partitionResult(partition)
        .get()
        .activeProducers()
        .size();
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

    assertThat(entry(resource, "retention.ms").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
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
        .hasCauseInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("Cannot update these configs dynamically: [log.dirs]");
  }

  @Test
  void everyKeyOfKafkasBrokerIsDescribedAndThrottlesOnlyWhenTheyAreSet() throws Exception {
    String throttle = "leader.replication.throttled.rate";
    var before = at(admin.describeConfigs(List.of(BROKER)).all().get(), BROKER);
    assertThat(before.entries()).hasSizeGreaterThan(340);
    assertThat(before.get("controller.quorum.voters").value()).isEmpty();
    assertThat(before.get(throttle)).isNull();
    try {
      alter(BROKER, AlterConfigOp.OpType.SET, throttle, "1000");
      assertThat(entry(BROKER, throttle).value()).isEqualTo("1000");
    } finally {
      alter(BROKER, AlterConfigOp.OpType.DELETE, throttle, null);
    }
  }

  @Test
  void aLimitOfConnectionsHoldsFromWhenItIsSet() throws Exception {
    String key = "max.connections.per.ip.overrides";
    assertThat(isServed("127.0.0.2")).isTrue();
    try {
      alter(BROKER, AlterConfigOp.OpType.SET, key, "127.0.0.2:0");
      while (isServed("127.0.0.2")) {
        Thread.onSpinWait();
      }
      assertThat(isServed("127.0.0.3")).isTrue();
    } finally {
      alter(BROKER, AlterConfigOp.OpType.DELETE, key, null);
    }
  }

  /** Whether a client at this address gets an answer. */
  private static boolean isServed(String address) throws IOException {
    byte[] apiVersions = {0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, -1, -1};
    try (var socket =
        new Socket(
            InetAddress.getLoopbackAddress(), broker.port(), InetAddress.getByName(address), 0)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(apiVersions);
      return socket.getInputStream().read() >= 0;
    } catch (SocketException reset) {
      return false;
    }
  }

  @Test
  void aNumberOfThreadsAtMostDoubles() throws Exception {
    try {
      alter(BROKER, AlterConfigOp.OpType.SET, "num.io.threads", "16");
      assertThat(entry(BROKER, "num.io.threads").value()).isEqualTo("16");
      assertThatThrownBy(() -> alter(BROKER, AlterConfigOp.OpType.SET, "num.io.threads", "100"))
          .hasCauseInstanceOf(InvalidRequestException.class)
          .hasMessageContaining(
              "Dynamic thread count update validation failed for num.io.threads=100");
    } finally {
      alter(BROKER, AlterConfigOp.OpType.DELETE, "num.io.threads", null);
    }
  }

  @Test
  void valuesOfListenersAndOfKeysWithoutEffectAreStoredForLaterAndSecretsAreNotShown()
      throws Exception {
    Map<String, String> values =
        Map.of(
            "log.cleaner.threads", "2",
            "listener.name.internal.ssl.keystore.location", "/somewhere",
            "listener.name.internal.ssl.keystore.password", "hush",
            "no.such.key", "hush");
    try {
      for (Map.Entry<String, String> value : values.entrySet()) {
        alter(BROKER, AlterConfigOp.OpType.SET, value.getKey(), value.getValue());
      }

      assertThat(entry(BROKER, "log.cleaner.threads").value()).isEqualTo("2");
      assertThat(entry(BROKER, "listener.name.internal.ssl.keystore.location").value())
          .isEqualTo("/somewhere");
      for (String secret : List.of("listener.name.internal.ssl.keystore.password", "no.such.key")) {
        assertThat(entry(BROKER, secret).value()).isNull();
        assertThat(entry(BROKER, secret).isSensitive()).isTrue();
        assertThat(entry(BROKER, secret).source()).isEqualTo(ConfigSource.DYNAMIC_BROKER_CONFIG);
        assertThat(entry(BROKER, secret).synonyms()).allMatch(one -> one.value() == null);
      }
    } finally {
      for (String key : values.keySet()) {
        alter(BROKER, AlterConfigOp.OpType.DELETE, key, null);
      }
    }
  }

  @Test
  void aTopicMayHaveAllOfKafkasKeys() throws Exception {
    broker.createTopic(
        "all-keys",
        1,
        Map.of(
            "internal.segment.bytes", "1000",
            "remote.storage.enable", "false",
            "local.retention.ms", "5",
            "local.retention.bytes", "5",
            "remote.copy.lag.ms", "-1",
            "remote.log.copy.disable", "true",
            "errors.deadletterqueue.group.enable", "true"));

    assertThat(entry(topic("all-keys"), "internal.segment.bytes").value()).isEqualTo("1000");
    assertThatThrownBy(
            () -> broker.createTopic("tiered", 1, Map.of("remote.storage.enable", "true")))
        .hasMessageContaining(
            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured"
                + " with remote log storage.");
  }

  @Test
  void groupsAndSubscriptionsToMetricsAreConfigured() throws Exception {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "workers");
    alter(group, AlterConfigOp.OpType.SET, "consumer.session.timeout.ms", "50000");
    assertThat(entry(group, "consumer.session.timeout.ms").value()).isEqualTo("50000");
    assertThat(entry(group, "share.heartbeat.interval.ms").value()).isEqualTo("5000");
    assertThatThrownBy(() -> alter(group, AlterConfigOp.OpType.SET, "no.such.key", "1"))
        .hasCauseInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("Unknown group config name: no.such.key");

    ConfigResource metrics = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "all");
    alter(metrics, AlterConfigOp.OpType.SET, "match", "client_id=x.*");
    assertThat(entry(metrics, "match").value()).isEqualTo("client_id=x.*");
    assertThat(entry(metrics, "interval.ms").value()).isEqualTo("300000");
    assertThatThrownBy(() -> alter(metrics, AlterConfigOp.OpType.SET, "interval.ms", "5"))
        .hasCauseInstanceOf(InvalidRequestException.class);
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

  // ---- Loggers.

  private static final ConfigResource LOGGERS =
      new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "0");
  private static final String LOGGER = "org.stoker.handlers.LoggerAlterations";

  @Test
  void aLoggersLevelIsSetAndInheritedAgain() throws Exception {
    String inherited = entry(LOGGERS, LOGGER).value();

    alter(LOGGERS, AlterConfigOp.OpType.SET, LOGGER, "TRACE");
    assertThat(LoggerFactory.getLogger(LOGGER).isTraceEnabled()).isTrue();
    assertThat(entry(LOGGERS, LOGGER).value()).isEqualTo("TRACE");
    assertThat(entry(LOGGERS, LOGGER).source())
        .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG);
    alter(LOGGERS, AlterConfigOp.OpType.SET, LOGGER, "FATAL");
    assertThat(LoggerFactory.getLogger(LOGGER).isWarnEnabled()).isFalse();
    assertThat(LoggerFactory.getLogger(LOGGER).isErrorEnabled()).isTrue();

    alter(LOGGERS, AlterConfigOp.OpType.DELETE, LOGGER, "");
    assertThat(entry(LOGGERS, LOGGER).value()).isEqualTo(inherited);
  }

  @Test
  void theRootLoggerIsOneOfThem() throws Exception {
    String before = entry(LOGGERS, "root").value();
    try {
      alter(LOGGERS, AlterConfigOp.OpType.SET, "root", "ERROR");
      assertThat(entry(LOGGERS, "root").value()).isEqualTo("ERROR");
      assertThat(LoggerFactory.getLogger("nobody.has.said").isWarnEnabled()).isFalse();
    } finally {
      alter(LOGGERS, AlterConfigOp.OpType.SET, "root", before);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SET, no.such.logger, INFO, InvalidConfigurationException",
    "DELETE, no.such.logger, '', InvalidConfigurationException",
    "SET, org.stoker.handlers.LoggerAlterations, LOUD, InvalidConfigurationException",
    "SET, org.stoker.handlers.LoggerAlterations, info, InvalidConfigurationException",
    "APPEND, org.stoker.handlers.LoggerAlterations, INFO, InvalidRequestException",
    "SUBTRACT, org.stoker.handlers.LoggerAlterations, INFO, InvalidRequestException",
    "DELETE, root, '', InvalidRequestException",
  })
  void whatIsNoLevelOrNoLoggerIsRefusedAndChangesNothing(
      AlterConfigOp.OpType operation, String logger, String level, String exception)
      throws Exception {
    String before = entry(LOGGERS, "org.stoker.handlers").value();
    Collection<AlterConfigOp> changes =
        List.of(
            new AlterConfigOp(
                new ConfigEntry("org.stoker.handlers", "TRACE"), AlterConfigOp.OpType.SET),
            new AlterConfigOp(new ConfigEntry(logger, level), operation));

    Throwable cause =
        RunningBroker.causeOf(
            admin
                .incrementalAlterConfigs(Map.of(LOGGERS, changes))
                .all()
                .toCompletionStage()
                .toCompletableFuture());

    assertThat(cause.getClass().getSimpleName()).isEqualTo(exception);
    assertThat(entry(LOGGERS, "org.stoker.handlers").value()).isEqualTo(before);
  }

  @Test
  void loggersThatAreOnlyCheckedKeepTheirLevel() throws Exception {
    String before = entry(LOGGERS, LOGGER).value();
    Collection<AlterConfigOp> changes =
        List.of(new AlterConfigOp(new ConfigEntry(LOGGER, "TRACE"), AlterConfigOp.OpType.SET));

    admin
        .incrementalAlterConfigs(
            Map.of(LOGGERS, changes), new AlterConfigsOptions().validateOnly(true))
        .all()
        .get();

    assertThat(entry(LOGGERS, LOGGER).value()).isEqualTo(before);
  }

  @Test
  void aRequestMayConfigureLoggersAndTheRest() throws Exception {
    broker.createTopic("beside-loggers", 1, Map.of());
    ConfigResource topic = topic("beside-loggers");
    var request =
        new IncrementalAlterConfigsRequestData()
            .setResources(new IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection());
    request.resources().add(resource(topic, "retention.ms", "1234567"));
    request.resources().add(resource(LOGGERS, "no.such.logger", "INFO"));
    request.resources().add(resource(LOGGERS, LOGGER, "INFO"));
    request.resources().add(resource(topic("nowhere"), "retention.ms", "1"));

    try (var connection = new RawConnection(broker.port())) {
      var answer =
          connection.ask(
              IncrementalAlterConfigsResponse.class,
              ApiKeys.INCREMENTAL_ALTER_CONFIGS,
              (short) 1,
              request);

      assertThat(answer.data().responses())
          .extracting(response -> Errors.forCode(response.errorCode()))
          .containsExactly(
              Errors.NONE,
              Errors.INVALID_REQUEST,
              Errors.INVALID_REQUEST,
              Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    assertThat(entry(topic, "retention.ms").value()).isEqualTo("1234567");
  }

  private static IncrementalAlterConfigsRequestData.AlterConfigsResource resource(
      ConfigResource resource, String key, String value) {
    var configs = new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
    configs.add(
        new IncrementalAlterConfigsRequestData.AlterableConfig()
            .setName(key)
            .setValue(value)
            .setConfigOperation(AlterConfigOp.OpType.SET.id()));
    return new IncrementalAlterConfigsRequestData.AlterConfigsResource()
        .setResourceType(resource.type().id())
        .setResourceName(resource.name())
        .setConfigs(configs);
  }

  @Test
  void aBrokerKnowsOnlyItsOwnLoggers() throws Exception {
    var ofAnother =
        new DescribeConfigsRequestData()
            .setResources(
                List.of(
                    new DescribeConfigsRequestData.DescribeConfigsResource()
                        .setResourceType(ConfigResource.Type.BROKER_LOGGER.id())
                        .setResourceName("1")
                        .setConfigurationKeys(null)));
    try (var connection = new RawConnection(broker.port())) {
      var answer =
          connection.ask(
              DescribeConfigsResponse.class, ApiKeys.DESCRIBE_CONFIGS, (short) 4, ofAnother);

      assertThat(answer.data().results())
          .extracting(result -> Errors.forCode(result.errorCode()))
          .containsExactly(Errors.INVALID_REQUEST);
    }
  }
}
