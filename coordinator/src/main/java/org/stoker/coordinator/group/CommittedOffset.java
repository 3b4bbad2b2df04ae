package org.stoker.coordinator.group;

import org.stoker.base.Uuid;

/**
 * How far a group has consumed a partition.
 *
 * @param leaderEpoch -1 if the client did not say
 * @param expireTimestampMs -1 unless the client said how long to keep it
 * @param topicId {@link Uuid#ZERO} if the client named the topic
 */
public record CommittedOffset(
    long offset,
    int leaderEpoch,
    String metadata,
    long commitTimestampMs,
    long expireTimestampMs,
    Uuid topicId) {
  static final long NO_EXPIRY = -1;

  boolean hasExpiry() {
    return expireTimestampMs != NO_EXPIRY;
  }

  /** Topics that were deleted and made again have another id; no id matches every one. */
  static boolean isOf(Uuid topicId, Uuid askedTopicId) {
    return topicId.equals(Uuid.ZERO)
        || askedTopicId.equals(Uuid.ZERO)
        || topicId.equals(askedTopicId);
  }
}
