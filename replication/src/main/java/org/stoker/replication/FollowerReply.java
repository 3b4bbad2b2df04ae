package org.stoker.replication;

/** What became of something that a leader sent to a follower. */
public sealed interface FollowerReply {
  /**
   * All of it is on this disk.
   *
   * @param nextOffset from where to ask on
   * @param lastEpoch the leader epoch of the last record before it; −1 if there is none
   */
  record OnDisk(long nextOffset, int lastEpoch) implements FollowerReply {}

  /** This broker does not follow in that epoch any more; nothing was done. */
  record Outdated() implements FollowerReply {}

  /** What was sent does not continue this log; the leader is asked again, from its end. */
  record OutOfPlace(long nextOffset, int lastEpoch, String problem) implements FollowerReply {}

  /** The disk does not take it now; it may later. */
  record NoRoom(String reason) implements FollowerReply {}

  /** This broker made a mistake with it, which its log names; the leader is asked again later. */
  record Failed(String reason) implements FollowerReply {}

  /** The log is broken: this replica is offline until an operator helps. */
  record Broken(String reason) implements FollowerReply {}
}
