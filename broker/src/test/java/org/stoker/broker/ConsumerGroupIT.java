package org.stoker.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stoker.broker.RunningBroker.PATIENCE;
import static org.stoker.broker.RunningBroker.at;
import static org.stoker.broker.RunningBroker.read;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers share the partitions of a topic as they come, go and die. */
final class ConsumerGroupIT {
  private static final String RANGE = "org.apache.kafka.clients.consumer.RangeAssignor";
  private static final String COOPERATIVE =
      "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

  private static RunningBroker broker;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker = RunningBroker.in(directory).start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  private static KafkaConsumer<@Nullable String, @Nullable String> member(
      String group, String topic, Map<String, ?> settings) {
    Map<String, Object> all = new HashMap<>();
    all.put("group.id", group);
    all.put("session.timeout.ms", 6_000);
    all.put("heartbeat.interval.ms", 100);
    all.put("metadata.max.age.ms", 500);
    all.putAll(settings);
    var consumer = broker.consumer(all);
    consumer.subscribe(List.of(topic));
    return consumer;
  }

  @SafeVarargs
  private static void pollUntilEachHas(
      int partitionsEach, KafkaConsumer<@Nullable String, @Nullable String>... members) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> {
          boolean isShared = true;
          for (var member : members) {
            member.poll(Duration.ofMillis(20));
            isShared &= member.assignment().size() == partitionsEach;
          }
          return isShared;
        });
  }

  private static void fill(String topic, int partitions, int perPartition) throws Exception {
    broker.createTopic(topic, partitions, Map.of());
    try (var producer = broker.producer(Map.of("linger.ms", 10))) {
      for (int i = 0; i < partitions * perPartition; i++) {
        var _ =
            producer.send(
                new ProducerRecord<>(
                    topic, i % partitions, (long) i / partitions, null, Integer.toString(i)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {RANGE, COOPERATIVE})
  void membersShareThePartitionsAsTheyJoinAndLeave(String assignor) throws Exception {
    String topic = "shared-" + assignor.length();
    broker.createTopic(topic, 6, Map.of());
    Map<String, String> settings = Map.of("partition.assignment.strategy", assignor);

    try (var first = member(topic, topic, settings)) {
      pollUntilEachHas(6, first);
      try (var second = member(topic, topic, settings)) {
        pollUntilEachHas(3, first, second);
        try (var third = member(topic, topic, settings)) {
          pollUntilEachHas(2, first, second, third);
          Set<TopicPartition> all = new HashSet<>(first.assignment());
          all.addAll(second.assignment());
          all.addAll(third.assignment());
          assertThat(all).hasSize(6);
        }
        pollUntilEachHas(3, first, second);
      }
      pollUntilEachHas(6, first);
    }
  }

  @Test
  void aMemberThatStopsPollingLosesItsPartitionsToTheOthers() throws Exception {
    fill("silent", 2, 100);

    try (var lively = member("silent", "silent", Map.of());
        var silent =
            member(
                "silent",
                "silent",
                Map.of("max.poll.interval.ms", 700, "session.timeout.ms", 700))) {
      pollUntilEachHas(1, lively, silent);
      Map<TopicPartition, OffsetAndMetadata> mine =
          silent.assignment().stream()
              .collect(Collectors.toMap(partition -> partition, _ -> new OffsetAndMetadata(50)));

      pollUntilEachHas(2, lively);

      assertThatThrownBy(() -> silent.commitSync(mine)).isInstanceOf(CommitFailedException.class);
    }
  }

  @Test
  void aMemberWhoseConnectionDiesIsMissedWhenItsSessionIsOver() throws Exception {
    broker.createTopic("died", 2, Map.of());
    try (var lively = member("died", "died", Map.of())) {
      try (var dying = member("died", "died", Map.of("session.timeout.ms", 700))) {
        pollUntilEachHas(1, lively, dying);
        dying.close(
            CloseOptions.groupMembershipOperation(
                CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
      }
      assertThat(lively.assignment()).hasSize(1);

      pollUntilEachHas(2, lively);
    }
  }

  @Test
  void aStaticMemberComesBackToItsPartitionsWithoutARebalance() throws Exception {
    broker.createTopic("static", 4, Map.of());
    Map<String, String> one = Map.of("group.instance.id", "one");
    Map<String, String> two = Map.of("group.instance.id", "two");

    try (var first = member("static", "static", one)) {
      Set<TopicPartition> before;
      try (var second = member("static", "static", two)) {
        pollUntilEachHas(2, first, second);
        before = Set.copyOf(second.assignment());
      }
      int generation = first.groupMetadata().generationId();
      try (var again = member("static", "static", two)) {
        pollUntilEachHas(2, first, again);
        assertThat(again.assignment()).isEqualTo(before);
        assertThat(first.groupMetadata().generationId()).isEqualTo(generation);
      }
    }
  }

  @Test
  void aSecondMemberOfTheSameInstanceIdFencesTheFirst() throws Exception {
    broker.createTopic("fenced", 1, Map.of());
    Map<String, String> same = Map.of("group.instance.id", "same");

    try (var first = member("fenced", "fenced", same)) {
      pollUntilEachHas(1, first);
      try (var second = member("fenced", "fenced", same)) {
        pollUntilEachHas(1, second);

        assertThatThrownBy(() ->
                Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInSameThread()
                    .until(() -> {
                      first.poll(Duration.ofMillis(100));
                      first.commitSync(
                          Map.of(new TopicPartition("fenced", 0), new OffsetAndMetadata(0)));
                      return false;
                    }))
            .isInstanceOf(FencedInstanceIdException.class);
      }
    }
  }

  @Test
  void aMemberGoesOnWhereTheGroupHasCommitted() throws Exception {
    fill("committed", 1, 100);
    TopicPartition partition = new TopicPartition("committed", 0);

    try (var consumer = member("committed", "committed", Map.of("max.poll.records", 10))) {
      assertThat(read(consumer, 10)).hasSize(10);
      consumer.commitSync();
      assertThat(read(consumer, 10)).hasSize(10);
      CompletableFuture<Map<TopicPartition, OffsetAndMetadata>> asynchronous =
          new CompletableFuture<>();
      consumer.commitAsync(
          Map.of(partition, new OffsetAndMetadata(17, "why not")),
          (offsets, failure) -> {
            if (failure == null) {
              asynchronous.complete(offsets);
            } else {
              asynchronous.completeExceptionally(failure);
            }
          });
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInSameThread()
          .until(() -> {
            consumer.poll(Duration.ofMillis(10));
            return asynchronous.isDone();
          });
      assertThat(asynchronous).isCompleted();
      OffsetAndMetadata committed = at(consumer.committed(Set.of(partition)), partition);
      assertThat(committed.offset()).isEqualTo(17);
      assertThat(committed.metadata()).isEqualTo("why not");
    }

    try (var next = member("committed", "committed", Map.of())) {
      assertThat(read(next, 83).getFirst().offset()).isEqualTo(17);
    }
  }

  @Test
  void autoCommitKeepsThePlaceOfAMemberThatCloses() throws Exception {
    fill("auto-commit", 1, 30);
    Map<String, ?> settings = Map.of("enable.auto.commit", true, "max.poll.records", 20);

    try (var consumer = member("auto-commit", "auto-commit", settings)) {
      assertThat(read(consumer, 20)).hasSize(20);
    }

    try (var next = member("auto-commit", "auto-commit", settings)) {
      assertThat(read(next, 10).getFirst().offset()).isEqualTo(20);
    }
  }

  @Test
  void aConsumerSeeksByOffsetAndByTime() throws Exception {
    fill("seek", 1, 100);
    TopicPartition partition = new TopicPartition("seek", 0);

    try (var consumer = broker.consumer(Map.of())) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, 42);
      assertThat(read(consumer, 1).getFirst().offset()).isEqualTo(42);
      consumer.seekToBeginning(List.of(partition));
      assertThat(read(consumer, 1).getFirst().offset()).isZero();
      consumer.seekToEnd(List.of(partition));
      assertThat(consumer.position(partition)).isEqualTo(100);
      assertThat(consumer.poll(Duration.ofMillis(50))).isEmpty();

      assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 0L);
      assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, 100L);
      var byTime = at(consumer.offsetsForTimes(Map.of(partition, 60L)), partition);
      assertThat(byTime.offset()).isEqualTo(60);
      assertThat(byTime.timestamp()).isEqualTo(60);
      assertThat(byTime.leaderEpoch()).hasValue(0);
      assertThat(consumer.offsetsForTimes(Map.of(partition, 100L)).get(partition)).isNull();
    }
  }

  @Test
  void anOffsetOutOfRangeGoesWhereTheConsumerSaysOrFails() throws Exception {
    fill("out-of-range", 1, 10);
    TopicPartition partition = new TopicPartition("out-of-range", 0);

    try (var forgiving = broker.consumer(Map.of());
        var strict = broker.consumer(Map.of("auto.offset.reset", "none"))) {
      forgiving.assign(List.of(partition));
      forgiving.seek(partition, 500);
      assertThat(read(forgiving, 10).getFirst().offset()).isZero();

      strict.assign(List.of(partition));
      strict.seek(partition, 500);
      assertThatThrownBy(() -> read(strict, 1))
          .isInstanceOf(org.apache.kafka.clients.consumer.OffsetOutOfRangeException.class);
    }
  }

  @Test
  void aPausedPartitionBringsNothingUntilItIsResumed() throws Exception {
    fill("paused", 2, 10);
    TopicPartition zero = new TopicPartition("paused", 0);
    TopicPartition one = new TopicPartition("paused", 1);

    try (var consumer = broker.consumer(Map.of())) {
      consumer.assign(List.of(zero, one));
      consumer.pause(List.of(one));
      assertThat(read(consumer, 10)).allMatch(record -> record.partition() == 0);
      consumer.resume(List.of(one));
      assertThat(read(consumer, 10)).allMatch(record -> record.partition() == 1);
    }
  }

  @Test
  void aPatternFindsATopicThatIsMadeLater() throws Exception {
    broker.createTopic("pattern-one", 1, Map.of());

    try (var consumer =
        broker.consumer(Map.of("group.id", "pattern", "metadata.max.age.ms", 300))) {
      consumer.subscribe(Pattern.compile("pattern-.*"));
      pollUntilEachHas(1, consumer);
      fill("pattern-two", 1, 5);
      pollUntilEachHas(2, consumer);
      assertThat(consumer.assignment())
          .contains(new TopicPartition("pattern-one", 0), new TopicPartition("pattern-two", 0));
    }
  }

  @Test
  void aGroupGoesOnWithMorePartitions() throws Exception {
    broker.createTopic("grows", 1, Map.of());

    try (var consumer = member("grows", "grows", Map.of());
        var admin = broker.admin()) {
      pollUntilEachHas(1, consumer);
      admin
          .createPartitions(
              Map.of("grows", org.apache.kafka.clients.admin.NewPartitions.increaseTo(3)))
          .all()
          .get();
      pollUntilEachHas(3, consumer);
    }
  }

  @Test
  void threeMembersOfWhichOneDiesHalfWayReadEveryRecord() throws Exception {
    int count = 6 * 500;
    fill("halfway", 6, 500);
    Set<String> seen = new HashSet<>();
    Map<String, ?> settings = Map.of("max.poll.records", 100, "session.timeout.ms", 1_000);

    List<KafkaConsumer<@Nullable String, @Nullable String>> members = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        members.add(member("halfway", "halfway", settings));
      }
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> {
            for (var member : members) {
              member.poll(Duration.ofMillis(20)).forEach(record -> seen.add(record.value()));
              member.commitAsync();
            }
            if (members.size() == 3 && seen.size() > count / 3) {
              members
                  .removeLast()
                  .close(
                      CloseOptions.groupMembershipOperation(
                          CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
            }
            return seen.size() == count;
          });
    } finally {
      members.forEach(KafkaConsumer::close);
    }
    assertThat(seen)
        .isEqualTo(
            IntStream.range(0, count).mapToObj(Integer::toString).collect(Collectors.toSet()));
  }
}
