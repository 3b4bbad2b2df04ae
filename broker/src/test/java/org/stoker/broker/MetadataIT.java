package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata of topics that there are, that there are not, and that there cannot be. */
final class MetadataIT {
  private static final short LAST_BY_NAME_ONLY = 11;
  private static final short FIRST_BY_ID = 12;
  private static final int OPERATIONS_NOT_ASKED = Integer.MIN_VALUE;

  private static RunningBroker generous;
  private static RunningBroker strict;
  private static Uuid topicId;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    generous = RunningBroker.in(directory.resolve("generous")).start();
    strict =
        RunningBroker.in(directory.resolve("strict"))
            .with("auto.create.topics.enable", "false")
            .start();
    generous.createTopic("there", 1, Map.of());
    strict.createTopic("there", 1, Map.of());
    topicId = ask(generous, FIRST_BY_ID, false, named("there")).topics().find("there").topicId();
  }

  @AfterAll
  static void stop() throws Exception {
    generous.close();
    strict.close();
  }

  private static MetadataRequestTopic named(String name) {
    return new MetadataRequestTopic().setName(name);
  }

  private static MetadataRequestTopic withId(Uuid id) {
    return new MetadataRequestTopic().setTopicId(id).setName(null);
  }

  private static MetadataResponseData ask(
      RunningBroker broker, short version, boolean mayCreate, MetadataRequestTopic... topics)
      throws Exception {
    try (var connection = new RawConnection(broker.port())) {
      return connection
          .ask(
              MetadataResponse.class,
              ApiKeys.METADATA,
              version,
              new MetadataRequestData()
                  .setAllowAutoTopicCreation(mayCreate)
                  .setTopics(Arrays.asList(topics)))
          .data();
    }
  }

  private static Errors errorOf(MetadataResponseTopic topic) {
    return Errors.forCode(topic.errorCode());
  }

  @ParameterizedTest
  @CsvSource({
    "true, true, new-1, NONE",
    "true, false, new-2, UNKNOWN_TOPIC_OR_PARTITION",
    "false, true, new-3, UNKNOWN_TOPIC_OR_PARTITION",
    "false, false, new-4, UNKNOWN_TOPIC_OR_PARTITION",
    "true, true, not/legal, INVALID_TOPIC_EXCEPTION",
    "true, false, not/legal, INVALID_TOPIC_EXCEPTION",
    "false, true, not/legal, INVALID_TOPIC_EXCEPTION",
    "false, false, not/legal, INVALID_TOPIC_EXCEPTION",
    "false, false, .., INVALID_TOPIC_EXCEPTION",
    "false, false, '', INVALID_TOPIC_EXCEPTION",
  })
  void aTopicThatIsNotThereIsMadeOnlyIfBrokerAndClientAllowAndItsNameIsLegal(
      boolean brokerAllows, boolean clientAllows, String name, Errors expected) throws Exception {
    MetadataResponseData answer =
        ask(brokerAllows ? generous : strict, FIRST_BY_ID, clientAllows, named(name));

    assertThat(answer.topics())
        .singleElement()
        .satisfies(topic -> {
          assertThat(topic.name()).isEqualTo(name);
          assertThat(errorOf(topic)).isEqualTo(expected);
          assertThat(topic.topicId().equals(Uuid.ZERO_UUID)).isEqualTo(expected != Errors.NONE);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"__transaction_state", "__share_group_state"})
  void theTopicsOfCoordinatorsAreNotMadeForClients(String name) throws Exception {
    MetadataResponseData answer = ask(generous, FIRST_BY_ID, true, named(name));

    assertThat(errorOf(answer.topics().find(name))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(answer.topics().find(name).isInternal()).isTrue();
  }

  @Test
  void whatIsNamedTwiceIsAnsweredOnce() throws Exception {
    MetadataResponseData answer =
        ask(strict, FIRST_BY_ID, true, named("there"), named("nowhere"), named("there"));

    assertThat(answer.topics().stream().map(MetadataResponseTopic::name))
        .containsExactlyInAnyOrder("there", "nowhere");
  }

  @Test
  void whereIdsAreAskedForNamesDoNotCount() throws Exception {
    Uuid nobodys = Uuid.randomUuid();
    MetadataResponseData answer =
        ask(
            generous,
            FIRST_BY_ID,
            true,
            withId(topicId),
            named("passed-over"),
            withId(nobodys),
            withId(nobodys));

    assertThat(answer.topics().stream().map(MetadataResponseTopic::topicId))
        .containsExactlyInAnyOrder(topicId, nobodys);
    for (MetadataResponseTopic topic : answer.topics()) {
      boolean isThere = topic.topicId().equals(topicId);
      assertThat(topic.name()).isEqualTo(isThere ? "there" : null);
      assertThat(errorOf(topic)).isEqualTo(isThere ? Errors.NONE : Errors.UNKNOWN_TOPIC_ID);
    }
  }

  @Test
  void anIdSpoilsARequestOfAVersionThatCannotAskByIds() throws Exception {
    MetadataResponseData answer =
        ask(generous, LAST_BY_NAME_ONLY, true, named("there"), withId(topicId));

    assertThat(answer.topics().stream().map(MetadataIT::errorOf))
        .containsExactly(Errors.INVALID_REQUEST, Errors.INVALID_REQUEST);
    assertThat(answer.brokers()).isEmpty();
  }

  @Test
  void operationsAreToldOfTopicsThatAreNotThereToo() throws Exception {
    try (var connection = new RawConnection(strict.port())) {
      MetadataResponseData answer =
          connection
              .ask(
                  MetadataResponse.class,
                  ApiKeys.METADATA,
                  FIRST_BY_ID,
                  new MetadataRequestData()
                      .setIncludeTopicAuthorizedOperations(true)
                      .setTopics(List.of(named("there"), named("nowhere"))))
              .data();

      assertThat(answer.topics().find("nowhere").topicAuthorizedOperations())
          .isEqualTo(answer.topics().find("there").topicAuthorizedOperations())
          .isNotEqualTo(OPERATIONS_NOT_ASKED);
    }
  }
}
