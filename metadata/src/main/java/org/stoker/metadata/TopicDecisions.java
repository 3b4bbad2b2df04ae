package org.stoker.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Seed;
import org.stoker.base.Uuid;
import org.stoker.metadata.Command.CreatedTopic;
import org.stoker.metadata.Command.DeletedTopic;
import org.stoker.metadata.Command.MorePartitions;
import org.stoker.metadata.Command.NewTopic;
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

  private final ConfigDecisions configs;
  private final ClusterDefaults defaults;
  private final Seed seed;

  TopicDecisions(ConfigDecisions configs, ClusterDefaults defaults, Seed seed) {
    this.configs = configs;
    this.defaults = defaults;
    this.seed = seed;
  }

  /** Thrown and caught in this room alone: the part of a command that is refused, and why. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Result result;

    Refusal(ErrorCode error, String message) {
      super(message, null, false, false);
      this.result = new Result(error, message);
    }

    Result result() {
      return result;
    }
  }

  Decision<List<CreatedTopic>> create(ClusterImage image, Command.CreateTopics command) {
    List<Message> records = new ArrayList<>();
    List<CreatedTopic> replies = new ArrayList<>();
    Set<String> duplicates = duplicatesOf(command.topics().stream().map(NewTopic::name).toList());
    Map<String, String> spellings = new HashMap<>();
    image.topicsByName().keySet().forEach(name -> spellings.put(TopicNames.unified(name), name));
    int partitions = 0;
    for (NewTopic topic : command.topics()) {
      try {
        if (duplicates.contains(topic.name())) {
          throw new Refusal(
              ErrorCode.INVALID_REQUEST, "Topic '" + topic.name() + "' is in the request twice.");
        }
        checkName(topic.name(), image, spellings);
        List<List<Integer>> assignments = assignmentsOf(topic, image);
        partitions = Math.addExact(partitions, assignments.size());
        requireFew(partitions);
        replies.add(create(topic, assignments, image, command.validateOnly(), records));
        spellings.put(TopicNames.unified(topic.name()), topic.name());
      } catch (Refusal refusal) {
        replies.add(CreatedTopic.failed(topic.name(), refusal.result()));
      }
    }
    return Decision.of(records, replies);
  }

  private static void requireFew(int partitions) throws Refusal {
    if (partitions > MOST_PARTITIONS_AT_ONCE) {
      throw new Refusal(
          ErrorCode.POLICY_VIOLATION,
          "One request creates at most " + MOST_PARTITIONS_AT_ONCE + " partitions.");
    }
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
          "The name " + KAFKA_METADATA_TOPIC + " is kept for Kafka's own metadata.");
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
          "Topic '"
              + name
              + "' collides with topic '"
              + other
              + "': they differ in '.' and '_' alone.");
    }
  }

  private CreatedTopic create(
      NewTopic topic,
      List<List<Integer>> assignments,
      ClusterImage image,
      boolean validateOnly,
      List<Message> records)
      throws Refusal {
    Map<String, String> values = configs.ofNewTopic(topic);
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
          "The replication factor is at least 1, or -1 for the default; it is "
              + topic.replicationFactor()
              + ".");
    }
    if (topic.partitions() == 0 || topic.partitions() < -1) {
      throw new Refusal(
          ErrorCode.INVALID_PARTITIONS,
          "A topic has at least 1 partition, or -1 for the default; asked for "
              + topic.partitions()
              + ".");
    }
    int partitions = topic.partitions() == -1 ? defaults.partitions() : topic.partitions();
    requireFew(partitions);
    return placed(
        partitions,
        topic.replicationFactor() == -1 ? defaults.replicationFactor() : topic.replicationFactor(),
        image);
  }

  private List<List<Integer>> placed(int partitions, int replicationFactor, ClusterImage image)
      throws Refusal {
    if (image.brokers().values().stream().noneMatch(BrokerImage::isActive)) {
      throw new Refusal(
          ErrorCode.INVALID_REPLICATION_FACTOR,
          "No partition can be placed: every broker is fenced or shutting down.");
    }
    if (replicationFactor > image.brokers().size()) {
      throw new Refusal(
          ErrorCode.INVALID_REPLICATION_FACTOR,
          "The replication factor is "
              + replicationFactor
              + " and only "
              + image.brokers().size()
              + " broker(s) are registered.");
    }
    var placement = new ReplicaPlacement(image.brokers().values(), seed);
    List<List<Integer>> assignments = new ArrayList<>(partitions);
    for (int partition = 0; partition < partitions; partition++) {
      assignments.add(placement.next(replicationFactor));
    }
    return assignments;
  }

  private static List<List<Integer>> manualAssignments(NewTopic topic, ClusterImage image)
      throws Refusal {
    if (topic.replicationFactor() != -1 || topic.partitions() != -1) {
      throw new Refusal(
          ErrorCode.INVALID_REQUEST,
          "With assignments of replicas, the number of partitions and the replication factor must"
              + " be -1.");
    }
    List<List<Integer>> assignments = new ArrayList<>();
    for (Map.Entry<Integer, List<Integer>> assignment :
        new TreeMap<>(topic.assignments()).entrySet()) {
      if (assignment.getKey() != assignments.size()) {
        throw new Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "Partitions are numbered from 0 without a gap; " + assignments.size() + " is missing.");
      }
      assignments.add(assignment.getValue());
    }
    for (int partition = 0; partition < assignments.size(); partition++) {
      checkAssignment(partition, assignments.get(partition), assignments.getFirst().size(), image);
    }
    return assignments;
  }

  private static void checkAssignment(
      int partition, List<Integer> replicas, int replicationFactor, ClusterImage image)
      throws Refusal {
    String problem = null;
    if (replicas.isEmpty()) {
      problem = "has no replica";
    } else if (new HashSet<>(replicas).size() != replicas.size()) {
      problem = "has a broker twice: " + replicas;
    } else if (replicas.size() != replicationFactor) {
      problem = "has " + replicas.size() + " replicas, other partitions have " + replicationFactor;
    } else if (!image.brokers().keySet().containsAll(replicas)) {
      problem = "names a broker that is not registered: " + replicas;
    } else if (activeOf(replicas, image).isEmpty()) {
      problem = "names only brokers that are fenced or shutting down: " + replicas;
    }
    if (problem != null) {
      throw new Refusal(
          ErrorCode.INVALID_REPLICA_ASSIGNMENT, "Partition " + partition + " " + problem + ".");
    }
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

  /** What is named twice is not deleted: the request may mean another topic than it says. */
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
      String name = reference.name();
      try {
        TopicImage topic = topicToDelete(reference, repeated, once, image);
        records.add(new RemoveTopicRecord().setTopicId(topic.id()));
        replies.add(new DeletedTopic(topic.name(), topic.id(), Result.OK));
      } catch (Refusal refusal) {
        replies.add(new DeletedTopic(name, reference.id(), refusal.result()));
      }
    }
    return Decision.of(records, replies);
  }

  private static TopicImage topicToDelete(
      TopicReference reference,
      Set<TopicReference> repeated,
      Set<TopicReference> all,
      ClusterImage image)
      throws Refusal {
    String name = reference.name();
    boolean hasId = !reference.id().equals(Uuid.ZERO);
    if ((name != null) == hasId) {
      throw new Refusal(
          ErrorCode.INVALID_REQUEST,
          "A topic is deleted by its name or by its id, one of the two.");
    }
    if (repeated.contains(reference)) {
      throw new Refusal(
          ErrorCode.INVALID_REQUEST,
          "Topic '" + (name == null ? reference.id() : name) + "' is in the request twice.");
    }
    TopicImage topic = name == null ? image.topic(reference.id()) : image.topic(name);
    if (topic == null) {
      throw name == null
          ? new Refusal(ErrorCode.UNKNOWN_TOPIC_ID, "No topic has the id " + reference.id() + ".")
          : new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + name + "'.");
    }
    if (name != null && all.contains(new TopicReference(null, topic.id()))) {
      throw new Refusal(
          ErrorCode.INVALID_REQUEST, "Topic '" + name + "' is in the request by its id too.");
    }
    return topic;
  }

  Decision<List<TopicResult>> createPartitions(
      ClusterImage image, Command.CreatePartitions command) {
    List<Message> records = new ArrayList<>();
    List<TopicResult> replies = new ArrayList<>();
    Set<String> duplicates =
        duplicatesOf(command.topics().stream().map(MorePartitions::topic).toList());
    int partitions = 0;
    for (MorePartitions more : command.topics()) {
      try {
        if (duplicates.contains(more.topic())) {
          throw new Refusal(
              ErrorCode.INVALID_REQUEST, "Topic '" + more.topic() + "' is in the request twice.");
        }
        List<PartitionRecord> added = morePartitions(more, image);
        partitions = Math.addExact(partitions, added.size());
        requireFew(partitions);
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

  private List<PartitionRecord> morePartitions(MorePartitions more, ClusterImage image)
      throws Refusal {
    TopicImage topic = image.topic(more.topic());
    if (topic == null) {
      throw new Refusal(
          ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no topic '" + more.topic() + "'.");
    }
    int before = topic.partitions().size();
    if (more.partitions() <= before) {
      throw new Refusal(
          ErrorCode.INVALID_PARTITIONS,
          more.partitions() == before
              ? "The topic has " + before + " partition(s) already."
              : "The topic has "
                  + before
                  + " partition(s), and "
                  + more.partitions()
                  + " would be fewer.");
    }
    int added = more.partitions() - before;
    requireFew(added);
    List<List<Integer>> assignments = assignmentsOf(more, added, topic, image);
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
      return placed(added, replicationFactor, image);
    }
    if (manual.size() != added) {
      throw new Refusal(
          ErrorCode.INVALID_REPLICA_ASSIGNMENT,
          added + " partition(s) are added, and " + manual.size() + " assignment(s) are given.");
    }
    for (int at = 0; at < added; at++) {
      checkAssignment(topic.partitions().size() + at, manual.get(at), replicationFactor, image);
    }
    return Collections.unmodifiableList(manual);
  }
}
