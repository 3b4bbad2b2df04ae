package org.stoker.metadata;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerCommand.DirectoriesFailed;
import org.stoker.metadata.BrokerCommand.Fence;
import org.stoker.metadata.BrokerCommand.ReconcileBrokers;
import org.stoker.metadata.BrokerCommand.ShutDown;
import org.stoker.metadata.BrokerCommand.Unfence;
import org.stoker.metadata.BrokerCommand.Unregister;
import org.stoker.metadata.Command.CreateTopics;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.Command.ReplicaAssignment;
import org.stoker.metadata.PartitionCommand.AlterPartition;
import org.stoker.metadata.PartitionCommand.AssignDirectories;
import org.stoker.metadata.PartitionCommand.AssignedDirectory;
import org.stoker.metadata.PartitionCommand.BalanceLeaders;
import org.stoker.metadata.PartitionCommand.ChangedIsr;
import org.stoker.metadata.PartitionCommand.ElectLeaders;
import org.stoker.metadata.PartitionCommand.InSyncReplica;
import org.stoker.metadata.PartitionCommand.IsrChange;
import org.stoker.metadata.PartitionCommand.PartitionResult;
import org.stoker.metadata.PartitionCommand.Reassign;
import org.stoker.metadata.PartitionCommand.Reassignment;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.testkit.SplitMixSeed;

/** What becomes of partitions when brokers, leaders and administrators want something. */
final class PartitionDecisionsTest {
  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

  private final DecidedCluster cluster =
      new DecidedCluster(
          new Controller(
              new PlainRules(),
              new ClusterDefaults(1, 3, 2, false),
              Map.of("eligible.leader.replicas.version", (short) 1),
              new SplitMixSeed(11)));
  private final Map<Integer, BrokerImage> registered = new HashMap<>();

  @BeforeEach
  void fourBrokersAndATopicOnThree() {
    for (int id = 1; id <= 4; id++) {
      registered.put(id, broker(id, id * 10L, new Uuid(77, id), new Uuid(78, id)));
    }
    cluster.apply(new ReconcileBrokers(registered, true));
    for (int id = 1; id <= 4; id++) {
      cluster.apply(new Unfence(id, id * 10L));
    }
    cluster.apply(
        new CreateTopics(
            List.of(
                new NewTopic(
                    "orders",
                    -1,
                    -1,
                    List.of(new ReplicaAssignment(0, List.of(1, 2, 3))),
                    Map.of())),
            false));
  }

  private static BrokerImage broker(int id, long epoch, Uuid... directories) {
    return DecidedCluster.broker(id, epoch, true, null, Map.of(), directories);
  }

  private PartitionImage orders() {
    return cluster.partition("orders", 0);
  }

  private Uuid topicId() {
    return requireNonNull(cluster.image().topic("orders")).id();
  }

  /** The broker comes back in a new life, with these directories. */
  private void restart(int id, Uuid... directories) {
    registered.put(id, broker(id, id * 10L + 1, directories));
    cluster.apply(new ReconcileBrokers(registered, false));
  }

  private ChangedIsr alter(int leader, int leaderEpoch, int partitionEpoch, int... isr) {
    List<InSyncReplica> replicas = new ArrayList<>();
    for (int id : isr) {
      replicas.add(new InSyncReplica(id, id * 10L));
    }
    return alter(leader, leaderEpoch, partitionEpoch, replicas);
  }

  private ChangedIsr alter(
      int leader, int leaderEpoch, int partitionEpoch, List<InSyncReplica> isr) {
    return cluster
        .apply(
            new AlterPartition(
                leader,
                requireNonNull(cluster.image().broker(leader)).epoch(),
                List.of(new IsrChange(topicId(), 0, leaderEpoch, partitionEpoch, isr, false))))
        .partitions()
        .getFirst();
  }

  // ---- AlterPartition.

  @Test
  void aLeaderShrinksAndGrowsItsInSyncSet() {
    ChangedIsr shrunk = alter(1, 0, 0, 1, 2);

    assertThat(shrunk.error()).isEqualTo(ErrorCode.NONE);
    assertThat(requireNonNull(shrunk.state()).isr()).containsExactly(1, 2);
    assertThat(orders().partitionEpoch()).isEqualTo(1);
    assertThat(orders().leaderEpoch()).isZero();
    assertThat(alter(1, 0, 1, 1, 2, 3).error()).isEqualTo(ErrorCode.NONE);
    assertThat(orders().isr()).containsExactly(1, 2, 3);
  }

