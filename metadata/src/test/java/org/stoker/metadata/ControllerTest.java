package org.stoker.metadata;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerCommand.ReconcileBrokers;
import org.stoker.metadata.Command.AllocateProducerIds;
import org.stoker.metadata.Command.AlterConfigs;
import org.stoker.metadata.Command.ConfigChange;
import org.stoker.metadata.Command.ConfigChanges;
import org.stoker.metadata.Command.ConfigOperation;
import org.stoker.metadata.Command.ConfigReplacement;
import org.stoker.metadata.Command.ConfigResult;
import org.stoker.metadata.Command.CreatePartitions;
import org.stoker.metadata.Command.CreateTopics;
import org.stoker.metadata.Command.CreatedTopic;
import org.stoker.metadata.Command.DeleteTopics;
import org.stoker.metadata.Command.DeletedTopic;
import org.stoker.metadata.Command.IncrementalAlterConfigs;
import org.stoker.metadata.Command.MorePartitions;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.Command.ProducerIds;
import org.stoker.metadata.Command.ReplicaAssignment;
import org.stoker.metadata.Command.TopicReference;
import org.stoker.metadata.Command.TopicResult;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.testkit.SplitMixSeed;

/** What the controller refuses, and with which code; and what it makes of the rest. */
final class ControllerTest {
  private final SplitMixSeed seed = new SplitMixSeed(11);
  private final DecidedCluster cluster =
      new DecidedCluster(
          new Controller(
              new PlainRules(),
              new ClusterDefaults(3, 2),
              Map.of("metadata.version", (short) 30),
              seed));

  @BeforeEach
  void registerThreeBrokersOnTwoRacks() {
    cluster.apply(
        new ReconcileBrokers(
            Map.of(1, broker(1, "a", 10), 2, broker(2, "a", 20), 3, broker(3, "b", 30)), true));
  }

  private static BrokerImage broker(int id, @Nullable String rack, long epoch) {
    return DecidedCluster.broker(id, epoch, false, rack, Map.of(), new Uuid(77, id));
  }

  private List<CreatedTopic> create(NewTopic... topics) {
    return cluster.apply(new CreateTopics(List.of(topics), false));
  }

  private ErrorCode createOne(NewTopic topic) {
    return create(topic).getFirst().result().error();
  }

