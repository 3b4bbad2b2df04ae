package org.stoker.replication;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Clock;
import org.stoker.base.HeapBudget;
import org.stoker.base.Seed;
import org.stoker.base.ThreadSafe;

/**
 * The sessions of all fetchers (KIP-227), at most {@code
 * max.incremental.fetch.session.cache.slots}.
 *
 * <p>At the bound a new session takes the place of one that was not used for two minutes, or of a
 * smaller one; a follower's is never given up for a consumer's. Without a place the fetcher is
 * served without a session.
 *
 * <p>The partitions that sessions remember are claimed from a budget, too. A fetcher for which
 * there is no more is served without a session; a session that grows above it is ended.
 */
@ThreadSafe
public final class FetchSessions {
  private static final long EVICTABLE_AFTER_MS = 120_000;
  // A position, its key, the entry and its place in the map.
  private static final long PARTITION_HEAP_BYTES = 256;

  private final int mostSessions;
  private final Clock clock;
  private final Seed seed;
  private final HeapBudget heap;

  @GuardedBy("this")
  private final Map<Integer, FetchSession> sessions = new HashMap<>();

  /** The partitions that sessions remember are claimed from the budget. */
  public FetchSessions(int mostSessions, Clock clock, Seed seed, HeapBudget heap) {
    this.heap = heap;
    this.mostSessions = mostSessions;
    this.clock = clock;
    this.seed = seed;
  }

  /** How a request is served. */
  public sealed interface Begun {
    /** All that the request names, and nothing is remembered. */
    record WithoutSession() implements Begun {}

    /** Everything, and remembered from here on. */
    record NewSession(FetchSession session) implements Begun {}

    /** What the session remembers, with the request's changes. */
    record Incremental(FetchSession session) implements Begun {}

    /** FETCH_SESSION_ID_NOT_FOUND. */
    record UnknownSession() implements Begun {}

    /** INVALID_FETCH_SESSION_EPOCH. */
    record WrongEpoch(int expectedEpoch) implements Begun {}

    /** FETCH_SESSION_TOPIC_ID_ERROR: names and ids are not mixed within a session. */
    record OtherTopicNaming() implements Begun {}
  }

  /** What a request says of its session. */
  public record Ask(
      int sessionId,
      int sessionEpoch,
      boolean usesTopicIds,
      boolean isFollower,
      Collection<FetchPosition> positions,
      Collection<FetchPosition.Key> forgotten) {}

  /** Finds, makes or ends a session; whoever gets one releases it when the request is answered. */
  public Begun begin(Ask ask) {
    if (ask.sessionEpoch() == FetchSession.FINAL_EPOCH) {
      end(ask.sessionId());
      return new Begun.WithoutSession();
    }
    if (ask.sessionEpoch() == FetchSession.INITIAL_EPOCH) {
      end(ask.sessionId());
      FetchSession made = ask.positions().isEmpty() ? null : tryMake(ask);
      return made == null ? new Begun.WithoutSession() : new Begun.NewSession(made);
    }
    return goOn(ask);
  }

  private Begun goOn(Ask ask) {
    FetchSession session = find(ask.sessionId());
    if (session == null) {
      return new Begun.UnknownSession();
    }
    if (!session.tryClaim()) {
      return new Begun.WrongEpoch(-1);
    }
    if (session.epoch() != ask.sessionEpoch()) {
      session.release();
      return new Begun.WrongEpoch(session.epoch());
    }
    if (session.usesTopicIds() != ask.usesTopicIds()) {
      session.release();
      return new Begun.OtherTopicNaming();
    }
    long moreBytes = ask.positions().size() * PARTITION_HEAP_BYTES;
    if (!heap.tryClaim(moreBytes)) {
      end(session.id());
      session.release();
      return new Begun.UnknownSession();
    }
    session.update(ask.positions(), ask.forgotten(), clock.monotonicMs());
    settleClaim(session, moreBytes);
    if (session.partitionCount() == 0) {
      end(session.id());
    }
    return new Begun.Incremental(session);
  }

  public synchronized int count() {
    return sessions.size();
  }

  private synchronized @Nullable FetchSession find(int id) {
    return sessions.get(id);
  }

  private synchronized void end(int id) {
    FetchSession ended = sessions.remove(id);
    if (ended != null) {
      heap.release(ended.claimedBytes());
      ended.setClaimedBytes(0);
    }
  }

  /** Gives back what was claimed beyond what the session takes, which is nothing once it ended. */
  private synchronized void settleClaim(FetchSession session, long moreBytes) {
    long needed = 0;
    if (sessions.containsKey(session.id())) {
      needed = session.partitionCount() * PARTITION_HEAP_BYTES;
    }
    heap.release(session.claimedBytes() + moreBytes - needed);
    session.setClaimedBytes(needed);
  }

  private synchronized @Nullable FetchSession tryMake(Ask ask) {
    long nowMs = clock.monotonicMs();
    if (sessions.size() >= mostSessions) {
      FetchSession victim = victimFor(ask, nowMs);
      if (victim == null) {
        return null;
      }
      end(victim.id());
    }
    long bytes = ask.positions().size() * PARTITION_HEAP_BYTES;
    if (!heap.tryClaim(bytes)) {
      return null;
    }
    FetchSession session =
        new FetchSession(unusedId(), ask.usesTopicIds(), ask.isFollower(), ask.positions(), nowMs);
    session.tryClaim();
    sessions.put(session.id(), session);
    settleClaim(session, bytes);
    return session;
  }

  // Looks at all of them, but only when a session is asked for and there is no place.
  @GuardedBy("this")
  private @Nullable FetchSession victimFor(Ask ask, long nowMs) {
    FetchSession stalest = null;
    FetchSession smallest = null;
    for (FetchSession session : sessions.values()) {
      if (stalest == null || session.lastUsedMs() < stalest.lastUsedMs()) {
        stalest = session;
      }
      boolean mayGo =
          (ask.isFollower() || !session.isFollowers())
              && nowMs - session.createdMs() >= EVICTABLE_AFTER_MS;
      boolean isLessWorth =
          (ask.isFollower() && !session.isFollowers())
              || session.partitionCount() < ask.positions().size();
      if (mayGo
          && isLessWorth
          && (smallest == null || session.partitionCount() < smallest.partitionCount())) {
        smallest = session;
      }
    }
    if (stalest != null && nowMs - stalest.lastUsedMs() >= EVICTABLE_AFTER_MS) {
      return stalest;
    }
    return smallest;
  }

  @GuardedBy("this")
  private int unusedId() {
    while (true) {
      int id = 1 + seed.nextInt(Integer.MAX_VALUE - 1);
      if (!sessions.containsKey(id)) {
        return id;
      }
    }
  }
}