  @Test
  void epochsThatAreNotThePresentOnesAreRefused() {
    alter(1, 0, 0, 1, 2);

    assertThat(alter(1, 0, 0, 1, 3).error()).isEqualTo(ErrorCode.INVALID_UPDATE_VERSION);
    assertThat(alter(1, 0, 9, 1, 3).error()).isEqualTo(ErrorCode.NOT_CONTROLLER);
    assertThat(alter(1, 9, 1, 1, 3).error()).isEqualTo(ErrorCode.NOT_CONTROLLER);
    assertThat(alter(2, 0, 1, 1, 2).error()).isEqualTo(ErrorCode.INVALID_REQUEST);
    cluster.apply(new Fence(1, 10));
    assertThat(alter(2, 0, 2, 2).error()).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
    assertThat(orders().isr()).containsExactly(2);
  }

  @Test
  void anEarlierLifeOfAFollowerDoesNotEnterTheInSyncSet() {
    alter(1, 0, 0, 1, 2);
    restart(3, new Uuid(77, 3));
    cluster.apply(new Unfence(3, 31));

    assertThat(alter(1, 0, 1, 1, 2, 3).error()).isEqualTo(ErrorCode.INELIGIBLE_REPLICA);
    ChangedIsr grown =
        alter(
            1,
            0,
            1,
            List.of(new InSyncReplica(1, 10), new InSyncReplica(2, 20), new InSyncReplica(3, 31)));
    assertThat(grown.error()).isEqualTo(ErrorCode.NONE);
  }

