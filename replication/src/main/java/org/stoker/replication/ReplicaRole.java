package org.stoker.replication;

import java.util.List;

/** What this broker is to a partition; each role carries only its own facts. */
public sealed interface ReplicaRole {
  /**
   * Takes appends, and serves every reader.
   *
   * @param isr broker ids of the replicas that have everything that was acknowledged, this one
   *     among them
   */
  record Leader(int leaderEpoch, List<Integer> isr) implements ReplicaRole {
    public Leader {
      isr = List.copyOf(isr);
    }
  }

  /**
   * Copies what the leader has, and serves consumers who read from the closest replica (KIP-392).
   */
  record Follower(int leader, int leaderEpoch) implements ReplicaRole {}

  /** Nothing can be done here until an operator does something; the reason says what. */
  record Offline(String reason) implements ReplicaRole {}
}
