package org.stoker.coordinator.group;

import org.stoker.coordinator.runtime.TimerKey;

/** The names of a shard's timers. */
final class GroupTimers {
  private static final TimerKey EXPIRY = new TimerKey(GroupTimers.class, "expiry");

  private GroupTimers() {}

  private record Member(String groupId, String memberId) {}

  /** A member was silent for its session timeout. */
  static TimerKey session(String groupId, String memberId) {
    return new TimerKey(new Member(groupId, memberId), "session");
  }

  /** Members had their time to join the next generation. */
  static TimerKey join(String groupId) {
    return new TimerKey(groupId, "join");
  }

  /** Members had their time to ask for their assignments. */
  static TimerKey sync(String groupId) {
    return new TimerKey(groupId, "sync");
  }

  /** Old offsets are to be looked for. */
  static TimerKey expiry() {
    return EXPIRY;
  }
}
