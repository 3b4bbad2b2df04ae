package org.stoker.replication;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoker.base.Clock;
import org.stoker.base.StorageException;
import org.stoker.base.ThreadSafe;
import org.stoker.log.AbortedTransaction;
import org.stoker.log.CorruptLogException;
import org.stoker.log.FoundOffset;
import org.stoker.log.LeaderEpochHistory;
import org.stoker.log.Log;
import org.stoker.log.ReadOutcome;
import org.stoker.protocol.ErrorCode;
import org.stoker.records.MemoryRecordBytes;
import org.stoker.records.RecordBytes;

/**
 * Reading a partition, by any thread: consumers see what is committed, followers all of it. It
 * takes no lane; what it sees is what the lane last published.
 */
@ThreadSafe
public final class PartitionReads {
  private static final long NEVER = Long.MIN_VALUE;
  // Longer than a consumer is silent that goes on reading.
  private static final long READER_REMEMBERED_NS = TimeUnit.SECONDS.toNanos(10);

  private final Log log;
  private final Supplier<PartitionView> views;
  private final Followers followers;
  private final Clock clock;
  private volatile long lastReadOfCopyNs = NEVER;
  private volatile Runnable onCopyReadAgain = () -> {};

  /** What a read has to do with the followers of a partition that this broker leads. */
  interface Followers {
    /** Whether a follower that is not in sync must not be given more than it gets. */
    boolean isThrottled(int follower, PartitionView view);

    /** What limits those; counted in bytes. */
    ReplicationThrottle throttle();

    /** A follower was served, and so has everything on its disk that comes before. */
    void fetched(FetchPosition position, int follower, long brokerEpoch);
  }

  PartitionReads(Log log, Supplier<PartitionView> views, Followers followers, Clock clock) {
    this.log = log;
    this.views = views;
    this.followers = followers;
    this.clock = clock;
  }

  /** Whether a fetch from there may have to wait for the disk: it belongs on a reader thread. */
  public boolean isCold(long fetchOffset, boolean committedOnly) {
    return log.isCold(fetchOffset, committedOnly);
  }

  /**
   * Whether consumers have read this follower's copy lately (KIP-392), and so want to hear at once
   * of what is committed. Elsewhere that may wait for the next records.
   */
  boolean isCopyReadLately() {
    long last = lastReadOfCopyNs;
    return last != NEVER && clock.monotonicNs() - last < READER_REMEMBERED_NS;
  }

  /** Says, on the reader's thread, when consumers come to this follower's copy after a silence. */
  void whenCopyIsReadAgain(Runnable listener) {
    onCopyReadAgain = listener;
  }

  private void noteCopyRead() {
    boolean wasSilent = !isCopyReadLately();
    lastReadOfCopyNs = clock.monotonicNs();
    if (wasSilent) {
      onCopyReadAgain.run();
    }
  }

  /** What a consumer hears that is sent to a closer broker. */
  public FetchReply elsewhere(int brokerId) {
    long bound = views.get().highWatermark();
    return new FetchReply.Elsewhere(
        brokerId, bound, Math.min(log.lastStableOffset(), bound), log.logStartOffset());
  }

  /** How a consumer reads. */
  public record ConsumerView(boolean committedOnly, boolean mayReadFromFollowers) {}

  /**
   * Reads committed records.
   *
   * @param maxBytes may be less than the position's own bound
   * @param minOneBatch whether a batch larger than that is given all the same
   */
  public FetchReply fetch(
      FetchPosition position, int maxBytes, boolean minOneBatch, ConsumerView view) {
    PartitionView now = views.get();
    boolean committedOnly = view.committedOnly();
    ErrorCode error =
        view.mayReadFromFollowers()
            ? readersEpochError(position.currentLeaderEpoch(), now)
            : leaderEpochError(position.currentLeaderEpoch(), now);
    if (error != ErrorCode.NONE) {
      return new FetchReply.Refused(error);
    }
    if (now.role() instanceof ReplicaRole.Follower) {
      noteCopyRead();
    }
    long bound = now.highWatermark();
    long lastStable = Math.min(log.lastStableOffset(), bound);
    FetchReply otherHistory = otherHistory(position, bound, lastStable);
    if (otherHistory != null) {
      return otherHistory;
    }
    try {
      ReadOutcome outcome =
          committedOnly
              ? log.readCommitted(position.fetchOffset(), maxBytes, lastStable, minOneBatch)
              : log.read(position.fetchOffset(), maxBytes, bound, minOneBatch);
      return switch (outcome) {
        case ReadOutcome.Data data -> fetched(data.records(), bound, lastStable, data.aborted());
        case ReadOutcome.Empty() -> fetched(MemoryRecordBytes.EMPTY, bound, lastStable, List.of());
        case ReadOutcome.OutOfRange(var logStart, var _) ->
            new FetchReply.Refused(ErrorCode.OFFSET_OUT_OF_RANGE, bound, lastStable, logStart);
        case ReadOutcome.Damaged(var _) -> new FetchReply.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
      };
    } catch (StorageException | CorruptLogException e) {
      return new FetchReply.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
    }
  }

