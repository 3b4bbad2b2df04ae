package org.stoker.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;

/**
 * Something that the controller is asked to do; {@code R} is what it replies.
 *
 * @param <R> the reply
 */
public sealed interface Command<R>
    permits BrokerCommand,
        PartitionCommand,
        Command.CreateTopics,
        Command.DeleteTopics,
        Command.CreatePartitions,
        Command.IncrementalAlterConfigs,
        Command.AlterConfigs,
        Command.AllocateProducerIds,
        Command.UpdateFeatures {
  /** Decides, without doing anything, what this comes to in the cluster as it is. */
  Decision<R> decide(Controller controller, ClusterImage image);

  /** The reply when it was not decided, or nobody knows whether it was. */
  R failed(Result result);

  /** One outcome for each thing asked for, in that order, from the same failure. */
  private static <A, B> List<B> each(List<A> asked, Function<A, B> reply) {
    List<B> replies = new ArrayList<>(asked.size());
    asked.forEach(one -> replies.add(reply.apply(one)));
    return replies;
  }

  /**
   * A topic to create.
   *
   * @param partitions how many; −1 leaves it to the cluster or to the assignments
   * @param replicationFactor how often each is kept; −1 leaves it to the cluster or the assignments
   * @param assignments the replicas of each partition, as they were asked for; empty leaves the
   *     choice to the controller
   * @param configs what differs from the defaults; a null value is refused
   */
  record NewTopic(
      String name,
      int partitions,
      int replicationFactor,
      List<ReplicaAssignment> assignments,
      Map<String, @Nullable String> configs) {
    /** A topic whose replicas the controller places. */
    public static NewTopic of(String name, int partitions, int replicationFactor) {
      return new NewTopic(name, partitions, replicationFactor, List.of(), Map.of());
    }
  }

  /** The brokers that are to keep a partition of a new topic, the preferred leader first. */
  record ReplicaAssignment(int partition, List<Integer> replicas) {}

  /**
   * What became of a {@link NewTopic}.
   *
   * @param topicId {@link Uuid#ZERO} if it was not created, or only validated
   * @param partitions how many there are, or would be
   * @param configs the topic's own configuration
   */
  record CreatedTopic(
      String name,
      Result result,
      Uuid topicId,
      int partitions,
      int replicationFactor,
      Map<String, String> configs) {
    static CreatedTopic failed(String name, Result result) {
      return new CreatedTopic(name, result, Uuid.ZERO, -1, -1, Map.of());
    }
  }

  record CreateTopics(List<NewTopic> topics, boolean validateOnly)
      implements Command<List<CreatedTopic>> {
    @Override
    public Decision<List<CreatedTopic>> decide(Controller controller, ClusterImage image) {
      return controller.createTopics(image, this);
    }

    @Override
    public List<CreatedTopic> failed(Result result) {
      return each(topics, topic -> CreatedTopic.failed(topic.name(), result));
    }
  }

  /** A topic by name, or by id if the name is null. */
  record TopicReference(@Nullable String name, Uuid id) {
    public static TopicReference named(String name) {
      return new TopicReference(name, Uuid.ZERO);
    }

    public static TopicReference of(Uuid id) {
      return new TopicReference(null, id);
    }
  }

  /**
   * What became of a topic to delete.
   *
   * @param name null if it was named by an id that nobody knows
   */
  record DeletedTopic(@Nullable String name, Uuid id, Result result) {}

  record DeleteTopics(List<TopicReference> topics) implements Command<List<DeletedTopic>> {
    @Override
    public Decision<List<DeletedTopic>> decide(Controller controller, ClusterImage image) {
      return controller.deleteTopics(image, this);
    }

    @Override
    public List<DeletedTopic> failed(Result result) {
      return each(topics, topic -> new DeletedTopic(topic.name(), topic.id(), result));
    }
  }

  /**
   * More partitions for a topic.
   *
   * @param partitions how many there are to be in all
   * @param assignments the replicas of each new one; null leaves the choice to the controller
   */
  record MorePartitions(String topic, int partitions, @Nullable List<List<Integer>> assignments) {}

  /** How it ended for the topic of this name. */
  record TopicResult(String topic, Result result) {}

  record CreatePartitions(List<MorePartitions> topics, boolean validateOnly)
      implements Command<List<TopicResult>> {
    @Override
    public Decision<List<TopicResult>> decide(Controller controller, ClusterImage image) {
      return controller.createPartitions(image, this);
    }

    @Override
    public List<TopicResult> failed(Result result) {
      return each(topics, topic -> new TopicResult(topic.topic(), result));
    }
  }

  /** What to do to one key. */
  enum ConfigOperation {
    SET,
    DELETE,
    APPEND,
    SUBTRACT
  }

  /** A change of one key; the value means nothing for DELETE. */
  record ConfigChange(String key, ConfigOperation operation, @Nullable String value) {}

  record ConfigChanges(ConfigResource resource, List<ConfigChange> changes) {}

  /** How it ended for this resource. */
  record ConfigResult(ConfigResource resource, Result result) {}

  record IncrementalAlterConfigs(List<ConfigChanges> resources, boolean validateOnly)
      implements Command<List<ConfigResult>> {
    @Override
    public Decision<List<ConfigResult>> decide(Controller controller, ClusterImage image) {
      return controller.alterConfigs(image, this);
    }

    @Override
    public List<ConfigResult> failed(Result result) {
      return each(resources, changes -> new ConfigResult(changes.resource(), result));
    }
  }

  /** All that a resource is to be configured with; what is not here goes. */
  record ConfigReplacement(ConfigResource resource, Map<String, @Nullable String> values) {}

  record AlterConfigs(List<ConfigReplacement> resources, boolean validateOnly)
      implements Command<List<ConfigResult>> {
    @Override
    public Decision<List<ConfigResult>> decide(Controller controller, ClusterImage image) {
      return controller.alterConfigs(image, this);
    }

    @Override
    public List<ConfigResult> failed(Result result) {
      return each(resources, replacement -> new ConfigResult(replacement.resource(), result));
    }
  }

  /** Producer ids that nobody else gets; they are not used if the result is an error. */
  record ProducerIds(Result result, long first, int count) {}

  record AllocateProducerIds(int brokerId, long brokerEpoch) implements Command<ProducerIds> {
    @Override
    public Decision<ProducerIds> decide(Controller controller, ClusterImage image) {
      return controller.allocateProducerIds(image, this);
    }

    @Override
    public ProducerIds failed(Result result) {
      return new ProducerIds(result, -1, 0);
    }
  }

  /** Which ways a feature's level may go (KIP-584). */
  enum UpgradeType {
    UNKNOWN,
    UPGRADE,
    SAFE_DOWNGRADE,
    UNSAFE_DOWNGRADE
  }

  /** The level that a feature is to be at. */
  record FeatureChange(String feature, short level, UpgradeType type) {}

  record UpdateFeatures(List<FeatureChange> changes, boolean validateOnly)
      implements Command<Result> {
    public UpdateFeatures {
      changes = List.copyOf(changes);
    }

    @Override
    public Decision<Result> decide(Controller controller, ClusterImage image) {
      return controller.features().update(image, this);
    }

    @Override
    public Result failed(Result result) {
      return result;
    }
  }

  /** The same failure for everything that was asked. */
  default R failed(ErrorCode error, String message) {
    return failed(new Result(error, message));
  }
}
