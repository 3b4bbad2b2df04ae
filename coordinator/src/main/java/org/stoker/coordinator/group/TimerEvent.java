package org.stoker.coordinator.group;

/** What a timer says when its time has come. */
sealed interface TimerEvent {
  /** A member was silent for its session timeout. */
  record SessionExpired(String groupId, String memberId) implements TimerEvent {}

  /** Members had their time to join the next generation. */
  record JoinTimeUp(String groupId) implements TimerEvent {}

  /** A new group has waited once more for its first members. */
  record InitialDelayOver(String groupId, int delayMs, int remainingMs) implements TimerEvent {}

  /** Members had their time to ask for their assignments. */
  record SyncTimeUp(String groupId, int generationId) implements TimerEvent {}

  /** Old offsets are to be looked for. */
  record ExpiryDue() implements TimerEvent {}
}