  /**
   * How a follower reads.
   *
   * @param brokerEpoch its registration; −1 if it does not say
   * @param hasJustAsked whether this is the first look for its request, which says how far its disk
   *     has got; later looks for the same request say nothing new
   */
  public record FollowerView(int broker, long brokerEpoch, boolean hasJustAsked) {}

  /** Reads for a follower, committed or not, and notes how far it has got. */
  public FetchReply fetchAsFollower(
      FetchPosition position, FollowerView view, int maxBytes, boolean minOneBatch) {
    PartitionView now = views.get();
    ErrorCode error = leaderEpochError(position.currentLeaderEpoch(), now);
    if (error != ErrorCode.NONE) {
      return new FetchReply.Refused(error);
    }
    long bound = now.highWatermark();
    long lastStable = Math.min(log.lastStableOffset(), bound);
    FetchReply.Diverging diverging = divergence(position, bound, lastStable);
    if (diverging != null) {
      return diverging;
    }
    boolean isThrottled = followers.isThrottled(view.broker(), now);
    if (isThrottled && followers.throttle().isExceeded()) {
      noteAsked(position, view);
      return fetched(MemoryRecordBytes.EMPTY, bound, lastStable, List.of());
    }
    try {
      return switch (log.read(position.fetchOffset(), maxBytes, Long.MAX_VALUE, minOneBatch)) {
        case ReadOutcome.Data data -> {
          noteAsked(position, view);
          if (isThrottled) {
            followers.throttle().count(data.records().sizeInBytes());
          }
          yield fetched(data.records(), bound, lastStable, List.of());
        }
        case ReadOutcome.Empty() -> {
          noteAsked(position, view);
          yield fetched(MemoryRecordBytes.EMPTY, bound, lastStable, List.of());
        }
        case ReadOutcome.OutOfRange(var logStart, var _) ->
            new FetchReply.Refused(ErrorCode.OFFSET_OUT_OF_RANGE, bound, lastStable, logStart);
        case ReadOutcome.Damaged(var _) -> new FetchReply.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
      };
    } catch (StorageException | CorruptLogException e) {
      return new FetchReply.Refused(ErrorCode.KAFKA_STORAGE_ERROR);
    }
  }

  private void noteAsked(FetchPosition position, FollowerView view) {
    if (view.hasJustAsked()) {
      followers.fetched(position, view.broker(), view.brokerEpoch());
    }
  }

  /**
   * What a consumer hears that read its last record in another history than this log's (KIP-595):
   * an epoch that this log does not know says nothing of where the two part. Null if there is
   * nothing to say.
   */
  private @Nullable FetchReply otherHistory(FetchPosition position, long bound, long lastStable) {
    if (position.lastFetchedEpoch() < 0) {
      return null;
    }
    LeaderEpochHistory.EpochEndOffset end =
        log.endOffsetForLeaderEpoch(position.lastFetchedEpoch());
    long logStart = log.logStartOffset();
    if (end.endOffset() == LeaderEpochHistory.NO_OFFSET || position.fetchOffset() < logStart) {
      return new FetchReply.Refused(ErrorCode.OFFSET_OUT_OF_RANGE, bound, lastStable, logStart);
    }
    return divergence(position, end, bound, lastStable);
  }

  /** Where the two logs part, if the follower's last record is not one of this log (KIP-595). */
  private FetchReply.@Nullable Diverging divergence(
      FetchPosition position, long bound, long lastStable) {
    return position.lastFetchedEpoch() < 0
        ? null
        : divergence(
            position, log.endOffsetForLeaderEpoch(position.lastFetchedEpoch()), bound, lastStable);
  }

