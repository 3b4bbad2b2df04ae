package org.stoker.metadata;

import java.util.List;
import org.stoker.base.Uuid;
import org.stoker.protocol.ErrorCode;

/**
 * What a broker tells the controller every now and then (BrokerHeartbeat, KIP-631).
 *
 * @param appliedOffset up to where it has taken the cluster's log over
 * @param wantsFence whether it does not want to lead nor be in sync
 * @param wantsShutDown whether it wants to stop as soon as others lead
 * @param offlineDirectories log directories that have failed
 */
public record Heartbeat(
    int brokerId,
    long brokerEpoch,
    long appliedOffset,
    boolean wantsFence,
    boolean wantsShutDown,
    List<Uuid> offlineDirectories) {
  public Heartbeat {
    offlineDirectories = List.copyOf(offlineDirectories);
  }

  /**
   * What the controller answers.
   *
   * @param isCaughtUp whether the broker has applied its own registration
   * @param shouldShutDown whether nobody waits for the broker any more
   */
  public record Reply(
      ErrorCode error, boolean isCaughtUp, boolean isFenced, boolean shouldShutDown) {
    static Reply refused(ErrorCode error) {
      return new Reply(error, false, true, false);
    }
  }
}
