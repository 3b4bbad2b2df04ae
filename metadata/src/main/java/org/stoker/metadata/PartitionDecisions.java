package org.stoker.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.stoker.base.TopicIdPartition;
import org.stoker.base.TopicPartition;
import org.stoker.metadata.PartitionCommand.AssignedDirectory;
import org.stoker.metadata.PartitionCommand.AssignedReplies;
import org.stoker.metadata.PartitionCommand.AssignedReply;
import org.stoker.metadata.PartitionCommand.ChangedIsr;
import org.stoker.metadata.PartitionCommand.ChangedIsrs;
import org.stoker.metadata.PartitionCommand.InSyncReplica;
import org.stoker.metadata.PartitionCommand.IsrChange;
import org.stoker.metadata.PartitionCommand.PartitionResult;
import org.stoker.metadata.PartitionCommand.Reassignment;
import org.stoker.metadata.PartitionTransition.Election;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.PartitionChangeRecord;

/** Decides who leads partitions, who is in sync with them, and where they are kept. */
final class PartitionDecisions {
  static final String MIN_IN_SYNC = "min.insync.replicas";
  private static final String UNCLEAN = "unclean.leader.election.enable";

  private final ClusterDefaults defaults;

  PartitionDecisions(ClusterDefaults defaults) {
    this.defaults = defaults;
  }

  // ---- Brokers that come and go.

  /**
   * What partitions make of brokers that are others, or otherwise, than in the image.
   *
   * @param restarted brokers whose process is another one
   */
  List<Message> afterBrokersChanged(
      ClusterImage image, Map<Integer, BrokerImage> brokers, Set<Integer> restarted) {
    List<Message> records = new ArrayList<>();
    for (TopicImage topic : new TreeMap<>(image.topicsByName()).values()) {
      TopicRules rules = rulesOf(image, topic.name());
      for (int number = 0; number < topic.partitions().size(); number++) {
        PartitionImage partition = topic.partitions().get(number);
        ReplicaFacts facts = rules.facts(brokers, partition, restarted);
        PartitionChangeRecord change =
            afterBrokersChanged(partition, facts, restarted).record(topic.id(), number);
        if (change != null) {
          records.add(change);
        }
      }
    }
    return records;
  }

  private static PartitionTransition afterBrokersChanged(
      PartitionImage partition, ReplicaFacts facts, Set<Integer> restarted) {
    List<Integer> isr = new ArrayList<>();
    for (int replica : partition.isr()) {
      if (facts.mayLead(replica)) {
        isr.add(replica);
      }
    }
    var transition = new PartitionTransition(partition, facts).isr(isr);
    if (restarted.contains(partition.leader())) {
      // Whoever lost an unflushed tail must not go on in the epoch in which others may have seen
      // it.
      transition.startEpoch();
    }
    return transition;
  }

  /** What a topic's configuration says about its replicas, here and now. */
  private record TopicRules(int minInSync, boolean keepsEligible, boolean allowsUnclean) {
    ReplicaFacts facts(Map<Integer, BrokerImage> brokers, PartitionImage partition) {
      return facts(brokers, partition, Set.of());
    }

    ReplicaFacts facts(
        Map<Integer, BrokerImage> brokers, PartitionImage partition, Set<Integer> returning) {
      return new ReplicaFacts(
          brokers, partition, minInSync, keepsEligible, allowsUnclean, returning);
    }
  }

  private TopicRules rulesOf(ClusterImage image, String topic) {
    String minInSync = configured(image, topic, MIN_IN_SYNC);
    String unclean = configured(image, topic, UNCLEAN);
    return new TopicRules(
        minInSync == null ? defaults.minInSyncReplicas() : Integer.parseInt(minInSync),
        Features.level(image, Features.ELIGIBLE_LEADER_REPLICAS) > 0,
        unclean == null ? defaults.uncleanLeaders() : Boolean.parseBoolean(unclean));
  }

  private static @Nullable String configured(ClusterImage image, String topic, String key) {
    String ofTopic = image.configs(ConfigResource.topic(topic)).get(key);
    return ofTopic == null ? image.configs(ConfigResource.everyBroker()).get(key) : ofTopic;
  }

