package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stoker.broker.RunningBroker.PATIENCE;
import static org.stoker.broker.RunningBroker.at;
import static org.stoker.broker.RunningBroker.causeOf;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups are looked at, corrected and deleted by an operator. */
final class GroupsIT {
  private static RunningBroker broker;
  private static Admin admin;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker = RunningBroker.in(directory).start();
    admin = broker.admin();
    broker.createTopic("topic", 2, Map.of());
  }

  @AfterAll
  static void stop() throws Exception {
    admin.close();
    broker.close();
  }

  private static final TopicPartition ZERO = new TopicPartition("topic", 0);
  private static final TopicPartition ONE = new TopicPartition("topic", 1);

  private static void commit(String group) throws Exception {
    admin
        .alterConsumerGroupOffsets(
            group, Map.of(ZERO, new OffsetAndMetadata(3, "note"), ONE, new OffsetAndMetadata(4)))
        .all()
        .get();
  }

  private static KafkaConsumer<@Nullable String, @Nullable String> memberOf(
      String group, Map<String, ?> settings) {
    var all = new java.util.HashMap<String, Object>(settings);
    all.put("group.id", group);
    all.put("client.id", "client-of-" + group);
    var consumer = broker.consumer(all);
    consumer.subscribe(List.of("topic"));
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInSameThread()
        .until(() -> {
          consumer.poll(Duration.ofMillis(50));
          return consumer.assignment().size() == 2;
        });
    return consumer;
  }

  private static ConsumerGroupDescription describe(String group) throws Exception {
    return at(admin.describeConsumerGroups(List.of(group)).all().get(), group);
  }

  @Test
  void offsetsThatWereSetByHandAreListed() throws Exception {
    commit("by-hand");

    Map<TopicPartition, OffsetAndMetadata> offsets =
        admin.listConsumerGroupOffsets("by-hand").partitionsToOffsetAndMetadata().get();

    assertThat(offsets)
        .containsEntry(ZERO, new OffsetAndMetadata(3, "note"))
        .containsEntry(ONE, new OffsetAndMetadata(4));
    assertThat(describe("by-hand").groupState()).isEqualTo(GroupState.EMPTY);
  }

  @Test
  void aGroupIsDescribedWithItsMembers() throws Exception {
    try (var member = memberOf("described", Map.of("group.instance.id", "instance"))) {
      ConsumerGroupDescription group = describe("described");

      assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
      assertThat(group.partitionAssignor()).isEqualTo("range");
      assertThat(group.coordinator().id()).isZero();
      assertThat(group.members()).hasSize(1);
      var described = group.members().iterator().next();
      assertThat(described.clientId()).isEqualTo("client-of-described");
      assertThat(described.groupInstanceId()).hasValue("instance");
      assertThat(described.host()).isEqualTo("/127.0.0.1");
      assertThat(described.assignment().topicPartitions()).isEqualTo(member.assignment());
    }
  }

  @Test
  void groupsAreListedByStateAndType() throws Exception {
    commit("listed-empty");
    try (var _ = memberOf("listed-stable", Map.of())) {
      assertThat(idsOf(admin.listGroups(new ListGroupsOptions()).all().get()))
          .contains("listed-empty", "listed-stable");
      var stable = new ListGroupsOptions().inGroupStates(Set.of(GroupState.STABLE));
      assertThat(idsOf(admin.listGroups(stable).all().get()))
          .contains("listed-stable")
          .doesNotContain("listed-empty");
    }
  }

  private static List<String> idsOf(java.util.Collection<GroupListing> listings) {
    return listings.stream().map(GroupListing::groupId).toList();
  }

  @Test
  void aGroupWithMembersIsNotDeletedAndAnEmptyOneIs() throws Exception {
    try (var _ = memberOf("deleted", Map.of())) {
      assertThat(causeOf(admin.deleteConsumerGroups(List.of("deleted")).all()))
          .isInstanceOf(GroupNotEmptyException.class);
    }
    commit("deleted");

    admin.deleteConsumerGroups(List.of("deleted")).all().get();

    assertThat(causeOf(admin.deleteConsumerGroups(List.of("deleted")).all()))
        .isInstanceOf(GroupIdNotFoundException.class);
    assertThat(admin.listConsumerGroupOffsets("deleted").partitionsToOffsetAndMetadata().get())
        .isEmpty();
  }

  @Test
  void offsetsOfATopicThatTheGroupReadsAreNeitherDeletedNorSet() throws Exception {
    try (var member = memberOf("reading", Map.of())) {
      member.commitSync(Map.of(ZERO, new OffsetAndMetadata(0)));

      assertThat(
              causeOf(
                  admin.deleteConsumerGroupOffsets("reading", Set.of(ZERO)).partitionResult(ZERO)))
          .isInstanceOf(GroupSubscribedToTopicException.class);
      assertThat(
              causeOf(
                  admin
                      .alterConsumerGroupOffsets("reading", Map.of(ZERO, new OffsetAndMetadata(1)))
                      .all()))
          .isInstanceOf(UnknownMemberIdException.class);
    }

    admin.deleteConsumerGroupOffsets("reading", Set.of(ZERO)).all().get();
    assertThat(admin.listConsumerGroupOffsets("reading").partitionsToOffsetAndMetadata().get())
        .doesNotContainKey(ZERO);
  }

  @Test
  void anOperatorRemovesTheMembersOfAGroup() throws Exception {
    try (var _ = memberOf("removed", Map.of("group.instance.id", "gone"))) {
      admin
          .removeMembersFromConsumerGroup(
              "removed",
              new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("gone"))))
          .all()
          .get();

      assertThat(describe("removed").members()).isEmpty();
    }
  }

  @Test
  void aGroupThatDoesNotExistIsSaidNotToExist() throws Exception {
    assertThat(causeOf(admin.describeConsumerGroups(List.of("nobody")).all()))
        .isInstanceOf(GroupIdNotFoundException.class);
    assertThat(causeOf(admin.describeClassicGroups(List.of("nobody")).all()))
        .isInstanceOf(GroupIdNotFoundException.class);
  }

  @Test
  void offsetsOfADeletedTopicAreForgotten() throws Exception {
    broker.createTopic("short-lived", 1, Map.of());
    TopicPartition partition = new TopicPartition("short-lived", 0);
    admin
        .alterConsumerGroupOffsets("forgetful", Map.of(partition, new OffsetAndMetadata(1)))
        .all()
        .get();

    admin.deleteTopics(List.of("short-lived")).all().get();

    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(
                    admin
                        .listConsumerGroupOffsets("forgetful")
                        .partitionsToOffsetAndMetadata()
                        .get())
                .isEmpty());
  }
}