  private FetchReply.@Nullable Diverging divergence(
      FetchPosition position, LeaderEpochHistory.EpochEndOffset end, long bound, long lastStable) {
    boolean isKnown = end.endOffset() != LeaderEpochHistory.NO_OFFSET;
    boolean diverges =
        isKnown
            && (end.epoch() < position.lastFetchedEpoch()
                || end.endOffset() < position.fetchOffset());
    return diverges
        ? new FetchReply.Diverging(
            end.epoch(), end.endOffset(), bound, lastStable, log.logStartOffset())
        : null;
  }

  private FetchReply fetched(
      RecordBytes records, long bound, long lastStable, List<AbortedTransaction> aborted) {
    return new FetchReply.Fetched(records, bound, lastStable, log.logStartOffset(), aborted);
  }

  /** NONE if this broker leads in the epoch that the caller knows; −1 means it does not say. */
  public ErrorCode leaderEpochError(int callersEpoch) {
    return leaderEpochError(callersEpoch, views.get());
  }

  private static ErrorCode leaderEpochError(int callersEpoch, PartitionView now) {
    return now.role() instanceof ReplicaRole.Leader(int epoch, var _)
        ? epochError(callersEpoch, epoch)
        : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }

  /** The same for a consumer, whom a follower serves as well (KIP-392). */
  private static ErrorCode readersEpochError(int callersEpoch, PartitionView now) {
    return now.role() instanceof ReplicaRole.Follower(int _, int epoch)
        ? epochError(callersEpoch, epoch)
        : leaderEpochError(callersEpoch, now);
  }

  private static ErrorCode epochError(int callersEpoch, int epoch) {
    if (callersEpoch < 0 || callersEpoch == epoch) {
      return ErrorCode.NONE;
    }
    return callersEpoch < epoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
  }

  /** Where consumers begin. */
  public OffsetReply earliestOffset() {
    FoundOffset found = log.earliestOffset();
    return new OffsetReply.Found(-1, found.offset(), found.leaderEpoch());
  }

  /** Where consumers end. */
  public OffsetReply latestOffset(boolean committedOnly) {
    PartitionView now = views.get();
    long bound = bound(committedOnly, now);
    return mayHaveEndedLater(bound, now)
        ? new OffsetReply.Refused(ErrorCode.OFFSET_NOT_AVAILABLE)
        : new OffsetReply.Found(-1, bound, log.latestLeaderEpoch());
  }

  private long bound(boolean committedOnly, PartitionView now) {
    return committedOnly
        ? Math.min(log.lastStableOffset(), now.highWatermark())
        : now.highWatermark();
  }

  /**
   * Whether consumers may have been shown more by the leader before this one, which knew better
   * what was committed (KIP-207): an end must not seem to go back.
   */
  private static boolean mayHaveEndedLater(long bound, PartitionView now) {
    return now.role() instanceof ReplicaRole.Leader && bound < now.epochStartOffset();
  }

  /** The first committed record at or after a time. Reads the disk: on a thread that may wait. */
  public OffsetReply offsetForTimestamp(long timestamp, boolean committedOnly) {
    return offset(log.firstOffsetWithTimestamp(timestamp), committedOnly);
  }

  /**
   * The first of the committed records with the largest time. Reads the disk: on a thread that may
   * wait.
   */
  public OffsetReply offsetOfLargestTimestamp(boolean committedOnly) {
    PartitionView now = views.get();
    long bound = bound(committedOnly, now);
    // What is not known to be committed yet may have been shown, and then counts.
    long below = mayHaveEndedLater(bound, now) ? Long.MAX_VALUE : bound;
    return offset(log.offsetOfLargestTimestampBelow(below), committedOnly);
  }

  private OffsetReply offset(@Nullable FoundOffset found, boolean committedOnly) {
    // The search may have taken long: what is committed by now may be told.
    PartitionView now = views.get();
    long bound = bound(committedOnly, now);
    if (found != null && found.offset() < bound) {
      return new OffsetReply.Found(found.timestamp(), found.offset(), found.leaderEpoch());
    }
    return found != null && mayHaveEndedLater(bound, now)
        ? new OffsetReply.Refused(ErrorCode.OFFSET_NOT_AVAILABLE)
        : OffsetReply.Found.NOTHING;
  }
}
