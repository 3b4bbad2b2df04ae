package org.stoker.replication;

import org.stoker.base.Uuid;

/**
 * Where a fetcher stands in one partition, and how much it wants.
 *
 * @param topic the name; empty when the fetcher speaks in ids and nobody knows the id
 * @param topicId {@link Uuid#ZERO} when the fetcher speaks in names
 * @param currentLeaderEpoch the epoch the fetcher knows of; −1 if it does not say
 * @param lastFetchedEpoch the epoch of the last record it has, for truncation (KIP-595); −1 if it
 *     does not say
 * @param logStartOffset a follower's own log start offset; −1 of a consumer
 * @param knownHighWatermark up to where the fetcher knows records to be committed: it is answered
 *     as soon as there is more to know (KIP-1166); {@link #ANY_HIGH_WATERMARK} if it does not care
 */
public record FetchPosition(
    Uuid topicId,
    String topic,
    int partition,
    long fetchOffset,
    int maxBytes,
    int currentLeaderEpoch,
    int lastFetchedEpoch,
    long logStartOffset,
    long knownHighWatermark) {
  /** Of a fetcher that does not want to be answered for a high watermark alone. */
  public static final long ANY_HIGH_WATERMARK = Long.MAX_VALUE;

  /** Whether the fetcher is to be answered as soon as there is more to know. */
  public boolean wantsHighWatermark() {
    return knownHighWatermark != ANY_HIGH_WATERMARK;
  }

  /** Names the partition as the fetcher does: by id, or by name. */
  public Key key() {
    return new Key(topicId, topicId.equals(Uuid.ZERO) ? topic : "", partition);
  }

  /** A partition by id if there is one, else by name. */
  public record Key(Uuid topicId, String topic, int partition) {}
}
