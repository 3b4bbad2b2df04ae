package org.stoker.coordinator.group;

/**
 * Names one timer; setting another of the same name replaces it.
 *
 * @param memberId empty if the timer is the group's
 */
record TimerKey(Kind kind, String groupId, String memberId) {
  enum Kind {
    SESSION,
    JOIN,
    SYNC,
    EXPIRY
  }

  static TimerKey session(String groupId, String memberId) {
    return new TimerKey(Kind.SESSION, groupId, memberId);
  }

  static TimerKey join(String groupId) {
    return new TimerKey(Kind.JOIN, groupId, "");
  }

  static TimerKey sync(String groupId) {
    return new TimerKey(Kind.SYNC, groupId, "");
  }

  static TimerKey expiry() {
    return new TimerKey(Kind.EXPIRY, "", "");
  }
}