  /**
   * Who counts as eligible follows from the level of a feature and from min.insync.replicas: when
   * these change, the account must, before anybody is elected by the old one.
   *
   * @param next the image in which they have changed
   */
  List<Message> afterRulesChanged(ClusterImage next) {
    List<Message> records = new ArrayList<>();
    for (TopicImage topic : new TreeMap<>(next.topicsByName()).values()) {
      TopicRules rules = rulesOf(next, topic.name());
      for (int number = 0; number < topic.partitions().size(); number++) {
        PartitionImage partition = topic.partitions().get(number);
        boolean hasAccount =
            !partition.eligibleLeaderReplicas().isEmpty()
                || !partition.lastKnownEligibleLeaderReplicas().isEmpty();
        PartitionChangeRecord change =
            hasAccount
                ? new PartitionTransition(partition, rules.facts(next.brokers(), partition))
                    .record(topic.id(), number)
                : null;
        if (change != null) {
          records.add(change);
        }
      }
    }
    return records;
  }

  // ---- AlterPartition.

  Decision<ChangedIsrs> alter(ClusterImage image, PartitionCommand.AlterPartition command) {
    Result refusal = BrokerDecisions.refusal(image, command.brokerId(), command.brokerEpoch());
    if (refusal != null) {
      return Decision.nothing(command.failed(refusal));
    }
    List<Message> records = new ArrayList<>();
    List<ChangedIsr> replies = new ArrayList<>();
    // A second change of one partition would be decided on what the first has left behind.
    Set<TopicIdPartition> seen = new HashSet<>();
    for (IsrChange change : command.partitions()) {
      replies.add(
          seen.add(new TopicIdPartition(change.topicId(), change.partition()))
              ? alter(image, command.brokerId(), change, records)
              : refused(change, ErrorCode.INVALID_REQUEST));
    }
    return Decision.of(records, new ChangedIsrs(Result.OK, replies));
  }

