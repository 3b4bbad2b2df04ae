package org.stoker.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stoker.base.TopicPartition;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;

/**
 * Something that the controller is asked to do to partitions that exist.
 *
 * @param <R> the reply
 */
public sealed interface PartitionCommand<R> extends Command<R> {
  /**
   * A replica as its leader knows it.
   *
   * @param epoch the broker's registration; −1 if the leader does not say
   */
  record InSyncReplica(int brokerId, long epoch) {}

  /** What a leader wants its in-sync set to be. */
  record IsrChange(
      Uuid topicId,
      int partition,
      int leaderEpoch,
      int partitionEpoch,
      List<InSyncReplica> isr,
      boolean recovering) {
    public IsrChange {
      isr = List.copyOf(isr);
    }

    List<Integer> brokerIds() {
      return isr.stream().map(InSyncReplica::brokerId).toList();
    }
  }

  /**
   * What became of an {@link IsrChange}.
   *
   * @param state the partition as it now is; null with an error
   */
  record ChangedIsr(Uuid topicId, int partition, ErrorCode error, @Nullable PartitionImage state) {}

  /**
   * The reply to one leader.
   *
   * @param result an error concerns all of the request, and then there are no partitions
   */
  record ChangedIsrs(Result result, List<ChangedIsr> partitions) {}

  /** AlterPartition (KIP-497): a leader's in-sync sets, used only after they were answered. */
  record AlterPartition(int brokerId, long brokerEpoch, List<IsrChange> partitions)
      implements PartitionCommand<ChangedIsrs> {
    @Override
    public Decision<ChangedIsrs> decide(Controller controller, ClusterImage image) {
      return controller.partitions().alter(image, this);
    }

    @Override
    public ChangedIsrs failed(Result result) {
      return new ChangedIsrs(result, List.of());
    }
  }

  /** Where a broker keeps its replica of a partition. */
  record AssignedDirectory(Uuid topicId, int partition, Uuid directory) {}

  /** How it ended for one of them. */
  record AssignedReply(AssignedDirectory asked, ErrorCode error) {}

  /**
   * The reply to one broker.
   *
   * @param result an error concerns all of the request, and then there is nothing else
   */
  record AssignedReplies(Result result, List<AssignedReply> replies) {}

  /** AssignReplicasToDirs (KIP-858): a broker says which log directories its replicas are in. */
  record AssignDirectories(int brokerId, long brokerEpoch, List<AssignedDirectory> assigned)
      implements PartitionCommand<AssignedReplies> {
    @Override
    public Decision<AssignedReplies> decide(Controller controller, ClusterImage image) {
      return controller.partitions().assignDirectories(image, this);
    }

    @Override
    public AssignedReplies failed(Result result) {
      return new AssignedReplies(result, List.of());
    }
  }

  /** How it ended for one partition. */
  record PartitionResult(TopicPartition partition, Result result) {}

  /**
   * ElectLeaders (KIP-460).
   *
   * @param unclean whether anybody who lives may lead where nobody has all records; else the
   *     preferred replicas are asked for
   * @param partitions null for all; then those that need no election are not in the reply
   */
  record ElectLeaders(boolean unclean, @Nullable List<TopicPartition> partitions)
      implements PartitionCommand<List<PartitionResult>> {
    @Override
    public Decision<List<PartitionResult>> decide(Controller controller, ClusterImage image) {
      return controller.partitions().elect(image, this);
    }

    @Override
    public List<PartitionResult> failed(Result result) {
      return each(partitions == null ? List.of() : partitions, Function.identity(), result);
    }
  }

  /**
   * Where a partition is to be kept.
   *
   * @param replicas the preferred leader first; null calls off what is under way
   */
  record Reassignment(TopicPartition partition, @Nullable List<Integer> replicas) {}

  /** AlterPartitionReassignments (KIP-455). */
  record Reassign(List<Reassignment> partitions, boolean mayChangeReplicationFactor)
      implements PartitionCommand<List<PartitionResult>> {
    @Override
    public Decision<List<PartitionResult>> decide(Controller controller, ClusterImage image) {
      return controller.partitions().reassign(image, this);
    }

    @Override
    public List<PartitionResult> failed(Result result) {
      return each(partitions, Reassignment::partition, result);
    }
  }

  /**
   * Preferred replicas lead again where they can. The controller asks this of itself.
   *
   * @param mostImbalancePercent of the partitions that a broker should lead, how many others may
   *     lead ({@code leader.imbalance.per.broker.percentage})
   */
  record BalanceLeaders(int mostImbalancePercent) implements PartitionCommand<Result> {
    @Override
    public Decision<Result> decide(Controller controller, ClusterImage image) {
      return controller.partitions().balance(image, this);
    }

    @Override
    public Result failed(Result result) {
      return result;
    }
  }

  private static <A> List<PartitionResult> each(
      List<A> asked, Function<A, TopicPartition> partitionOf, Result result) {
    List<PartitionResult> results = new ArrayList<>(asked.size());
    asked.forEach(one -> results.add(new PartitionResult(partitionOf.apply(one), result)));
    return results;
  }
}
