package org.stoker.handlers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stoker.base.Uuid;
import org.stoker.metadata.PartitionCommand.AlterPartition;
import org.stoker.metadata.PartitionCommand.ChangedIsr;
import org.stoker.metadata.PartitionCommand.ChangedIsrs;
import org.stoker.metadata.PartitionCommand.InSyncReplica;
import org.stoker.metadata.PartitionCommand.IsrChange;
import org.stoker.metadata.PartitionImage;
import org.stoker.network.RequestContext;
import org.stoker.protocol.message.AlterPartitionRequest;
import org.stoker.protocol.message.AlterPartitionResponse;

/** AlterPartition (KIP-497): a leader asks for other in-sync sets. */
final class AlterPartitionHandler implements Handler<AlterPartitionRequest> {
  private static final long TIMEOUT_MS = 30_000;
  private static final byte RECOVERING = 1;
  private static final long UNKNOWN_EPOCH = -1;

  private final ControllerPort controller;

  AlterPartitionHandler(ControllerPort controller) {
    this.controller = controller;
  }

  @Override
  public void handle(AlterPartitionRequest body, RequestContext context) {
    List<IsrChange> changes = new ArrayList<>();
    for (AlterPartitionRequest.TopicData topic : body.topics()) {
      for (AlterPartitionRequest.PartitionData partition : topic.partitions()) {
        changes.add(change(topic.topicId(), partition));
      }
    }
    Answers.when(
        controller.submit(
            new AlterPartition(body.brokerId(), body.brokerEpoch(), changes), TIMEOUT_MS),
        context,
        AlterPartitionHandler::response);
  }

  private static IsrChange change(Uuid topicId, AlterPartitionRequest.PartitionData partition) {
    List<InSyncReplica> isr = new ArrayList<>();
    partition.newIsr().forEach(broker -> isr.add(new InSyncReplica(broker, UNKNOWN_EPOCH)));
    partition
        .newIsrWithEpochs()
        .forEach(broker -> isr.add(new InSyncReplica(broker.brokerId(), broker.brokerEpoch())));
    return new IsrChange(
        topicId,
        partition.partitionIndex(),
        partition.leaderEpoch(),
        partition.partitionEpoch(),
        isr,
        partition.leaderRecoveryState() == RECOVERING);
  }

  private static AlterPartitionResponse response(ChangedIsrs reply) {
    Map<Uuid, AlterPartitionResponse.TopicData> topics = new LinkedHashMap<>();
    for (ChangedIsr changed : reply.partitions()) {
      topics
          .computeIfAbsent(
              changed.topicId(),
              id ->
                  new AlterPartitionResponse.TopicData()
                      .setTopicId(id)
                      .setPartitions(new ArrayList<>()))
          .partitions()
          .add(partition(changed));
    }
    return new AlterPartitionResponse()
        .setErrorCode(reply.result().error().code())
        .setTopics(new ArrayList<>(topics.values()));
  }

  private static AlterPartitionResponse.PartitionData partition(ChangedIsr changed) {
    var data =
        new AlterPartitionResponse.PartitionData()
            .setPartitionIndex(changed.partition())
            .setErrorCode(changed.error().code());
    PartitionImage state = changed.state();
    return state == null
        ? data
        : data.setLeaderId(state.leader())
            .setLeaderEpoch(state.leaderEpoch())
            .setIsr(state.isr())
            .setLeaderRecoveryState((byte) (state.recovering() ? 1 : 0))
            .setPartitionEpoch(state.partitionEpoch());
  }
}