  @Test
  void aTopicGetsItsPartitionsLeadersAndEpochs() {
    CreatedTopic created = create(NewTopic.of("orders", 6, 3)).getFirst();

    assertThat(created.result()).isEqualTo(Result.OK);
    assertThat(created.partitions()).isEqualTo(6);
    assertThat(created.replicationFactor()).isEqualTo(3);
    assertThat(requireNonNull(cluster.image().topic(created.topicId())).name()).isEqualTo("orders");
    PartitionImage first = cluster.partition("orders", 0);
    assertThat(first.replicas()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(first.isr()).isEqualTo(first.replicas());
    assertThat(first.leader()).isEqualTo(first.replicas().getFirst());
    assertThat(first.leaderEpoch()).isZero();
    assertThat(first.partitionEpoch()).isZero();
    assertThat(first.directories().getFirst()).isEqualTo(new Uuid(77, first.leader()));
  }

  @Test
  void leadersTakeTurnsAndReplicasSpreadOverRacks() {
    create(NewTopic.of("orders", 30, 2));

    Map<Integer, Integer> leaders = new HashMap<>();
    for (int number = 0; number < 30; number++) {
      PartitionImage partition = cluster.partition("orders", number);
      leaders.merge(partition.leader(), 1, Integer::sum);
      // Broker 3 is alone on its rack, so every partition with two replicas has one there.
      assertThat(partition.replicas()).contains(3).doesNotHaveDuplicates().hasSize(2);
    }
    assertThat(leaders).containsEntry(1, 10).containsEntry(2, 10).containsEntry(3, 10);
  }

  @Test
  void defaultsFillWhatIsLeftOpen() {
    CreatedTopic created = create(NewTopic.of("orders", -1, -1)).getFirst();

    assertThat(created.partitions()).isEqualTo(3);
    assertThat(created.replicationFactor()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a b", "ä", "a/b", "a:b", "a\u0000"})
  void namesThatKafkaRefusesAreRefused(String name) {
    assertThat(createOne(NewTopic.of(name, 1, 1))).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
  }

  @Test
  void aNameHas249CharactersAtMost() {
    assertThat(createOne(NewTopic.of("x".repeat(249), 1, 1))).isEqualTo(ErrorCode.NONE);
    assertThat(createOne(NewTopic.of("x".repeat(250), 1, 1)))
        .isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
  }

  @Test
  void namesThatDifferInDotAndUnderscoreAloneCollide() {
    create(NewTopic.of("a.b", 1, 1));

    assertThat(createOne(NewTopic.of("a_b", 1, 1))).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
    List<CreatedTopic> together = create(NewTopic.of("c.d", 1, 1), NewTopic.of("c_d", 1, 1));
    assertThat(together.get(0).result().error()).isEqualTo(ErrorCode.NONE);
    assertThat(together.get(1).result().error()).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
  }

  @Test
  void existingDuplicateAndReservedNamesAreRefused() {
    create(NewTopic.of("orders", 1, 1));

    assertThat(createOne(NewTopic.of("orders", 1, 1))).isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS);
    assertThat(create(NewTopic.of("twice", 1, 1), NewTopic.of("twice", 1, 1)))
        .extracting(topic -> topic.result().error())
        .containsExactly(ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_REQUEST);
    assertThat(createOne(NewTopic.of("__cluster_metadata", 1, 1)))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(createOne(NewTopic.of("__consumer_offsets", 1, 1))).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void countsAreChecked() {
    assertThat(createOne(NewTopic.of("a", 0, 1))).isEqualTo(ErrorCode.INVALID_PARTITIONS);
    assertThat(createOne(NewTopic.of("a", -2, 1))).isEqualTo(ErrorCode.INVALID_PARTITIONS);
    assertThat(createOne(NewTopic.of("a", 1, 0))).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
    assertThat(createOne(NewTopic.of("a", 1, 4))).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
    assertThat(createOne(NewTopic.of("a", Integer.MAX_VALUE, 1)))
        .isEqualTo(ErrorCode.POLICY_VIOLATION);
  }

  private static NewTopic assigned(Map<Integer, List<Integer>> assignments) {
    List<ReplicaAssignment> inOrder = new ArrayList<>();
    new TreeMap<>(assignments)
        .forEach((partition, replicas) -> inOrder.add(new ReplicaAssignment(partition, replicas)));
    return new NewTopic("assigned", -1, -1, inOrder, Map.of());
  }

  @Test
  void manualAssignmentsAreKeptAndChecked() {
    for (Map<Integer, List<Integer>> wrong :
        List.of(
            Map.of(1, List.of(1)),
            Map.of(0, List.<Integer>of()),
            Map.of(0, List.of(1, 1)),
            Map.of(0, List.of(9)),
            Map.of(0, List.of(1), 1, List.of(1, 2)))) {
      assertThat(createOne(assigned(wrong)))
          .as("%s", wrong)
          .isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    }
    assertThat(
            createOne(
                new NewTopic(
                    "assigned", 1, -1, List.of(new ReplicaAssignment(0, List.of(1))), Map.of())))
        .isEqualTo(ErrorCode.INVALID_REQUEST);

    assertThat(createOne(assigned(Map.of(0, List.of(3, 1), 1, List.of(2, 3)))))
        .isEqualTo(ErrorCode.NONE);
    assertThat(cluster.partition("assigned", 0).replicas()).containsExactly(3, 1);
    assertThat(cluster.partition("assigned", 1).leader()).isEqualTo(2);
  }

  @Test
  void aBadConfigurationRefusesTheTopic() {
    Map<String, @Nullable String> nothing = new HashMap<>();
    nothing.put("retention.ms", null);

    assertThat(createOne(new NewTopic("a", 1, 1, List.of(), Map.of("retention.ms", "soon"))))
        .isEqualTo(ErrorCode.INVALID_CONFIG);
    assertThat(createOne(new NewTopic("a", 1, 1, List.of(), nothing)))
        .isEqualTo(ErrorCode.INVALID_CONFIG);
    assertThat(createOne(new NewTopic("a", 1, 1, List.of(), Map.of("retention.ms", "5"))))
        .isEqualTo(ErrorCode.NONE);
    assertThat(cluster.image().configs(ConfigResource.topic("a")))
        .containsEntry("retention.ms", "5");
  }

  @Test
  void validateOnlyChangesNothing() {
    CreatedTopic validated =
        cluster.apply(new CreateTopics(List.of(NewTopic.of("orders", 4, 1)), true)).getFirst();

    assertThat(validated.result()).isEqualTo(Result.OK);
    assertThat(validated.partitions()).isEqualTo(4);
    assertThat(validated.topicId()).isEqualTo(Uuid.ZERO);
    assertThat(cluster.image().topic("orders")).isNull();
  }

  @Test
  void topicsAreDeletedByNameAndByIdWithTheirConfiguration() {
    create(new NewTopic("a", 1, 1, List.of(), Map.of("retention.ms", "5")));
    Uuid second = create(NewTopic.of("b", 1, 1)).getFirst().topicId();

    assertThat(
            cluster.apply(
                new DeleteTopics(
                    List.of(
                        TopicReference.named("a"),
                        TopicReference.of(second),
                        TopicReference.named("c"),
                        TopicReference.of(new Uuid(1, 1))))))
        .extracting(deleted -> deleted.result().error())
        .containsExactly(
            ErrorCode.NONE,
            ErrorCode.NONE,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode.UNKNOWN_TOPIC_ID);
    assertThat(cluster.image().topicsByName()).isEmpty();
    assertThat(cluster.image().topicsById()).isEmpty();
    assertThat(cluster.image().configs()).isEmpty();
  }

  @Test
  void aTopicThatIsNamedTwiceIsNotDeletedAndAnsweredOnce() {
    Uuid id = create(NewTopic.of("a", 1, 1)).getFirst().topicId();
    Uuid both = create(NewTopic.of("b", 1, 1)).getFirst().topicId();
    create(NewTopic.of("c", 1, 1));

    assertThat(
            cluster.apply(
                new DeleteTopics(
                    List.of(
                        TopicReference.of(id),
                        TopicReference.of(id),
                        TopicReference.named("b"),
                        TopicReference.of(both),
                        TopicReference.named("c"),
                        TopicReference.named("c"),
                        new TopicReference("c", id),
                        new TopicReference(null, Uuid.ZERO)))))
        .extracting(deleted -> deleted.result().error())
        .containsExactly(
            ErrorCode.INVALID_REQUEST,
            ErrorCode.INVALID_REQUEST,
            ErrorCode.INVALID_REQUEST,
            ErrorCode.INVALID_REQUEST,
            ErrorCode.INVALID_REQUEST);
    assertThat(cluster.image().topicsByName().keySet()).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void aTopicThatIsNamedByNameAndByIdIsRefusedForBothAtOnce() {
    Uuid id = create(NewTopic.of("a", 1, 1)).getFirst().topicId();

    List<DeletedTopic> deleted =
        cluster.apply(new DeleteTopics(List.of(TopicReference.of(id), TopicReference.named("a"))));

    assertThat(deleted)
        .containsExactly(
            new DeletedTopic(
                "a",
                id,
                new Result(
                    ErrorCode.INVALID_REQUEST,
                    "The provided topic name maps to an ID that was already supplied.")));
    assertThat(cluster.image().topicsByName()).containsKey("a");
  }

  @Test
  void aPartitionThatIsAssignedTwiceRefusesTheTopic() {
    List<ReplicaAssignment> twice =
        List.of(
            new ReplicaAssignment(0, List.of(1)),
            new ReplicaAssignment(1, List.of(2)),
            new ReplicaAssignment(0, List.of(3)));

    Result result = create(new NewTopic("assigned", -1, -1, twice, Map.of())).getFirst().result();

    assertThat(result)
        .isEqualTo(
            new Result(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                "Found multiple manual partition assignments for partition 0"));
    assertThat(cluster.image().topic("assigned")).isNull();
  }

  @Test
  void aRequestForTooManyPartitionsMakesNoTopicAtAll() {
    assertThat(create(NewTopic.of("few", 1, 1), NewTopic.of("many", 10_000, 1)))
        .extracting(CreatedTopic::result)
        .containsOnly(
            new Result(
                ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request."));
    create(NewTopic.of("grows", 1, 1), NewTopic.of("grows-much", 1, 1));
    assertThat(
            cluster.apply(
                new CreatePartitions(
                    List.of(
                        new MorePartitions("grows", 2, null),
                        new MorePartitions("grows-much", 10_001, null)),
                    false)))
        .extracting(TopicResult::result)
        .containsOnly(
            new Result(
                ErrorCode.POLICY_VIOLATION,
                "Excessively large number of additional partitions per request."));

    assertThat(cluster.image().topicsByName().keySet()).containsOnly("grows", "grows-much");
    assertThat(requireNonNull(cluster.image().topic("grows")).partitions()).hasSize(1);
  }

  private @Nullable String refusalOf(NewTopic topic) {
    return create(topic).getFirst().result().message();
  }

  @Test
  void refusalsOfTopicsAreToldInTheSentencesThatToolsKnowFromKafka() {
    create(NewTopic.of("a.b", 2, 1));

    assertThat(refusalOf(NewTopic.of("a b", 1, 1)))
        .isEqualTo(
            "Topic name is invalid: 'a b' contains one or more characters other than ASCII"
                + " alphanumerics, '.', '_' and '-'");
    assertThat(refusalOf(NewTopic.of("..", 1, 1)))
        .isEqualTo("Topic name is invalid: '..' is not allowed");
    assertThat(refusalOf(NewTopic.of("a.b", 1, 1))).isEqualTo("Topic 'a.b' already exists.");
    assertThat(refusalOf(NewTopic.of("a_b", 1, 1)))
        .isEqualTo("Topic 'a_b' collides with existing topic: a.b");
    assertThat(refusalOf(NewTopic.of("c", 1, 0)))
        .isEqualTo("Replication factor must be larger than 0, or -1 to use the default value.");
    assertThat(refusalOf(NewTopic.of("c", 0, 1)))
        .isEqualTo("Number of partitions was set to an invalid non-positive value.");
    assertThat(refusalOf(NewTopic.of("c", 1, 4)))
        .isEqualTo(
            "Unable to replicate the partition 4 time(s): The target replication factor of 4"
                + " cannot be reached because only 3 broker(s) are registered or some brokers have"
                + " all their log directories cordoned.");
    assertThat(refusalOf(assigned(Map.of(0, List.of(9)))))
        .isEqualTo(
            "The manual partition assignment includes broker 9, but no such broker is"
                + " registered.");
    assertThat(refusalOf(assigned(Map.of(0, List.of(1, 1)))))
        .isEqualTo("The manual partition assignment includes the broker 1 more than once.");
    assertThat(refusalOf(assigned(Map.of(1, List.of(1)))))
        .isEqualTo("partitions should be a consecutive 0-based integer sequence");
    assertThat(grow("a.b", 2)).isEqualTo("Topic already has 2 partition(s).");
    assertThat(grow("a.b", 1))
        .isEqualTo("The topic a.b currently has 2 partition(s); 1 would not be an increase.");
    assertThat(grow("none", 1)).isEqualTo("This server does not host this topic-partition.");
  }

  private @Nullable String grow(String topic, int partitions) {
    return cluster
        .apply(new CreatePartitions(List.of(new MorePartitions(topic, partitions, null)), false))
        .getFirst()
        .result()
        .message();
  }

  private ErrorCode more(String topic, int partitions, @Nullable List<List<Integer>> assignments) {
    return cluster
        .apply(
            new CreatePartitions(
                List.of(new MorePartitions(topic, partitions, assignments)), false))
        .getFirst()
        .result()
        .error();
  }

  @Test
  void partitionsAreAddedAndNeverTakenAway() {
    create(NewTopic.of("orders", 2, 2));

    assertThat(more("orders", 2, null)).isEqualTo(ErrorCode.INVALID_PARTITIONS);
    assertThat(more("orders", 1, null)).isEqualTo(ErrorCode.INVALID_PARTITIONS);
    assertThat(more("orders", Integer.MIN_VALUE, null)).isEqualTo(ErrorCode.INVALID_PARTITIONS);
    assertThat(more("unknown", 3, null)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(more("orders", 4, List.of(List.of(1, 2))))
        .isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    assertThat(more("orders", 3, List.of(List.of(1))))
        .isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    assertThat(more("orders", 3, List.of(List.of(3, 2)))).isEqualTo(ErrorCode.NONE);
    assertThat(more("orders", 5, null)).isEqualTo(ErrorCode.NONE);

    assertThat(requireNonNull(cluster.image().topic("orders")).partitions()).hasSize(5);
    assertThat(cluster.partition("orders", 2).replicas()).containsExactly(3, 2);
  }

  private ErrorCode alter(ConfigResource resource, ConfigChange... changes) {
    List<ConfigResult> results =
        cluster.apply(
            new IncrementalAlterConfigs(
                List.of(new ConfigChanges(resource, List.of(changes))), false));
    return results.getFirst().result().error();
  }

  private static ConfigChange change(
      String key, ConfigOperation operation, @Nullable String value) {
    return new ConfigChange(key, operation, value);
  }

  @Test
  void keysAreSetDeletedAppendedToAndSubtractedFrom() {
    create(NewTopic.of("orders", 1, 1));
    ConfigResource orders = ConfigResource.topic("orders");

    assertThat(alter(orders, change("cleanup.policy", ConfigOperation.APPEND, "compact")))
        .isEqualTo(ErrorCode.NONE);
    assertThat(cluster.image().configs(orders)).containsEntry("cleanup.policy", "delete,compact");
    alter(orders, change("cleanup.policy", ConfigOperation.APPEND, "compact"));
    alter(orders, change("cleanup.policy", ConfigOperation.SUBTRACT, "delete"));
    assertThat(cluster.image().configs(orders)).containsEntry("cleanup.policy", "compact");
    alter(orders, change("retention.ms", ConfigOperation.SET, "7"));
    alter(orders, change("cleanup.policy", ConfigOperation.DELETE, null));
    assertThat(cluster.image().configs(orders)).containsOnly(Map.entry("retention.ms", "7"));

    assertThat(alter(orders, change("retention.ms", ConfigOperation.APPEND, "7")))
        .isEqualTo(ErrorCode.INVALID_CONFIG);
    assertThat(alter(orders, change("retention.ms", ConfigOperation.SET, "soon")))
        .isEqualTo(ErrorCode.INVALID_CONFIG);
    assertThat(alter(orders, change("retention.ms", ConfigOperation.SET, null)))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(
            alter(
                orders,
                change("retention.ms", ConfigOperation.SET, "1"),
                change("retention.ms", ConfigOperation.DELETE, null)))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(alter(orders, change("retention.ms", ConfigOperation.SET, "x".repeat(40_000))))
        .isEqualTo(ErrorCode.INVALID_CONFIG);
    assertThat(cluster.image().configs(orders)).containsOnly(Map.entry("retention.ms", "7"));
  }

  @Test
  void whatIsConfiguredMustExist() {
    ConfigChange set = change("retention.ms", ConfigOperation.SET, "1");

    assertThat(alter(ConfigResource.topic("none"), set))
        .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(alter(ConfigResource.topic(""), set)).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(alter(ConfigResource.broker(9), set)).isEqualTo(ErrorCode.BROKER_ID_NOT_REGISTERED);
    assertThat(alter(new ConfigResource(ConfigResource.Type.BROKER, "x"), set))
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(alter(ConfigResource.broker(1), set)).isEqualTo(ErrorCode.NONE);
    assertThat(alter(ConfigResource.everyBroker(), set)).isEqualTo(ErrorCode.NONE);
    assertThat(alter(ConfigResource.group("g"), set)).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void theOldWayReplacesEverything() {
    create(new NewTopic("orders", 1, 1, List.of(), Map.of("retention.ms", "5", "other", "x")));
    ConfigResource orders = ConfigResource.topic("orders");

    cluster.apply(
        new AlterConfigs(
            List.of(new ConfigReplacement(orders, Map.of("retention.ms", "6"))), false));

    assertThat(cluster.image().configs(orders)).containsOnly(Map.entry("retention.ms", "6"));
    assertThat(
            cluster
                .apply(
                    new AlterConfigs(
                        List.of(
                            new ConfigReplacement(orders, Map.of()),
                            new ConfigReplacement(orders, Map.of())),
                        false))
                .getFirst()
                .result()
                .error())
        .isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void producerIdsComeInBlocksThatNobodyElseGets() {
    var firsts = new HashSet<Long>();
    for (int block = 0; block < 3; block++) {
      ProducerIds ids = cluster.apply(new AllocateProducerIds(1, 10));
      assertThat(ids.count()).isEqualTo(1_000);
      firsts.add(ids.first());
    }

    assertThat(firsts).containsExactlyInAnyOrder(0L, 1_000L, 2_000L);
    assertThat(cluster.apply(new AllocateProducerIds(1, 9)).result().error())
        .isEqualTo(ErrorCode.STALE_BROKER_EPOCH);
    assertThat(cluster.apply(new AllocateProducerIds(4, 9)).result().error())
        .isEqualTo(ErrorCode.BROKER_ID_NOT_REGISTERED);
  }

  @Test
  void aRestartedLeaderGetsANewEpochAndOthersKeepTheirs() {
    create(assigned(Map.of(0, List.of(1, 2), 1, List.of(2, 1))));

    cluster.apply(
        new ReconcileBrokers(
            Map.of(1, broker(1, "a", 11), 2, broker(2, "a", 20), 3, broker(3, "b", 30)), false));

    assertThat(cluster.partition("assigned", 0).leader()).isEqualTo(1);
    assertThat(cluster.partition("assigned", 0).leaderEpoch()).isEqualTo(1);
    assertThat(cluster.partition("assigned", 1).leaderEpoch()).isZero();
    assertThat(requireNonNull(cluster.image().broker(1)).epoch()).isEqualTo(11);
  }

  @Test
  void aBrokerThatIsGoneIsFencedAndItsPartitionsMove() {
    create(assigned(Map.of(0, List.of(1, 2), 1, List.of(1, 3))));

    cluster.apply(new ReconcileBrokers(Map.of(2, broker(2, "a", 20)), false));

    assertThat(requireNonNull(cluster.image().broker(1)).fenced()).isTrue();
    assertThat(cluster.partition("assigned", 0).leader()).isEqualTo(2);
    assertThat(cluster.partition("assigned", 0).isr()).containsExactly(2);
    // Both replicas are gone: whoever of them comes back may lead again.
    assertThat(cluster.partition("assigned", 1).leader()).isEqualTo(PartitionImage.NO_LEADER);
    assertThat(cluster.partition("assigned", 1).isr()).containsExactly(1, 3);

    cluster.apply(
        new ReconcileBrokers(Map.of(2, broker(2, "a", 20), 3, broker(3, "b", 31)), false));

    assertThat(cluster.partition("assigned", 1).leader()).isEqualTo(3);
    assertThat(cluster.partition("assigned", 1).leaderEpoch()).isEqualTo(2);
  }

  @Test
  void theSameBrokersChangeNothing() {
    create(NewTopic.of("orders", 3, 1));
    ClusterImage before = cluster.image();

    Decision<Result> decision =
        cluster.decide(new ReconcileBrokers(new HashMap<>(cluster.image().brokers()), false));

    assertThat(decision.records()).isEmpty();
    assertThat(cluster.image()).isEqualTo(before);
  }

  @Test
  void anImageIsTheSameAfterItsOwnRecords() {
    create(new NewTopic("orders", 4, 2, List.of(), Map.of("retention.ms", "5")));
    cluster.apply(new AllocateProducerIds(1, 10));

    List<Message> records = new ArrayList<>(cluster.image().toRecords());
    var draft = new ImageDraft(ClusterImage.empty("cluster"));
    records.forEach(draft::replay);

    assertThat(draft.finish(cluster.image().offset(), 1, 1).image()).isEqualTo(cluster.image());
  }
}
