package org.stoker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerCommand.ReconcileBrokers;
import org.stoker.metadata.Command.ConfigChange;
import org.stoker.metadata.Command.ConfigChanges;
import org.stoker.metadata.Command.ConfigOperation;
import org.stoker.metadata.Command.CreatePartitions;
import org.stoker.metadata.Command.CreateTopics;
import org.stoker.metadata.Command.IncrementalAlterConfigs;
import org.stoker.metadata.Command.MorePartitions;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.Command.ReplicaAssignment;
import org.stoker.protocol.ErrorCode;
import org.stoker.testkit.SplitMixSeed;

/** What topics take of the heap of brokers, and what is refused when that is all there is. */
final class TopicLimitsTest {
  // With what the image takes of them.
  private static final int ROOM = 100;
  private static final TopicLimits LIMITS =
      new TopicLimits((ROOM + 7L) * TopicLimits.HOSTED_PARTITION_BYTES, Integer.MAX_VALUE);

  private final DecidedCluster cluster = clusterWith(LIMITS);

  private static DecidedCluster clusterWith(TopicLimits limits) {
    var cluster =
        new DecidedCluster(
            new Controller(
                new PlainRules(),
                new ClusterDefaults(1, 1),
                Map.of(),
                limits,
                new SplitMixSeed(1)));
    cluster.apply(new ReconcileBrokers(Map.of(1, broker(1), 2, broker(2)), true));
    return cluster;
  }

  private static BrokerImage broker(int id) {
    return DecidedCluster.broker(id, id, false, null, Map.of(), new Uuid(77, id));
  }

  private Result create(NewTopic topic, boolean validateOnly) {
    return cluster.apply(new CreateTopics(List.of(topic), validateOnly)).getFirst().result();
  }

  private ErrorCode create(String name, int partitions) {
    return create(NewTopic.of(name, partitions, 1), false).error();
  }

  private static NewTopic on(int broker, String name) {
    return new NewTopic(name, -1, -1, List.of(new ReplicaAssignment(0, List.of(broker))), Map.of());
  }

  @Test
  void topicsAreRefusedWithASentenceWhenABrokerHostsAsManyPartitionsAsItsHeapHolds() {
    // They take turns.
    assertThat(create("orders", 2 * ROOM)).isEqualTo(ErrorCode.NONE);

    Result refused = create(NewTopic.of("more", 20, 1), false);

    assertThat(refused.error()).isEqualTo(ErrorCode.POLICY_VIOLATION);
    assertThat(refused.message()).contains("KAFKA_HEAP_OPTS");
    assertThat(cluster.image().topic("more")).isNull();
    assertThat(create(NewTopic.of("more", 20, 1), true).error())
        .as("when it is only validated")
        .isEqualTo(ErrorCode.POLICY_VIOLATION);
    assertThat(create("one", 1)).as("what is small enough").isEqualTo(ErrorCode.NONE);
  }

  @Test
  void theFullestBrokerCounts() {
    ErrorCode error = ErrorCode.NONE;
    int made = 0;
    while (error == ErrorCode.NONE && made < 2 * ROOM) {
      error = create(on(1, "topic-" + made), false).error();
      made++;
    }

    assertThat(error).isEqualTo(ErrorCode.POLICY_VIOLATION);
    assertThat(made).isBetween(ROOM - 5, ROOM + 5);
  }

  @Test
  void topicsAreRefusedWhenABrokerCouldNotOpenTheFilesOfMorePartitions() {
    DecidedCluster few = clusterWith(TopicLimits.of(1L << 40, 1_000));

    List<Command.CreatedTopic> created =
        few.apply(
            new CreateTopics(
                List.of(NewTopic.of("fits", 600, 1), NewTopic.of("more", 2, 1)), false));

    assertThat(created.getFirst().result().error()).isEqualTo(ErrorCode.NONE);
    assertThat(created.getLast().result().error()).isEqualTo(ErrorCode.POLICY_VIOLATION);
    assertThat(created.getLast().result().message()).contains("ulimit -n");
  }

  @Test
  void theTopicsOfOneRequestCountTogether() {
    List<Command.CreatedTopic> created =
        cluster.apply(
            new CreateTopics(
                List.of(NewTopic.of("a", 2 * ROOM - 40, 1), NewTopic.of("b", 60, 1)), false));

    assertThat(created)
        .extracting(topic -> topic.result().error())
        .containsExactly(ErrorCode.NONE, ErrorCode.POLICY_VIOLATION);
  }

  @Test
  void partitionsAreAddedToTopicsOnlyWhileThereIsRoom() {
    create("orders", 2 * ROOM - 40);

    assertThat(addTo("orders", 2 * ROOM + 40)).isEqualTo(ErrorCode.POLICY_VIOLATION);
    assertThat(addTo("orders", 2 * ROOM)).isEqualTo(ErrorCode.NONE);
  }

  private ErrorCode addTo(String topic, int partitions) {
    return cluster
        .apply(new CreatePartitions(List.of(new MorePartitions(topic, partitions, null)), false))
        .getFirst()
        .result()
        .error();
  }

  @Test
  void deletedTopicsMakeRoom() {
    create("orders", 2 * ROOM);
    cluster.apply(new Command.DeleteTopics(List.of(Command.TopicReference.named("orders"))));

    assertThat(create("more", 2 * ROOM)).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void theTopicOfCommittedOffsetsIsMadeInAFullClusterToo() {
    create("orders", 2 * ROOM);

    assertThat(create("other", 40)).isEqualTo(ErrorCode.POLICY_VIOLATION);
    assertThat(create("__consumer_offsets", 40)).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void configurationsCountByTheirBytesWhateverTheyAreOf() {
    create("orders", 2 * ROOM - 40);
    ErrorCode error = ErrorCode.NONE;
    int set = 0;
    while (error == ErrorCode.NONE && set < 1_000) {
      error = setOfGroup("group-" + set, "v".repeat(10_000));
      set++;
    }

    assertThat(error).isEqualTo(ErrorCode.POLICY_VIOLATION);
    assertThat(set).isBetween(5, 15);
    assertThat(setOfGroup("group-0", "w".repeat(10_000)))
        .as("what takes no more than before")
        .isEqualTo(ErrorCode.NONE);
  }

  private ErrorCode setOfGroup(String group, String value) {
    return cluster
        .apply(
            new IncrementalAlterConfigs(
                List.of(
                    new ConfigChanges(
                        new ConfigResource(ConfigResource.Type.GROUP, group),
                        List.of(new ConfigChange("key", ConfigOperation.SET, value)))),
                false))
        .getFirst()
        .result()
        .error();
  }
}
