package org.stoker.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Seed;
import org.stoker.base.Uuid;
import org.stoker.metadata.Command.CreatedTopic;
import org.stoker.metadata.Command.DeletedTopic;
import org.stoker.metadata.Command.MorePartitions;
import org.stoker.metadata.Command.NewTopic;
import org.stoker.metadata.Command.ReplicaAssignment;
import org.stoker.metadata.Command.TopicReference;
import org.stoker.metadata.Command.TopicResult;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.record.PartitionRecord;
import org.stoker.protocol.record.RemoveTopicRecord;
import org.stoker.protocol.record.TopicRecord;

/** Decides which topics and partitions come and go. */
final class TopicDecisions {
  private static final int MOST_PARTITIONS_AT_ONCE = 10_000;
  private static final String KAFKA_METADATA_TOPIC = "__cluster_metadata";
  private static final String DUPLICATE_NAME = "Duplicate topic name.";
  private static final String NAME_OF_ID_THAT_IS_NAMED =
      "The provided topic name maps to an ID that was already supplied.";

  private final ConfigDecisions configs;
  private final ClusterDefaults defaults;
  private final TopicLimits limits;
  private final Seed seed;

  TopicDecisions(ConfigDecisions configs, ClusterDefaults defaults, TopicLimits limits, Seed seed) {
    this.configs = configs;
    this.defaults = defaults;
    this.limits = limits;
    this.seed = seed;
  }

  /** Thrown and caught in this room alone: the part of a command that is refused, and why. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Result result;

    Refusal(ErrorCode error, String message) {
      this(new Result(error, message));
    }

    Refusal(Result result) {
      super(result.message(), null, false, false);
      this.result = result;
    }

    Result result() {
      return result;
    }
  }

  Decision<List<CreatedTopic>> create(ClusterImage image, Command.CreateTopics command) {
    if (newPartitions(command.topics()) > MOST_PARTITIONS_AT_ONCE) {
      return Decision.nothing(
          command.failed(
              ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request."));
    }
    List<Message> records = new ArrayList<>();
    List<CreatedTopic> replies = new ArrayList<>();
    Set<String> duplicates = duplicatesOf(command.topics().stream().map(NewTopic::name).toList());
    Map<String, String> spellings = new HashMap<>();
    image.topicsByName().keySet().forEach(name -> spellings.put(TopicNames.unified(name), name));
    TopicLimits.Account account = limits.account(image);
    for (NewTopic topic : command.topics()) {
      try {
        if (duplicates.contains(topic.name())) {
          throw new Refusal(ErrorCode.INVALID_REQUEST, DUPLICATE_NAME);
        }
        checkName(topic.name(), image, spellings);
        List<List<Integer>> assignments = assignmentsOf(topic, image);
        replies.add(create(topic, assignments, image, account, command.validateOnly(), records));
        spellings.put(TopicNames.unified(topic.name()), topic.name());
      } catch (Refusal refusal) {
        replies.add(CreatedTopic.failed(topic.name(), refusal.result()));
      }
    }
    return Decision.of(records, replies);
  }

  /** How many partitions a request asks for, before anything else is checked. */
  private long newPartitions(List<NewTopic> topics) {
    long partitions = 0;
    for (NewTopic topic : topics) {
      if (!topic.assignments().isEmpty()) {
        partitions += topic.assignments().size();
      } else if (topic.partitions() == -1) {
        partitions += defaults.partitions();
      } else {
        partitions += Math.max(0, topic.partitions());
      }
    }
    return partitions;
  }

