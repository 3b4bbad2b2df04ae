package org.stoker.broker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Uuid;
import org.stoker.metadata.BrokerCommand;
import org.stoker.metadata.Command;
import org.stoker.metadata.ConfigResource;
import org.stoker.metadata.PartitionCommand;
import org.stoker.metadata.PartitionCommand.AlterPartition;
import org.stoker.metadata.PartitionCommand.AssignDirectories;
import org.stoker.metadata.PartitionCommand.AssignedDirectory;
import org.stoker.metadata.PartitionCommand.AssignedReplies;
import org.stoker.metadata.PartitionCommand.AssignedReply;
import org.stoker.metadata.PartitionCommand.ChangedIsr;
import org.stoker.metadata.PartitionCommand.ChangedIsrs;
import org.stoker.metadata.PartitionCommand.IsrChange;
import org.stoker.metadata.PartitionImage;
import org.stoker.metadata.Result;
import org.stoker.protocol.ErrorCode;
import org.stoker.protocol.Message;
import org.stoker.protocol.message.AllocateProducerIdsRequest;
import org.stoker.protocol.message.AllocateProducerIdsResponse;
import org.stoker.protocol.message.AlterConfigsRequest;
import org.stoker.protocol.message.AlterConfigsResponse;
import org.stoker.protocol.message.AlterPartitionRequest;
import org.stoker.protocol.message.AlterPartitionResponse;
import org.stoker.protocol.message.AssignReplicasToDirsRequest;
import org.stoker.protocol.message.AssignReplicasToDirsResponse;
import org.stoker.protocol.message.CreateTopicsRequest;
import org.stoker.protocol.message.CreateTopicsResponse;
import org.stoker.protocol.message.IncrementalAlterConfigsRequest;
import org.stoker.protocol.message.IncrementalAlterConfigsResponse;

/** What this broker itself asks of a controller elsewhere, as requests and back. */
final class RemoteCommands {
  private RemoteCommands() {}

  /** A request, and what its answer means. */
  record Call<R>(Message request, Function<Message, R> reply) {}

  /** Null for what only clients ask: their own requests are taken to the controller as they are. */
  @SuppressWarnings("unchecked") // Each case makes the call of its own command's reply.
  static <R> @Nullable Call<R> of(Command<R> command, long timeoutMs) {
    Call<?> call =
        switch (command) {
          case AlterPartition alter -> alterPartition(alter);
          case AssignDirectories assign -> assignDirectories(assign);
          case Command.AllocateProducerIds allocate -> allocateProducerIds(allocate);
          case Command.CreateTopics create -> createTopics(create, timeoutMs);
          case Command.AlterConfigs alter -> alterConfigs(alter);
          case Command.IncrementalAlterConfigs alter -> incrementalAlterConfigs(alter);
          // What clients ask for goes to the controller as the request that it came in.
          case BrokerCommand.ReconcileBrokers _,
              BrokerCommand.Fence _,
              BrokerCommand.Unfence _,
              BrokerCommand.DirectoriesFailed _,
              BrokerCommand.ShutDown _,
              BrokerCommand.Unregister _,
              PartitionCommand.ElectLeaders _,
              PartitionCommand.BalanceLeaders _,
              PartitionCommand.Reassign _,
              Command.DeleteTopics _,
              Command.CreatePartitions _,
              Command.UpdateFeatures _ ->
              null;
        };
    return (Call<R>) call;
  }

  private static Result result(short code, @Nullable String message) {
    return new Result(ErrorCode.forCode(code), message);
  }

  // ---- AlterPartition.

  private static Call<ChangedIsrs> alterPartition(AlterPartition command) {
    Map<Uuid, AlterPartitionRequest.TopicData> topics = new LinkedHashMap<>();
    for (IsrChange change : command.partitions()) {
      topics
          .computeIfAbsent(
              change.topicId(),
              id ->
                  new AlterPartitionRequest.TopicData()
                      .setTopicId(id)
                      .setPartitions(new ArrayList<>()))
          .partitions()
          .add(partition(change));
    }
    return new Call<>(
        new AlterPartitionRequest()
            .setBrokerId(command.brokerId())
            .setBrokerEpoch(command.brokerEpoch())
            .setTopics(new ArrayList<>(topics.values())),
        body -> changedIsrs((AlterPartitionResponse) body));
  }

