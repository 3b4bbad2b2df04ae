package org.stoker.replication;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.stoker.base.ConfinedTo;

/**
 * What a fetcher has asked for before, so that its next request names only what changed and the
 * answer holds only what is new (KIP-227).
 *
 * <p>One request at a time has it in its hands: {@link #tryClaim} and {@link #release}.
 */
@ConfinedTo("the request that claimed it")
public final class FetchSession {
  /** Asks for a new session. */
  public static final int INITIAL_EPOCH = 0;

  /** Asks for no session, or to end one. */
  public static final int FINAL_EPOCH = -1;

  private final int id;
  private final boolean usesTopicIds;
  private final boolean isFollowers;
  private final long createdMs;
  private final AtomicBoolean isClaimed = new AtomicBoolean();
  // In the order in which they are served: those that got data go to the end.
  private final Map<FetchPosition.Key, Entry> entries = new LinkedHashMap<>();
  private int epoch = 1;

  // Read by the cache while a request has the session in its hands.
  private volatile long lastUsedMs;
  private volatile int partitionCount;

  // What the cache has claimed for it; the cache's own lock guards it.
  private long claimedBytes;

  private static final class Entry {
    private FetchPosition position;
    private long lastHighWatermark = -1;
    private long lastLogStartOffset = -1;

    Entry(FetchPosition position) {
      this.position = position;
    }
  }

  FetchSession(
      int id,
      boolean usesTopicIds,
      boolean isFollowers,
      Collection<FetchPosition> positions,
      long nowMs) {
    this.id = id;
    this.usesTopicIds = usesTopicIds;
    this.isFollowers = isFollowers;
    this.createdMs = nowMs;
    this.lastUsedMs = nowMs;
    for (FetchPosition position : positions) {
      entries.put(position.key(), new Entry(position));
    }
    partitionCount = entries.size();
  }

  public int id() {
    return id;
  }

  /** The epoch that the next request must name. */
  public int epoch() {
    return epoch;
  }

  boolean usesTopicIds() {
    return usesTopicIds;
  }

  boolean isFollowers() {
    return isFollowers;
  }

  long createdMs() {
    return createdMs;
  }

  long lastUsedMs() {
    return lastUsedMs;
  }

  int partitionCount() {
    return partitionCount;
  }

  long claimedBytes() {
    return claimedBytes;
  }

  void setClaimedBytes(long bytes) {
    claimedBytes = bytes;
  }

  boolean tryClaim() {
    return isClaimed.compareAndSet(false, true);
  }

  /** The request that claimed it was answered. */
  public void release() {
    isClaimed.set(false);
  }

  /** Takes over what an incremental request says, and steps to the next epoch. */
  void update(
      Collection<FetchPosition> changed, Collection<FetchPosition.Key> forgotten, long nowMs) {
    for (FetchPosition position : changed) {
      Entry known = entries.get(position.key());
      if (known == null) {
        entries.put(position.key(), new Entry(position));
      } else {
        known.position = position;
      }
    }
    forgotten.forEach(entries::remove);
    epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    lastUsedMs = nowMs;
    partitionCount = entries.size();
  }

  /** All partitions that are fetched, those first that waited longest for data. */
  public List<FetchPosition> positions() {
    List<FetchPosition> positions = new ArrayList<>(entries.size());
    for (Entry entry : entries.values()) {
      positions.add(entry.position);
    }
    return positions;
  }

  /**
   * Notes what the fetcher is told about a partition.
   *
   * @return whether it must be told: there are records or an error, or an offset has moved
   */
  public boolean mustTell(FetchPosition.Key key, FetchNews news) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return true;
    }
    boolean isNew =
        news.hasRecordsOrError()
            || entry.lastHighWatermark != news.highWatermark()
            || entry.lastLogStartOffset != news.logStartOffset();
    // An error is told again and again until it is gone.
    entry.lastHighWatermark = news.isError() ? -1 : news.highWatermark();
    entry.lastLogStartOffset = news.isError() ? -1 : news.logStartOffset();
    if (news.hasRecordsOrError() && !news.isError()) {
      entries.remove(key);
      entries.put(key, entry);
    }
    return isNew;
  }

  /** What a fetch of one partition brought, as far as a session is concerned. */
  public record FetchNews(
      boolean hasRecordsOrError, boolean isError, long highWatermark, long logStartOffset) {}
}