  @Test
  void strangersTwinsAndSetsWithoutTheLeaderAreRefused() {
    assertThat(alter(1, 0, 0, 1, 4).error()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(alter(1, 0, 0, 1, 2, 2).error()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(alter(1, 0, 0, 2, 3).error()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(orders().isr()).containsExactly(1, 2, 3);
  }

  // ---- Brokers that stop and come back.

  @Test
  void aBrokerThatWantsToStopLeadsNothingAndIsNotInSyncAfterwards() {
    cluster.apply(new ShutDown(1, 10));

    assertThat(orders().leader()).isEqualTo(2);
    assertThat(orders().isr()).containsExactly(2, 3);
  }

  @Test
  void aRestartedBrokerFollowsUntilItIsInSyncAgainAndLeadsWhenAsked() {
    cluster.apply(new Fence(1, 10));
    restart(1, new Uuid(77, 1), new Uuid(78, 1));
    cluster.apply(new Unfence(1, 11));
    assertThat(orders().leader()).isEqualTo(2);
    assertThat(elect(false)).isEqualTo(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);

    alter(
        2,
        1,
        orders().partitionEpoch(),
        List.of(new InSyncReplica(2, 20), new InSyncReplica(3, 30), new InSyncReplica(1, 11)));
    assertThat(elect(false)).isEqualTo(ErrorCode.NONE);
    assertThat(orders().leader()).isEqualTo(1);
    assertThat(elect(false)).isEqualTo(ErrorCode.ELECTION_NOT_NEEDED);
  }

  private ErrorCode elect(boolean unclean) {
    return cluster.apply(new ElectLeaders(unclean, List.of(ORDERS))).getFirst().result().error();
  }

  @Test
  void leadersGoHomeByThemselvesWhenTooManyAreAway() {
    cluster.apply(new Fence(1, 10));
    cluster.apply(new Unfence(1, 10));
    alter(2, 1, orders().partitionEpoch(), 2, 3, 1);

    cluster.apply(new BalanceLeaders(100));
    assertThat(orders().leader()).isEqualTo(2);
    cluster.apply(new BalanceLeaders(10));
    assertThat(orders().leader()).isEqualTo(1);
  }

  @Test
  void onlyAnUncleanElectionTakesWhoLacksRecords() {
    cluster.apply(new Fence(3, 30));
    cluster.apply(new Fence(2, 20));
    cluster.apply(new Fence(1, 10));
    // Everybody who was in sync while two were is away; 3 left before.
    cluster.apply(new Unfence(3, 30));

    assertThat(orders().leader()).isEqualTo(PartitionImage.NO_LEADER);
    assertThat(elect(false)).isEqualTo(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
    assertThat(elect(true)).isEqualTo(ErrorCode.NONE);
    assertThat(orders().leader()).isEqualTo(3);
    assertThat(orders().recovering()).isTrue();
  }

  @Test
  void aRunningBrokerIsNotForgottenAndOneThatIsGoneIs() {
    assertThat(cluster.apply(new Unregister(4)).error()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(cluster.apply(new Unregister(9)).error())
        .isEqualTo(ErrorCode.BROKER_ID_NOT_REGISTERED);
    cluster.apply(new Fence(4, 40));
    assertThat(cluster.apply(new Unregister(4))).isEqualTo(Result.OK);
    assertThat(cluster.image().broker(4)).isNull();
  }

  // ---- Directories.

  @Test
  void replicasOfAFailedDirectoryAreLedByOthersAndTheRestStays() {
    cluster.apply(
        new CreateTopics(
            List.of(
                new NewTopic(
                    "other",
                    -1,
                    -1,
                    List.of(new ReplicaAssignment(0, List.of(1, 2, 3))),
                    Map.of())),
            false));
    Uuid other = requireNonNull(cluster.image().topic("other")).id();
    assign(1, new AssignedDirectory(topicId(), 0, new Uuid(77, 1)));
    assign(1, new AssignedDirectory(other, 0, new Uuid(78, 1)));

    cluster.apply(new DirectoriesFailed(1, 10, List.of(new Uuid(77, 1))));

    assertThat(orders().leader()).isEqualTo(2);
    assertThat(orders().isr()).containsExactly(2, 3);
    assertThat(requireNonNull(cluster.image().partition(new TopicPartition("other", 0))).leader())
        .isEqualTo(1);
  }

  @Test
  void aDirectoryThatComesBackWithItsBrokerHoldsWhatItHeld() {
    assign(1, new AssignedDirectory(topicId(), 0, new Uuid(77, 1)));
    cluster.apply(new Fence(3, 30));
    cluster.apply(new Fence(2, 20));
    cluster.apply(new DirectoriesFailed(1, 10, List.of(new Uuid(77, 1))));
    assertThat(orders().leader()).isEqualTo(PartitionImage.NO_LEADER);

    restart(1, new Uuid(77, 1), new Uuid(78, 1));
    cluster.apply(new Unfence(1, 11));

    assertThat(orders().leader()).isEqualTo(1);
    assertThat(orders().recovering()).isFalse();
  }

  @Test
  void aReplicaThatBeginsAnewInAnotherDirectoryIsNotTakenForWhatItWas() {
    assign(1, new AssignedDirectory(topicId(), 0, new Uuid(77, 1)));
    cluster.apply(new Fence(3, 30));
    cluster.apply(new Fence(2, 20));
    restart(1, new Uuid(79, 1));
    cluster.apply(new Unfence(1, 11));
    assertThat(orders().leader()).isEqualTo(PartitionImage.NO_LEADER);

    assign(1, new AssignedDirectory(topicId(), 0, new Uuid(79, 1)));
    assertThat(orders().leader()).isEqualTo(PartitionImage.NO_LEADER);
    assertThat(orders().eligibleLeaderReplicas()).containsExactly(2);

    cluster.apply(new Unfence(2, 20));
    assertThat(orders().leader()).isEqualTo(2);
  }

  private void assign(int broker, AssignedDirectory... assigned) {
    var replies =
        cluster.apply(
            new AssignDirectories(
                broker, requireNonNull(cluster.image().broker(broker)).epoch(), List.of(assigned)));
    assertThat(replies.result()).isEqualTo(Result.OK);
    replies.replies().forEach(reply -> assertThat(reply.error()).isEqualTo(ErrorCode.NONE));
  }

  // ---- Reassignment.

  private Result reassign(@Nullable List<Integer> replicas) {
    List<PartitionResult> results =
        cluster.apply(new Reassign(List.of(new Reassignment(ORDERS, replicas)), true));
    return results.getFirst().result();
  }

  @Test
  void aReassignmentEndsWhenTheNewReplicasAreInSync() {
    assertThat(reassign(List.of(4, 2))).isEqualTo(Result.OK);
    assertThat(orders().replicas()).containsExactly(4, 2, 1, 3);
    assertThat(orders().addingReplicas()).containsExactly(4);
    assertThat(orders().removingReplicas()).containsExactlyInAnyOrder(1, 3);
    assertThat(orders().leader()).isEqualTo(1);

    ChangedIsr changed = alter(1, 0, orders().partitionEpoch(), 1, 2, 3, 4);

    assertThat(changed.error()).isEqualTo(ErrorCode.NEW_LEADER_ELECTED);
    assertThat(orders().replicas()).containsExactly(4, 2);
    assertThat(orders().isr()).containsExactlyInAnyOrder(4, 2);
    assertThat(orders().leader()).isEqualTo(4);
    assertThat(orders().isBeingReassigned()).isFalse();
  }

  @Test
  void aReassignmentIsCalledOff() {
    reassign(List.of(4, 2));

    assertThat(reassign(null)).isEqualTo(Result.OK);
    assertThat(orders().replicas()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(orders().isBeingReassigned()).isFalse();
    assertThat(reassign(null).error()).isEqualTo(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
  }

  @Test
  void refusalsOfElectionsAndMovesAreToldInTheSentencesThatToolsKnowFromKafka() {
    assertThat(messageOf(new ElectLeaders(false, List.of(new TopicPartition("none", 0)))))
        .isEqualTo("No such topic as none");
    assertThat(messageOf(new ElectLeaders(false, List.of(new TopicPartition("orders", 9)))))
        .isEqualTo("No such partition as orders-9");
    assertThat(messageOf(new ElectLeaders(false, List.of(new TopicPartition("orders", 0)))))
        .isEqualTo("Leader election not needed for topic partition.");
    assertThat(messageOf(move("none", 0, List.of(1))))
        .isEqualTo("Unable to find a topic named none.");
    assertThat(messageOf(move("orders", 9, List.of(1))))
        .isEqualTo("Unable to find partition orders:9.");
    assertThat(messageOf(move("orders", 0, null)))
        .isEqualTo("No partition reassignment is in progress.");
    assertThat(messageOf(move("orders", 0, List.of())))
        .isEqualTo("The manual partition assignment includes an empty replica list.");
    assertThat(messageOf(move("orders", 0, List.of(1, 2))))
        .isEqualTo("The replication factor is changed from 3 to 2");
  }

  private @Nullable String messageOf(Command<List<PartitionResult>> command) {
    return cluster.apply(command).getFirst().result().message();
  }

  private static Reassign move(String topic, int partition, @Nullable List<Integer> replicas) {
    return new Reassign(
        List.of(new Reassignment(new TopicPartition(topic, partition), replicas)), false);
  }

  @Test
  void impossibleReassignmentsAreRefused() {
    assertThat(reassign(List.of()).error()).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    assertThat(reassign(List.of(1, 1)).error()).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    assertThat(reassign(List.of(9)).error()).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    var fixed = new Reassign(List.of(new Reassignment(ORDERS, List.of(1, 2))), false);
    assertThat(cluster.apply(fixed).getFirst().result().error())
        .isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
  }

  @Test
  void tenThousandLeadersMoveInThreeEntriesOfTheLogAtMost() {
    var assignments = new ArrayList<ReplicaAssignment>();
    for (int number = 0; number < 10_000; number++) {
      assignments.add(
          new ReplicaAssignment(number, List.of(1, 2 + number % 3, 2 + (number + 1) % 3)));
    }
    cluster.apply(
        new CreateTopics(List.of(new NewTopic("many", -1, -1, assignments, Map.of())), false));

    List<Message> records = cluster.decide(new Fence(1, 10)).records();

    assertThat(records).hasSizeGreaterThan(10_000);
    int entryBytes = MetadataConfig.forSessionTimeout(6_000).entryBytes();
    assertThat(LogWriter.batches(records, entryBytes)).hasSizeLessThanOrEqualTo(3);
  }
}