  private static AlterPartitionRequest.PartitionData partition(IsrChange change) {
    List<AlterPartitionRequest.BrokerState> isr = new ArrayList<>();
    change
        .isr()
        .forEach(replica ->
            isr.add(
                new AlterPartitionRequest.BrokerState()
                    .setBrokerId(replica.brokerId())
                    .setBrokerEpoch(replica.epoch())));
    return new AlterPartitionRequest.PartitionData()
        .setPartitionIndex(change.partition())
        .setLeaderEpoch(change.leaderEpoch())
        .setNewIsrWithEpochs(isr)
        .setLeaderRecoveryState((byte) (change.recovering() ? 1 : 0))
        .setPartitionEpoch(change.partitionEpoch());
  }

  private static ChangedIsrs changedIsrs(AlterPartitionResponse response) {
    List<ChangedIsr> changed = new ArrayList<>();
    for (AlterPartitionResponse.TopicData topic : response.topics()) {
      for (AlterPartitionResponse.PartitionData partition : topic.partitions()) {
        ErrorCode error = ErrorCode.forCode(partition.errorCode());
        changed.add(
            new ChangedIsr(
                topic.topicId(),
                partition.partitionIndex(),
                error,
                error == ErrorCode.NONE ? state(partition) : null));
      }
    }
    return new ChangedIsrs(result(response.errorCode(), null), changed);
  }

