package org.stoker.replication;

import java.util.List;
import java.util.function.Consumer;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;

/**
 * An in-sync set that a leader asks the controller for; it holds once the controller has answered.
 *
 * @param partitionEpoch of the decision that this one would follow
 */
public record IsrProposal(
    Uuid topicId, int partition, int leaderEpoch, int partitionEpoch, List<Replica> isr) {
  public IsrProposal {
    isr = List.copyOf(isr);
  }

  List<Integer> brokerIds() {
    return isr.stream().map(Replica::brokerId).toList();
  }

  /**
   * A replica, and which registration of its broker the leader has heard.
   *
   * @param brokerEpoch −1 if it has not heard any
   */
  public record Replica(int brokerId, long brokerEpoch) {}

  /** Brings proposals to the controller. */
  public interface Port {
    /**
     * Asks, and asks again until the controller has answered or the partition is led by another.
     *
     * @param onReply called once, on any thread
     */
    void propose(IsrProposal proposal, Consumer<Reply> onReply);
  }

  /** What the controller says. */
  public sealed interface Reply {
    /** It holds now. */
    record Accepted(int leaderEpoch, int partitionEpoch, List<Integer> isr) implements Reply {}

    /** It does not hold, and nothing has changed: somebody in it may not be in sync. */
    record Declined(ErrorCode error) implements Reply {}

    /** The cluster has moved on; what holds is told by its log, and until then either may hold. */
    record Outdated(ErrorCode error) implements Reply {}
  }
}