  static Set<String> duplicatesOf(List<String> names) {
    Set<String> seen = new HashSet<>();
    Set<String> duplicates = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        duplicates.add(name);
      }
    }
    return duplicates;
  }

  private static void checkName(String name, ClusterImage image, Map<String, String> spellings)
      throws Refusal {
    if (name.equals(KAFKA_METADATA_TOPIC)) {
      throw new Refusal(
          ErrorCode.INVALID_REQUEST,
          "Creation of internal topic " + KAFKA_METADATA_TOPIC + " is prohibited.");
    }
    String problem = TopicNames.problemWith(name);
    if (problem != null) {
      throw new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
    }
    if (image.topic(name) != null) {
      throw new Refusal(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
    }
    String other = spellings.get(TopicNames.unified(name));
    if (other != null) {
      throw new Refusal(
          ErrorCode.INVALID_TOPIC_EXCEPTION,
          "Topic '" + name + "' collides with existing topic: " + other);
    }
  }

  private CreatedTopic create(
      NewTopic topic,
      List<List<Integer>> assignments,
      ClusterImage image,
      TopicLimits.Account account,
      boolean validateOnly,
      List<Message> records)
      throws Refusal {
    Map<String, String> values = configs.ofNewTopic(topic);
    account.addTopic(topic.name(), values, assignments);
    Uuid id = Uuid.random(seed);
    List<Message> mine = new ArrayList<>();
    mine.add(new TopicRecord().setName(topic.name()).setTopicId(id));
    ConfigResource resource = ConfigResource.topic(topic.name());
    values.forEach((key, value) -> mine.add(ClusterImage.configRecord(resource, key, value)));
    for (int partition = 0; partition < assignments.size(); partition++) {
      mine.add(newPartition(id, partition, assignments.get(partition), image));
    }
    if (!validateOnly) {
      records.addAll(mine);
    }
    return new CreatedTopic(
        topic.name(),
        Result.OK,
        validateOnly ? Uuid.ZERO : id,
        assignments.size(),
        assignments.getFirst().size(),
        values);
  }

  private List<List<Integer>> assignmentsOf(NewTopic topic, ClusterImage image) throws Refusal {
    if (!topic.assignments().isEmpty()) {
      return manualAssignments(topic, image);
    }
    if (topic.replicationFactor() == 0
        || topic.replicationFactor() < -1
        || topic.replicationFactor() > Short.MAX_VALUE) {
      throw new Refusal(
          ErrorCode.INVALID_REPLICATION_FACTOR,
          "Replication factor must be larger than 0, or -1 to use the default value.");
    }
    if (topic.partitions() == 0 || topic.partitions() < -1) {
      throw new Refusal(
          ErrorCode.INVALID_PARTITIONS,
          "Number of partitions was set to an invalid non-positive value.");
    }
    int partitions = topic.partitions() == -1 ? defaults.partitions() : topic.partitions();
    int replicationFactor =
        topic.replicationFactor() == -1 ? defaults.replicationFactor() : topic.replicationFactor();
    String problem = problemWithPlacing(replicationFactor, image);
    if (problem != null) {
      throw new Refusal(
          ErrorCode.INVALID_REPLICATION_FACTOR,
          "Unable to replicate the partition " + replicationFactor + " time(s): " + problem);
    }
    return placed(partitions, replicationFactor, image);
  }

  private static @Nullable String problemWithPlacing(int replicationFactor, ClusterImage image) {
    if (image.brokers().values().stream().noneMatch(BrokerImage::isActive)) {
      return "All brokers are currently fenced, or have all their log directories cordoned.";
    }
    int registered = image.brokers().size();
    return replicationFactor > registered
        ? "The target replication factor of "
            + replicationFactor
            + " cannot be reached because only "
            + registered
            + " broker(s) are registered or some brokers have all their log directories cordoned."
        : null;
  }

  private List<List<Integer>> placed(int partitions, int replicationFactor, ClusterImage image) {
    var placement = new ReplicaPlacement(image.brokers().values(), seed);
    List<List<Integer>> assignments = new ArrayList<>(partitions);
    for (int partition = 0; partition < partitions; partition++) {
      assignments.add(placement.next(replicationFactor));
    }
    return assignments;
  }

  private static List<List<Integer>> manualAssignments(NewTopic topic, ClusterImage image)
      throws Refusal {
    if (topic.replicationFactor() != -1) {
      throw new Refusal(
          ErrorCode.INVALID_REQUEST,
          "A manual partition assignment was specified, but replication factor was not set to -1.");
    }
    if (topic.partitions() != -1) {
      throw new Refusal(
          ErrorCode.INVALID_REQUEST,
          "A manual partition assignment was specified, but numPartitions was not set to -1.");
    }
    Map<Integer, List<Integer>> byPartition = new HashMap<>();
    int replicationFactor = topic.assignments().getFirst().replicas().size();
    for (ReplicaAssignment assignment : topic.assignments()) {
      int partition = assignment.partition();
      if (byPartition.put(partition, assignment.replicas()) != null) {
        throw new Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "Found multiple manual partition assignments for partition " + partition);
      }
      checkAssignment(partition, assignment.replicas(), replicationFactor, image);
    }
    List<List<Integer>> assignments = new ArrayList<>();
    for (int partition = 0; partition < byPartition.size(); partition++) {
      List<Integer> replicas = byPartition.get(partition);
      if (replicas == null) {
        throw new Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "partitions should be a consecutive 0-based integer sequence");
      }
      assignments.add(replicas);
    }
    return assignments;
  }

  private static void checkAssignment(
      int partition, List<Integer> replicas, int replicationFactor, ClusterImage image)
      throws Refusal {
    String problem = problemWithReplicas(replicas, image);
    if (problem == null && replicas.size() != replicationFactor) {
      problem =
          "The manual partition assignment includes a partition with "
              + replicas.size()
              + " replica(s), but this is not consistent with previous partitions, which have "
              + replicationFactor
              + " replica(s).";
    }
    if (problem == null && activeOf(replicas, image).isEmpty()) {
      problem =
          "All brokers specified in the manual partition assignment for partition "
              + partition
              + " are fenced or in controlled shutdown.";
    }
    if (problem != null) {
      throw new Refusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem);
    }
  }

  /** Why these brokers cannot be the replicas of any partition; null if they can. */
  static @Nullable String problemWithReplicas(List<Integer> replicas, ClusterImage image) {
    if (replicas.isEmpty()) {
      return "The manual partition assignment includes an empty replica list.";
    }
    Integer previous = null;
    for (Integer replica : replicas.stream().sorted().toList()) {
      if (image.broker(replica) == null) {
        return "The manual partition assignment includes broker "
            + replica
            + ", but no such broker is registered.";
      }
      if (replica.equals(previous)) {
        return "The manual partition assignment includes the broker "
            + replica
            + " more than once.";
      }
      previous = replica;
    }
    return null;
  }

  private static List<Integer> activeOf(List<Integer> replicas, ClusterImage image) {
    List<Integer> active = new ArrayList<>(replicas.size());
    for (int replica : replicas) {
      BrokerImage broker = image.broker(replica);
      if (broker != null && broker.isActive()) {
        active.add(replica);
      }
    }
    return active;
  }

  private static PartitionRecord newPartition(
      Uuid topicId, int partition, List<Integer> replicas, ClusterImage image) {
    List<Integer> isr = activeOf(replicas, image);
    List<Uuid> directories = new ArrayList<>(replicas.size());
    for (int replica : replicas) {
      BrokerImage broker = image.broker(replica);
      // A broker with several directories chooses when it makes the log.
      directories.add(
          broker != null && broker.logDirs().size() == 1
              ? broker.logDirs().getFirst()
              : LogDirectoryId.UNASSIGNED);
    }
    return new PartitionRecord()
        .setTopicId(topicId)
        .setPartitionId(partition)
        .setReplicas(replicas)
        .setIsr(isr)
        .setDirectories(directories)
        .setLeader(isr.getFirst())
        .setLeaderEpoch(0)
        .setPartitionEpoch(0);
  }

  /**
   * What is named twice is not deleted: the request may mean another topic than it says. A topic
   * that is named by its name and by its id is answered once, for both.
   */
  static Decision<List<DeletedTopic>> delete(ClusterImage image, Command.DeleteTopics command) {
    List<Message> records = new ArrayList<>();
    List<DeletedTopic> replies = new ArrayList<>();
    Set<TopicReference> repeated = new HashSet<>();
    Set<TopicReference> once = new LinkedHashSet<>();
    for (TopicReference reference : command.topics()) {
      if (!once.add(reference)) {
        repeated.add(reference);
      }
    }
    for (TopicReference reference : once) {
      String problem = problemWith(reference, repeated);
      TopicImage topic = topicOf(reference, image);
      if (problem != null) {
        Result refused = new Result(ErrorCode.INVALID_REQUEST, problem);
        replies.add(new DeletedTopic(reference.name(), reference.id(), refused));
      } else if (topic == null) {
        ErrorCode error =
            reference.name() == null
                ? ErrorCode.UNKNOWN_TOPIC_ID
                : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        replies.add(new DeletedTopic(reference.name(), reference.id(), Result.of(error)));
      } else if (!isNamedBothWays(topic, once, repeated)) {
        records.add(new RemoveTopicRecord().setTopicId(topic.id()));
        replies.add(new DeletedTopic(topic.name(), topic.id(), Result.OK));
      } else if (reference.name() != null) {
        Result refused = new Result(ErrorCode.INVALID_REQUEST, NAME_OF_ID_THAT_IS_NAMED);
        replies.add(new DeletedTopic(topic.name(), topic.id(), refused));
      }
    }
    return Decision.of(records, replies);
  }

  private static @Nullable String problemWith(
      TopicReference reference, Set<TopicReference> repeated) {
    boolean hasId = !reference.id().equals(Uuid.ZERO);
    if (reference.name() == null && !hasId) {
      return "Neither topic name nor id were specified.";
    }
    if (reference.name() != null && hasId) {
      return "You may not specify both topic name and topic id.";
    }
    if (!repeated.contains(reference)) {
      return null;
    }
    return reference.name() == null ? "Duplicate topic id." : DUPLICATE_NAME;
  }

  private static @Nullable TopicImage topicOf(TopicReference reference, ClusterImage image) {
    String name = reference.name();
    return name == null ? image.topic(reference.id()) : image.topic(name);
  }

  private static boolean isNamedBothWays(
      TopicImage topic, Set<TopicReference> all, Set<TopicReference> repeated) {
    TopicReference byName = TopicReference.named(topic.name());
    return all.contains(TopicReference.of(topic.id()))
        && all.contains(byName)
        && !repeated.contains(byName);
  }

  Decision<List<TopicResult>> createPartitions(
      ClusterImage image, Command.CreatePartitions command) {
    if (addedPartitions(command.topics(), image) > MOST_PARTITIONS_AT_ONCE) {
      return Decision.nothing(
          command.failed(
              ErrorCode.POLICY_VIOLATION,
              "Excessively large number of additional partitions per request."));
    }
    List<Message> records = new ArrayList<>();
    List<TopicResult> replies = new ArrayList<>();
    TopicLimits.Account account = limits.account(image);
    Set<String> duplicates =
        duplicatesOf(command.topics().stream().map(MorePartitions::topic).toList());
    for (MorePartitions more : command.topics()) {
      try {
        if (duplicates.contains(more.topic())) {
          throw new Refusal(ErrorCode.INVALID_REQUEST, DUPLICATE_NAME);
        }
        List<PartitionRecord> added = morePartitions(more, image, account);
        if (!command.validateOnly()) {
          records.addAll(added);
        }
        replies.add(new TopicResult(more.topic(), Result.OK));
      } catch (Refusal refusal) {
        replies.add(new TopicResult(more.topic(), refusal.result()));
      }
    }
    return Decision.of(records, replies);
  }

  /** How many partitions are to be added, before anything else is checked. */
  private static long addedPartitions(List<MorePartitions> topics, ClusterImage image) {
    long added = 0;
    for (MorePartitions more : topics) {
      TopicImage topic = image.topic(more.topic());
      added +=
          topic == null ? 0 : Math.max(0L, more.partitions() - (long) topic.partitions().size());
    }
    return added;
  }

  private List<PartitionRecord> morePartitions(
      MorePartitions more, ClusterImage image, TopicLimits.Account account) throws Refusal {
    TopicImage topic = image.topic(more.topic());
    if (topic == null) {
      throw new Refusal(Result.of(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    }
    int before = topic.partitions().size();
    if (more.partitions() <= before) {
      throw new Refusal(
          ErrorCode.INVALID_PARTITIONS,
          more.partitions() == before
              ? "Topic already has " + before + " partition(s)."
              : "The topic "
                  + more.topic()
                  + " currently has "
                  + before
                  + " partition(s); "
                  + more.partitions()
                  + " would not be an increase.");
    }
    int added = more.partitions() - before;
    List<List<Integer>> assignments = assignmentsOf(more, added, topic, image);
    account.addPartitions(topic.name(), assignments);
    List<PartitionRecord> records = new ArrayList<>(added);
    for (int at = 0; at < added; at++) {
      records.add(newPartition(topic.id(), before + at, assignments.get(at), image));
    }
    return records;
  }

  private List<List<Integer>> assignmentsOf(
      MorePartitions more, int added, TopicImage topic, ClusterImage image) throws Refusal {
    int replicationFactor = topic.partitions().getFirst().replicas().size();
    @Nullable List<List<Integer>> manual = more.assignments();
    if (manual == null) {
      String problem = problemWithPlacing(replicationFactor, image);
      if (problem != null) {
        throw new Refusal(ErrorCode.INVALID_REPLICATION_FACTOR, problem);
      }
      return placed(added, replicationFactor, image);
    }
    if (manual.size() != added) {
      throw new Refusal(
          ErrorCode.INVALID_REPLICA_ASSIGNMENT,
          "Attempted to add "
              + added
              + " additional partition(s), but only "
              + manual.size()
              + " assignment(s) were specified.");
    }
    for (int at = 0; at < added; at++) {
      checkAssignment(topic.partitions().size() + at, manual.get(at), replicationFactor, image);
    }
    return Collections.unmodifiableList(manual);
  }
}
