package org.stoker.tools;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DeleteTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TopicListing;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.internals.Topic;
import org.stoker.tools.ReplicaAssignments.Assignment;

/** {@code kafka-topics.sh}: list, create, describe, alter and delete topics. */
final class TopicsCommand implements Tool {
  private static final int PARTITIONS_PER_RESPONSE = 2000;

  @Override
  public int run(String[] args, Terminal terminal) throws Exception {
    TopicsOptions options = TopicsOptions.parse(args, terminal);
    Properties config =
        ClientProperties.load(options.parsed().valueOrNull(TopicsOptions.COMMAND_CONFIG));
    config.put(
        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
        options.parsed().value(TopicsOptions.BOOTSTRAP_SERVER));
    try (Admin admin = Admin.create(config)) {
      act(admin, options, terminal);
      return 0;
    }
  }

  /** A failure of the action itself is told on standard output, as scripts expect. */
  private static void act(Admin admin, TopicsOptions options, Terminal terminal)
      throws InterruptedException {
    try {
      if (options.has(TopicsOptions.CREATE)) {
        create(admin, options, terminal);
      } else if (options.has(TopicsOptions.ALTER)) {
        alter(admin, options);
      } else if (options.has(TopicsOptions.LIST)) {
        terminal.out().println(String.join("\n", matchingTopics(admin, options)));
      } else if (options.has(TopicsOptions.DESCRIBE)) {
        describe(admin, options, terminal);
      } else {
        delete(admin, options);
      }
    } catch (ExecutionException | RuntimeException e) {
      throw new ActionFailed("Error while executing topic command : " + Failures.sentence(e));
    }
  }

