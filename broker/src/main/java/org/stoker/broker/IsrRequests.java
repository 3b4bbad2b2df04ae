package org.stoker.broker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stoker.base.ConfinedTo;
import org.stoker.base.Lane;
import org.stoker.base.Timers;
import org.stoker.base.TopicIdPartition;
import org.stoker.handlers.ControllerPort;
import org.stoker.metadata.PartitionCommand.AlterPartition;
import org.stoker.metadata.PartitionCommand.ChangedIsr;
import org.stoker.metadata.PartitionCommand.ChangedIsrs;
import org.stoker.metadata.PartitionCommand.InSyncReplica;
import org.stoker.metadata.PartitionCommand.IsrChange;
import org.stoker.metadata.PartitionImage;
import org.stoker.protocol.ErrorCode;
import org.stoker.replication.IsrProposal;

/**
 * Takes the leaders' proposals to the controller: those that wait while a request is on its way go
 * together in the next one, and what was lost is asked again.
 */
final class IsrRequests implements IsrProposal.Port {
  private static final String LANE = "the lane of proposals";
  private static final Logger LOG = LoggerFactory.getLogger(IsrRequests.class);
  private static final long RETRY_MS = 50;
  private static final long TIMEOUT_MS = 10_000;
  private static final int MOST_TOGETHER = 2_000;

  private final Lane lane;
  private final Timers timers;
  private final ControllerPort controller;
  private final int brokerId;
  private final LongSupplier brokerEpoch;
  // One a partition: a leader proposes again only when it was answered.
  private final Map<TopicIdPartition, Waiting> waiting = new LinkedHashMap<>();
  private boolean isAsking;

  private record Waiting(IsrProposal proposal, Consumer<IsrProposal.Reply> onReply) {}

  IsrRequests(
      Lane lane, Timers timers, ControllerPort controller, int brokerId, LongSupplier brokerEpoch) {
    this.lane = lane;
    this.timers = timers;
    this.controller = controller;
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
  }

  @Override
  public void propose(IsrProposal proposal, Consumer<IsrProposal.Reply> onReply) {
    lane.submit(() -> {
      Waiting replaced =
          waiting.put(
              new TopicIdPartition(proposal.topicId(), proposal.partition()),
              new Waiting(proposal, onReply));
      if (replaced != null) {
        // Of an epoch that is over; who proposed it does not wait any more.
        replaced.onReply().accept(new IsrProposal.Reply.Outdated(ErrorCode.FENCED_LEADER_EPOCH));
      }
      askIfIdle();
    });
  }

  @ConfinedTo(LANE)
  private void askIfIdle() {
    if (isAsking || waiting.isEmpty()) {
      return;
    }
    isAsking = true;
    Map<TopicIdPartition, Waiting> asked = new LinkedHashMap<>();
    for (Map.Entry<TopicIdPartition, Waiting> entry : waiting.entrySet()) {
      if (asked.size() < MOST_TOGETHER) {
        asked.put(entry.getKey(), entry.getValue());
      }
    }
    List<IsrChange> changes = new ArrayList<>();
    asked.values().forEach(one -> changes.add(change(one.proposal())));
    CompletableFuture<ChangedIsrs> reply =
        controller.submit(
            new AlterPartition(brokerId, brokerEpoch.getAsLong(), changes), TIMEOUT_MS);
    var _ = reply.whenComplete((answer, _) -> lane.submit(() -> answered(asked, answer)));
  }

  private static IsrChange change(IsrProposal proposal) {
    List<InSyncReplica> isr = new ArrayList<>();
    proposal
        .isr()
        .forEach(replica -> isr.add(new InSyncReplica(replica.brokerId(), replica.brokerEpoch())));
    return new IsrChange(
        proposal.topicId(),
        proposal.partition(),
        proposal.leaderEpoch(),
        proposal.partitionEpoch(),
        isr,
        false);
  }

  @ConfinedTo(LANE)
  private void answered(Map<TopicIdPartition, Waiting> asked, ChangedIsrs answer) {
    isAsking = false;
    boolean isAnswered = answer != null && answer.result().isOk();
    boolean isAnyLeft = !isAnswered;
    if (isAnswered) {
      for (ChangedIsr changed : answer.partitions()) {
        TopicIdPartition key = new TopicIdPartition(changed.topicId(), changed.partition());
        Waiting one = asked.get(key);
        if (one == null) {
          continue;
        }
        if (changed.error() == ErrorCode.NOT_CONTROLLER) {
          isAnyLeft = true;
        } else {
          waiting.remove(key, one);
          one.onReply().accept(reply(changed));
        }
      }
    } else if (answer != null) {
      LOG.debug("The controller did not take proposals: {}", answer.result());
    }
    if (isAnyLeft) {
      timers.after(RETRY_MS, () -> lane.submit(this::askIfIdle));
    } else {
      askIfIdle();
    }
  }

  private static IsrProposal.Reply reply(ChangedIsr changed) {
    PartitionImage state = changed.state();
    if (changed.error() == ErrorCode.NONE && state != null) {
      return new IsrProposal.Reply.Accepted(
          state.leaderEpoch(), state.partitionEpoch(), state.isr());
    }
    return changed.error() == ErrorCode.INELIGIBLE_REPLICA
        ? new IsrProposal.Reply.Declined(changed.error())
        : new IsrProposal.Reply.Outdated(changed.error());
  }
}