  /** What the answer tells of a partition; the rest comes with the cluster's log. */
  private static PartitionImage state(AlterPartitionResponse.PartitionData partition) {
    return new PartitionImage(
        partition.isr(),
        partition.isr(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        partition.leaderId(),
        partition.leaderEpoch(),
        partition.partitionEpoch(),
        partition.leaderRecoveryState() == 1);
  }

  // ---- AssignReplicasToDirs.

  private static Call<AssignedReplies> assignDirectories(AssignDirectories command) {
    Map<Uuid, Map<Uuid, AssignReplicasToDirsRequest.TopicData>> directories = new LinkedHashMap<>();
    for (AssignedDirectory assigned : command.assigned()) {
      directories
          .computeIfAbsent(assigned.directory(), _ -> new LinkedHashMap<>())
          .computeIfAbsent(
              assigned.topicId(),
              id ->
                  new AssignReplicasToDirsRequest.TopicData()
                      .setTopicId(id)
                      .setPartitions(new ArrayList<>()))
          .partitions()
          .add(
              new AssignReplicasToDirsRequest.PartitionData()
                  .setPartitionIndex(assigned.partition()));
    }
    List<AssignReplicasToDirsRequest.DirectoryData> data = new ArrayList<>();
    directories.forEach((id, topics) ->
        data.add(
            new AssignReplicasToDirsRequest.DirectoryData()
                .setId(id)
                .setTopics(new ArrayList<>(topics.values()))));
    return new Call<>(
        new AssignReplicasToDirsRequest()
            .setBrokerId(command.brokerId())
            .setBrokerEpoch(command.brokerEpoch())
            .setDirectories(data),
        body -> assignedReplies((AssignReplicasToDirsResponse) body));
  }

  private static AssignedReplies assignedReplies(AssignReplicasToDirsResponse response) {
    List<AssignedReply> replies = new ArrayList<>();
    for (AssignReplicasToDirsResponse.DirectoryData directory : response.directories()) {
      for (AssignReplicasToDirsResponse.TopicData topic : directory.topics()) {
        for (AssignReplicasToDirsResponse.PartitionData partition : topic.partitions()) {
          replies.add(
              new AssignedReply(
                  new AssignedDirectory(
                      topic.topicId(), partition.partitionIndex(), directory.id()),
                  ErrorCode.forCode(partition.errorCode())));
        }
      }
    }
    return new AssignedReplies(result(response.errorCode(), null), replies);
  }

  // ---- AllocateProducerIds.

  private static Call<Command.ProducerIds> allocateProducerIds(
      Command.AllocateProducerIds command) {
    return new Call<>(
        new AllocateProducerIdsRequest()
            .setBrokerId(command.brokerId())
            .setBrokerEpoch(command.brokerEpoch()),
        body -> {
          var response = (AllocateProducerIdsResponse) body;
          return new Command.ProducerIds(
              result(response.errorCode(), null),
              response.producerIdStart(),
              response.producerIdLen());
        });
  }

  // ---- CreateTopics.

  private static Call<List<Command.CreatedTopic>> createTopics(
      Command.CreateTopics command, long timeoutMs) {
    List<CreateTopicsRequest.CreatableTopic> topics = new ArrayList<>();
    command.topics().forEach(topic -> topics.add(topic(topic)));
    return new Call<>(
        new CreateTopicsRequest()
            .setTopics(topics)
            .setValidateOnly(command.validateOnly())
            .setTimeoutMs(Math.toIntExact(timeoutMs)),
        body -> createdTopics((CreateTopicsResponse) body));
  }

  private static CreateTopicsRequest.CreatableTopic topic(Command.NewTopic topic) {
    List<CreateTopicsRequest.CreatableReplicaAssignment> assignments = new ArrayList<>();
    topic
        .assignments()
        .forEach(assignment ->
            assignments.add(
                new CreateTopicsRequest.CreatableReplicaAssignment()
                    .setPartitionIndex(assignment.partition())
                    .setBrokerIds(assignment.replicas())));
    List<CreateTopicsRequest.CreatableTopicConfig> configs = new ArrayList<>();
    topic
        .configs()
        .forEach((name, value) ->
            configs.add(
                new CreateTopicsRequest.CreatableTopicConfig().setName(name).setValue(value)));
    return new CreateTopicsRequest.CreatableTopic()
        .setName(topic.name())
        .setNumPartitions(topic.partitions())
        .setReplicationFactor((short) topic.replicationFactor())
        .setAssignments(assignments)
        .setConfigs(configs);
  }

  private static List<Command.CreatedTopic> createdTopics(CreateTopicsResponse response) {
    List<Command.CreatedTopic> created = new ArrayList<>();
    response
        .topics()
        .forEach(topic ->
            created.add(
                new Command.CreatedTopic(
                    topic.name(),
                    result(topic.errorCode(), topic.errorMessage()),
                    topic.topicId(),
                    topic.numPartitions(),
                    topic.replicationFactor(),
                    Map.of())));
    return created;
  }

  // ---- Configurations.

  private static Call<List<Command.ConfigResult>> alterConfigs(Command.AlterConfigs command) {
    List<AlterConfigsRequest.AlterConfigsResource> resources = new ArrayList<>();
    for (Command.ConfigReplacement replacement : command.resources()) {
      List<AlterConfigsRequest.AlterableConfig> configs = new ArrayList<>();
      replacement
          .values()
          .forEach((name, value) ->
              configs.add(new AlterConfigsRequest.AlterableConfig().setName(name).setValue(value)));
      resources.add(
          new AlterConfigsRequest.AlterConfigsResource()
              .setResourceType(replacement.resource().type().id())
              .setResourceName(replacement.resource().name())
              .setConfigs(configs));
    }
    List<ConfigResource> asked =
        command.resources().stream().map(Command.ConfigReplacement::resource).toList();
    return new Call<>(
        new AlterConfigsRequest().setResources(resources).setValidateOnly(command.validateOnly()),
        body -> {
          List<Command.ConfigResult> results = new ArrayList<>();
          for (var one : ((AlterConfigsResponse) body).responses()) {
            results.add(
                new Command.ConfigResult(
                    resource(one.resourceType(), one.resourceName(), asked),
                    result(one.errorCode(), one.errorMessage())));
          }
          return results;
        });
  }

  private static Call<List<Command.ConfigResult>> incrementalAlterConfigs(
      Command.IncrementalAlterConfigs command) {
    List<IncrementalAlterConfigsRequest.AlterConfigsResource> resources = new ArrayList<>();
    for (Command.ConfigChanges changes : command.resources()) {
      List<IncrementalAlterConfigsRequest.AlterableConfig> configs = new ArrayList<>();
      for (Command.ConfigChange change : changes.changes()) {
        configs.add(
            new IncrementalAlterConfigsRequest.AlterableConfig()
                .setName(change.key())
                .setConfigOperation(code(change.operation()))
                .setValue(change.value()));
      }
      resources.add(
          new IncrementalAlterConfigsRequest.AlterConfigsResource()
              .setResourceType(changes.resource().type().id())
              .setResourceName(changes.resource().name())
              .setConfigs(configs));
    }
    List<ConfigResource> asked =
        command.resources().stream().map(Command.ConfigChanges::resource).toList();
    return new Call<>(
        new IncrementalAlterConfigsRequest()
            .setResources(resources)
            .setValidateOnly(command.validateOnly()),
        body -> {
          List<Command.ConfigResult> results = new ArrayList<>();
          for (var one : ((IncrementalAlterConfigsResponse) body).responses()) {
            results.add(
                new Command.ConfigResult(
                    resource(one.resourceType(), one.resourceName(), asked),
                    result(one.errorCode(), one.errorMessage())));
          }
          return results;
        });
  }

  private static byte code(Command.ConfigOperation operation) {
    return switch (operation) {
      case SET -> 0;
      case DELETE -> 1;
      case APPEND -> 2;
      case SUBTRACT -> 3;
    };
  }

  private static ConfigResource resource(byte type, String name, List<ConfigResource> asked) {
    return asked.stream()
        .filter(one -> one.type().id() == type && one.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("the controller answers for " + type + " " + name));
  }
}