  private static void create(Admin admin, TopicsOptions options, Terminal terminal)
      throws ExecutionException, InterruptedException {
    String name = options.parsed().value(TopicsOptions.TOPIC);
    Optional<Integer> partitions = options.parsed().given(TopicsOptions.PARTITIONS);
    Optional<Integer> replicationFactor = options.parsed().given(TopicsOptions.REPLICATION_FACTOR);
    List<Assignment> assignment = options.replicaAssignment();
    Map<String, String> config = options.topicConfig();
    if (Topic.hasCollisionChars(name)) {
      terminal
          .out()
          .println(
              "WARNING: Due to limitations in metric names, topics with a period ('.') or "
                  + "underscore ('_') could collide. To avoid issues it is best to use either, but "
                  + "not both.");
    }
    if (replicationFactor.filter(factor -> factor < 1 || factor > Short.MAX_VALUE).isPresent()) {
      throw new ToolFailure("The replication factor must be between 1 and 32767 inclusive");
    }
    if (partitions.filter(count -> count < 1).isPresent()) {
      throw new ToolFailure("The partitions must be greater than 0");
    }

    NewTopic topic =
        assignment.isEmpty()
            ? new NewTopic(name, partitions, replicationFactor.map(Integer::shortValue))
            : new NewTopic(name, brokersByPartition(assignment));
    try {
      admin
          .createTopics(
              List.of(topic.configs(config)),
              new CreateTopicsOptions().retryOnQuotaViolation(false))
          .all()
          .get();
      terminal.out().println("Created topic " + name + ".");
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)
          || !options.has(TopicsOptions.IF_NOT_EXISTS)) {
        throw e;
      }
    }
  }

  private static Map<Integer, List<Integer>> brokersByPartition(List<Assignment> assignments) {
    var brokers = new HashMap<Integer, List<Integer>>();
    for (Assignment assignment : assignments) {
      brokers.put(assignment.partition(), assignment.brokers());
    }
    return brokers;
  }

  private static void alter(Admin admin, TopicsOptions options)
      throws ExecutionException, InterruptedException {
    int count = options.parsed().value(TopicsOptions.PARTITIONS);
    List<Assignment> assignment = options.replicaAssignment();
    Collection<String> topics = existingTopics(admin, options);
    if (topics.isEmpty()) {
      return;
    }
    var increases = new HashMap<String, NewPartitions>();
    Map<String, TopicDescription> today = admin.describeTopics(topics).allTopicNames().get();
    for (TopicDescription topic : today.values()) {
      increases.put(topic.name(), increase(topic, count, assignment));
    }
    admin
        .createPartitions(increases, new CreatePartitionsOptions().retryOnQuotaViolation(false))
        .all()
        .get();
  }

  /** The assignment names the partitions that exist, too; only what comes after them is new. */
  private static NewPartitions increase(
      TopicDescription topic, int count, List<Assignment> assignment) {
    if (assignment.isEmpty()) {
      return NewPartitions.increaseTo(count);
    }
    return NewPartitions.increaseTo(
        count,
        assignment.stream().skip(topic.partitions().size()).map(Assignment::brokers).toList());
  }

  private static void describe(Admin admin, TopicsOptions options, Terminal terminal)
      throws ExecutionException, InterruptedException {
    Uuid id = options.parsed().given(TopicsOptions.TOPIC_ID).map(Uuid::fromString).orElse(null);
    Collection<TopicDescription> topics;
    if (id != null && !id.equals(Uuid.ZERO_UUID)) {
      topics = describeById(admin, options, id);
    } else {
      topics = describeByName(admin, options, existingTopics(admin, options));
    }
    new TopicDescriptionPrinter(admin, options, terminal.out()).print(topics);
  }

  private static Collection<TopicDescription> describeById(
      Admin admin, TopicsOptions options, Uuid id) throws ExecutionException, InterruptedException {
    Collection<TopicListing> listings = admin.listTopics(listOptions(options)).listings().get();
    if (listings.stream().noneMatch(listing -> listing.topicId().equals(id))) {
      if (options.has(TopicsOptions.IF_EXISTS)) {
        return List.of();
      }
      throw new ToolFailure("TopicId '" + id + "' does not exist as expected");
    }
    return admin
        .describeTopics(TopicCollection.ofTopicIds(List.of(id)))
        .allTopicIds()
        .get()
        .values();
  }

  private static Collection<TopicDescription> describeByName(
      Admin admin, TopicsOptions options, Collection<String> topics)
      throws ExecutionException, InterruptedException {
    if (topics.isEmpty()) {
      return List.of();
    }
    int limit =
        options.parsed().given(TopicsOptions.PARTITION_SIZE_LIMIT).orElse(PARTITIONS_PER_RESPONSE);
    return admin
        .describeTopics(
            TopicCollection.ofTopicNames(topics),
            new DescribeTopicsOptions().partitionSizeLimitPerResponse(limit))
        .allTopicNames()
        .get()
        .values();
  }

  private static void delete(Admin admin, TopicsOptions options)
      throws ExecutionException, InterruptedException {
    admin
        .deleteTopics(
            existingTopics(admin, options), new DeleteTopicsOptions().retryOnQuotaViolation(false))
        .all()
        .get();
  }

  private static Collection<String> existingTopics(Admin admin, TopicsOptions options)
      throws ExecutionException, InterruptedException {
    Collection<String> topics = matchingTopics(admin, options);
    Optional<String> wanted = options.parsed().given(TopicsOptions.TOPIC);
    if (topics.isEmpty()
        && wanted.filter(name -> !name.isEmpty()).isPresent()
        && !options.has(TopicsOptions.IF_EXISTS)) {
      throw new ToolFailure("Topic '" + wanted.get() + "' does not exist as expected");
    }
    return topics;
  }

  /** In the order of their names. */
  private static Collection<String> matchingTopics(Admin admin, TopicsOptions options)
      throws ExecutionException, InterruptedException {
    Optional<TopicPattern> pattern =
        options.parsed().given(TopicsOptions.TOPIC).map(TopicPattern::new);
    boolean excludeInternal = options.has(TopicsOptions.EXCLUDE_INTERNAL);
    var topics = new TreeSet<>(admin.listTopics(listOptions(options)).names().get());
    topics.removeIf(topic ->
        pattern.isPresent()
            ? !pattern.get().admits(topic, excludeInternal)
            : excludeInternal && Topic.isInternal(topic));
    return topics;
  }

  private static ListTopicsOptions listOptions(TopicsOptions options) {
    return new ListTopicsOptions().listInternal(!options.has(TopicsOptions.EXCLUDE_INTERNAL));
  }
}