  private ChangedIsr alter(
      ClusterImage image, int leader, IsrChange change, List<Message> records) {
    TopicImage topic = image.topic(change.topicId());
    if (topic == null) {
      return refused(change, ErrorCode.UNKNOWN_TOPIC_ID);
    }
    if (change.partition() < 0 || change.partition() >= topic.partitions().size()) {
      return refused(change, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
    PartitionImage partition = topic.partitions().get(change.partition());
    ReplicaFacts facts = rulesOf(image, topic.name()).facts(image.brokers(), partition);
    ErrorCode error = problemWith(change, leader, partition, facts);
    if (error != ErrorCode.NONE) {
      return refused(change, error);
    }
    var transition = new PartitionTransition(partition, facts).isr(change.brokerIds());
    if (!change.recovering()) {
      transition.recovered();
    }
    PartitionChangeRecord record = transition.record(topic.id(), change.partition());
    if (record == null) {
      return new ChangedIsr(topic.id(), change.partition(), ErrorCode.NONE, partition);
    }
    records.add(record);
    PartitionImage next = partition.changedBy(record);
    // A reassignment that this completes may have taken the leader's place.
    return next.leaderEpoch() == partition.leaderEpoch()
        ? new ChangedIsr(topic.id(), change.partition(), ErrorCode.NONE, next)
        : refused(
            change,
            next.leader() == leader ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.NEW_LEADER_ELECTED);
  }

  private static ChangedIsr refused(IsrChange change, ErrorCode error) {
    return new ChangedIsr(change.topicId(), change.partition(), error, null);
  }

  private static ErrorCode problemWith(
      IsrChange change, int leader, PartitionImage partition, ReplicaFacts facts) {
    if (change.leaderEpoch() > partition.leaderEpoch()
        || change.partitionEpoch() > partition.partitionEpoch()) {
      // The leader has seen more of the log than we: it was not written by this controller.
      return ErrorCode.NOT_CONTROLLER;
    }
    if (change.leaderEpoch() < partition.leaderEpoch()) {
      return ErrorCode.FENCED_LEADER_EPOCH;
    }
    if (leader != partition.leader()) {
      return ErrorCode.INVALID_REQUEST;
    }
    if (change.partitionEpoch() < partition.partitionEpoch()) {
      return ErrorCode.INVALID_UPDATE_VERSION;
    }
    List<Integer> isr = change.brokerIds();
    boolean isPossible =
        isr.contains(leader)
            && new HashSet<>(isr).size() == isr.size()
            && partition.replicas().containsAll(isr);
    boolean endsRecoveryAlone = !change.recovering() || isr.size() == 1;
    if (!isPossible || !endsRecoveryAlone || (change.recovering() && !partition.recovering())) {
      return ErrorCode.INVALID_REQUEST;
    }
    for (InSyncReplica replica : change.isr()) {
      if (!mayBeInSync(replica, facts)) {
        return ErrorCode.INELIGIBLE_REPLICA;
      }
    }
    return ErrorCode.NONE;
  }

  /** The epoch keeps an earlier life of a broker from entering on what its later one has lost. */
  private static boolean mayBeInSync(InSyncReplica replica, ReplicaFacts facts) {
    BrokerImage broker = facts.brokers().get(replica.brokerId());
    return broker != null
        && facts.mayLead(replica.brokerId())
        && (replica.epoch() == -1 || replica.epoch() == broker.epoch());
  }

  // ---- AssignReplicasToDirs.

  Decision<AssignedReplies> assignDirectories(
      ClusterImage image, PartitionCommand.AssignDirectories command) {
    Result refusal = BrokerDecisions.refusal(image, command.brokerId(), command.brokerEpoch());
    if (refusal != null) {
      return Decision.nothing(command.failed(refusal));
    }
    List<Message> records = new ArrayList<>();
    List<AssignedReply> replies = new ArrayList<>();
    Set<TopicIdPartition> seen = new HashSet<>();
    for (AssignedDirectory asked : command.assigned()) {
      ErrorCode error =
          seen.add(new TopicIdPartition(asked.topicId(), asked.partition()))
              ? assign(image, command.brokerId(), asked, records)
              : ErrorCode.INVALID_REQUEST;
      replies.add(new AssignedReply(asked, error));
    }
    return Decision.of(records, new AssignedReplies(Result.OK, replies));
  }

  private ErrorCode assign(
      ClusterImage image, int broker, AssignedDirectory asked, List<Message> records) {
    TopicImage topic = image.topic(asked.topicId());
    if (topic == null) {
      return ErrorCode.UNKNOWN_TOPIC_ID;
    }
    if (asked.partition() < 0 || asked.partition() >= topic.partitions().size()) {
      return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }
    PartitionImage partition = topic.partitions().get(asked.partition());
    int at = partition.replicas().indexOf(broker);
    if (at < 0) {
      return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    ReplicaFacts facts = rulesOf(image, topic.name()).facts(image.brokers(), partition);
    var transition = new PartitionTransition(partition, facts).directory(broker, asked.directory());
    if (facts.hasLostItsDisk(broker)) {
      // It begins anew in another directory: what it had acknowledged is gone.
      transition.isr(without(List.of(broker), partition.isr())).lost(Set.of(broker));
    }
    PartitionChangeRecord change = transition.record(topic.id(), asked.partition());
    if (change != null) {
      records.add(change);
    }
    return ErrorCode.NONE;
  }

  // ---- ElectLeaders.

  Decision<List<PartitionResult>> elect(ClusterImage image, PartitionCommand.ElectLeaders command) {
    List<Message> records = new ArrayList<>();
    List<PartitionResult> replies = new ArrayList<>();
    List<TopicPartition> asked = command.partitions();
    Election how = command.unclean() ? Election.UNCLEAN : Election.PREFERRED;
    if (asked == null) {
      for (TopicPartition partition : allOf(image)) {
        Result result = elect(image, partition, how, records);
        if (result.error() != ErrorCode.ELECTION_NOT_NEEDED) {
          replies.add(new PartitionResult(partition, result));
        }
      }
    } else {
      for (TopicPartition partition : new LinkedHashSet<>(asked)) {
        replies.add(new PartitionResult(partition, elect(image, partition, how, records)));
      }
    }
    return Decision.of(records, replies);
  }

  private static List<TopicPartition> allOf(ClusterImage image) {
    List<TopicPartition> all = new ArrayList<>();
    for (TopicImage topic : new TreeMap<>(image.topicsByName()).values()) {
      for (int number = 0; number < topic.partitions().size(); number++) {
        all.add(new TopicPartition(topic.name(), number));
      }
    }
    return all;
  }

  private Result elect(
      ClusterImage image, TopicPartition name, Election how, List<Message> records) {
    TopicImage topic = image.topic(name.topic());
    PartitionImage partition = image.partition(name);
    if (topic == null || partition == null) {
      return new Result(
          ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          topic == null ? "No such topic as " + name.topic() : "No such partition as " + name);
    }
    boolean isUnclean = how == Election.UNCLEAN;
    boolean isNeeded =
        isUnclean
            ? partition.leader() == PartitionImage.NO_LEADER
            : partition.leader() != partition.replicas().getFirst();
    if (!isNeeded) {
      return Result.of(ErrorCode.ELECTION_NOT_NEEDED);
    }
    PartitionChangeRecord change =
        new PartitionTransition(
                partition, rulesOf(image, topic.name()).facts(image.brokers(), partition))
            .elect(how)
            .record(topic.id(), name.partition());
    boolean isElected =
        change != null && partition.changedBy(change).leader() != partition.leader();
    if (change == null || !isElected) {
      return Result.of(
          isUnclean
              ? ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE
              : ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
    }
    records.add(change);
    return Result.OK;
  }

  /** Moves leaders home from those brokers that others have displaced in too many partitions. */
  Decision<Result> balance(ClusterImage image, PartitionCommand.BalanceLeaders command) {
    Map<Integer, List<TopicPartition>> displaced = new TreeMap<>();
    Map<Integer, Integer> preferred = new TreeMap<>();
    for (TopicPartition name : allOf(image)) {
      PartitionImage partition = image.partition(name);
      if (partition != null) {
        int home = partition.replicas().getFirst();
        preferred.merge(home, 1, Integer::sum);
        if (partition.leader() != home) {
          displaced.computeIfAbsent(home, _ -> new ArrayList<>()).add(name);
        }
      }
    }
    List<Message> records = new ArrayList<>();
    displaced.forEach((home, names) -> {
      BrokerImage broker = image.broker(home);
      int all = preferred.getOrDefault(home, 1);
      if (broker != null
          && broker.isActive()
          && names.size() * 100L > (long) command.mostImbalancePercent() * all) {
        names.forEach(name -> elect(image, name, Election.PREFERRED, records));
      }
    });
    return Decision.of(records, Result.OK);
  }

  // ---- Reassignment.

  Decision<List<PartitionResult>> reassign(ClusterImage image, PartitionCommand.Reassign command) {
    List<Message> records = new ArrayList<>();
    List<PartitionResult> replies = new ArrayList<>();
    Set<TopicPartition> seen = new HashSet<>();
    for (Reassignment wanted : command.partitions()) {
      Result result =
          seen.add(wanted.partition())
              ? reassign(image, wanted, command.mayChangeReplicationFactor(), records)
              : new Result(ErrorCode.INVALID_REQUEST, "The partition is in the request twice.");
      replies.add(new PartitionResult(wanted.partition(), result));
    }
    return Decision.of(records, replies);
  }

  private Result reassign(
      ClusterImage image,
      Reassignment wanted,
      boolean mayChangeReplicationFactor,
      List<Message> records) {
    TopicImage topic = image.topic(wanted.partition().topic());
    PartitionImage partition = image.partition(wanted.partition());
    TopicPartition name = wanted.partition();
    if (topic == null || partition == null) {
      return new Result(
          ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          topic == null
              ? "Unable to find a topic named " + name.topic() + "."
              : "Unable to find partition " + name.topic() + ":" + name.partition() + ".");
    }
    ReplicaFacts facts = rulesOf(image, topic.name()).facts(image.brokers(), partition);
    var transition = new PartitionTransition(partition, facts);
    List<Integer> target = wanted.replicas();
    Result refusal =
        target == null
            ? callOff(name, partition, transition)
            : begin(image, partition, target, mayChangeReplicationFactor, transition);
    if (refusal != null) {
      return refusal;
    }
    PartitionChangeRecord change = transition.record(topic.id(), wanted.partition().partition());
    if (change != null) {
      records.add(change);
    }
    return Result.OK;
  }

  private static @Nullable Result begin(
      ClusterImage image,
      PartitionImage partition,
      List<Integer> target,
      boolean mayChangeReplicationFactor,
      PartitionTransition transition) {
    List<Integer> original = without(partition.addingReplicas(), partition.replicas());
    String problem = TopicDecisions.problemWithReplicas(target, image);
    if (problem != null) {
      return new Result(ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem);
    }
    if (!mayChangeReplicationFactor && target.size() != original.size()) {
      return new Result(
          ErrorCode.INVALID_REPLICATION_FACTOR,
          "The replication factor is changed from %d to %d"
              .formatted(original.size(), target.size()));
    }
    List<Integer> removing = without(target, partition.replicas());
    List<Integer> merged = new ArrayList<>(target);
    merged.addAll(removing);
    transition.replicas(merged, without(original, target), removing);
    return null;
  }

  /** Who was about to come goes again, and who was about to go stays. */
  private static @Nullable Result callOff(
      TopicPartition name, PartitionImage partition, PartitionTransition transition) {
    if (!partition.isBeingReassigned()) {
      return Result.of(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
    }
    List<Integer> adding = partition.addingReplicas();
    List<Integer> isr = without(adding, partition.isr());
    if (isr.isEmpty()) {
      return new Result(
          ErrorCode.INVALID_REPLICA_ASSIGNMENT,
          "Unable to revert partition assignment for %s:%d because it would require an unclean leader election."
              .formatted(name.topic(), name.partition()));
    }
    transition.replicas(without(adding, partition.replicas()), List.of(), List.of()).isr(isr);
    return null;
  }

  private static List<Integer> without(List<Integer> brokers, List<Integer> list) {
    Predicate<Integer> isAmong = new HashSet<>(brokers)::contains;
    return list.stream().filter(isAmong.negate()).toList();
  }
}
