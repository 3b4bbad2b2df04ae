package org.stoker.replication;

import java.util.List;
import java.util.concurrent.TimeUnit;
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
import org.stoker.records.FileRecordBytes;
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
  private final Standing standing;
  private final Clock clock;
  private volatile long lastReadOfCopyNs = NEVER;
  private volatile Runnable onCopyReadAgain = () -> {};

  /** What the partition is at this moment. */
  interface Standing {
    ReplicaRole role();

    long highWatermark();

    /** Where the log ended when this broker last began to lead. */
    long epochStartOffset();

    /** Whether a follower that is not in sync must not be given more than it gets. */
    boolean isThrottled(int follower);

    /** What limits those; counted in bytes. */
    ReplicationThrottle leaderThrottle();

    /** A follower was served, and so has everything on its disk that comes before. */
    void followerAsked(FetchPosition position, int follower, long brokerEpoch);
  }

  PartitionReads(Log log, Standing standing, Clock clock) {
    this.log = log;
    this.standing = standing;
    this.clock = clock;
  }

  /** Whether a fetch from there may have to wait for the disk: it belongs on a reader thread. */
  public boolean isCold(long fetchOffset) {
    return log.isCold(fetchOffset);
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
    long bound = standing.highWatermark();
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
    boolean committedOnly = view.committedOnly();
    ErrorCode error =
        view.mayReadFromFollowers()
            ? readersEpochError(position.currentLeaderEpoch())
            : leaderEpochError(position.currentLeaderEpoch());
    if (error != ErrorCode.NONE) {
      return new FetchReply.Refused(error);
    }
    if (standing.role() instanceof ReplicaRole.Follower) {
      noteCopyRead();
    }
    long bound = standing.highWatermark();
    long lastStable = Math.min(log.lastStableOffset(), bound);
    FetchReply otherHistory = otherHistory(position, bound, lastStable);
    if (otherHistory != null) {
      return otherHistory;
    }
    try {
      ReadOutcome outcome =
          log.read(
              position.fetchOffset(), maxBytes, committedOnly ? lastStable : bound, minOneBatch);
      return switch (outcome) {
        case ReadOutcome.Data data ->
            fetched(data.records(), position, bound, lastStable, committedOnly);
        case ReadOutcome.Empty() ->
            fetched(MemoryRecordBytes.EMPTY, position, bound, lastStable, false);
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
    if (!(standing.role() instanceof ReplicaRole.Leader)) {
      return new FetchReply.Refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }
    ErrorCode error = leaderEpochError(position.currentLeaderEpoch());
    if (error != ErrorCode.NONE) {
      return new FetchReply.Refused(error);
    }
    long bound = standing.highWatermark();
    long lastStable = Math.min(log.lastStableOffset(), bound);
    FetchReply.Diverging diverging = divergence(position, bound, lastStable);
    if (diverging != null) {
      return diverging;
    }
    boolean isThrottled = standing.isThrottled(view.broker());
    if (isThrottled && standing.leaderThrottle().isExceeded()) {
      noteAsked(position, view);
      return fetched(MemoryRecordBytes.EMPTY, position, bound, lastStable, false);
    }
    try {
      return switch (log.read(position.fetchOffset(), maxBytes, Long.MAX_VALUE, minOneBatch)) {
        case ReadOutcome.Data data -> {
          noteAsked(position, view);
          if (isThrottled) {
            standing.leaderThrottle().count(data.records().sizeInBytes());
          }
          yield fetched(data.records(), position, bound, lastStable, false);
        }
        case ReadOutcome.Empty() -> {
          noteAsked(position, view);
          yield fetched(MemoryRecordBytes.EMPTY, position, bound, lastStable, false);
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
      standing.followerAsked(position, view.broker(), view.brokerEpoch());
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
      RecordBytes records,
      FetchPosition position,
      long bound,
      long lastStable,
      boolean committedOnly) {
    return new FetchReply.Fetched(
        records,
        bound,
        lastStable,
        log.logStartOffset(),
        committedOnly ? abortedTransactions(records, position, lastStable) : List.of());
  }

  /** If it fails the records are not fetched, and their file is given back here. */
  private List<AbortedTransaction> abortedTransactions(
      RecordBytes records, FetchPosition position, long lastStable) {
    boolean isRead = false;
    try {
      List<AbortedTransaction> aborted =
          log.abortedTransactions(position.fetchOffset(), lastStable);
      isRead = true;
      return aborted;
    } finally {
      if (!isRead && records instanceof FileRecordBytes file) {
        file.release();
      }
    }
  }

  /** NONE if this broker leads in the epoch that the caller knows; −1 means it does not say. */
  public ErrorCode leaderEpochError(int callersEpoch) {
    return standing.role() instanceof ReplicaRole.Leader(int epoch, var _)
        ? epochError(callersEpoch, epoch)
        : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }

  /** The same for a consumer, whom a follower serves as well (KIP-392). */
  private ErrorCode readersEpochError(int callersEpoch) {
    return standing.role() instanceof ReplicaRole.Follower(int _, int epoch)
        ? epochError(callersEpoch, epoch)
        : leaderEpochError(callersEpoch);
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
    long bound = bound(committedOnly);
    return mayHaveEndedLater(bound)
        ? new OffsetReply.Refused(ErrorCode.OFFSET_NOT_AVAILABLE)
        : new OffsetReply.Found(-1, bound, log.latestLeaderEpoch());
  }

  private long bound(boolean committedOnly) {
    return committedOnly
        ? Math.min(log.lastStableOffset(), standing.highWatermark())
        : standing.highWatermark();
  }

  /**
   * Whether consumers may have been shown more by the leader before this one, which knew better
   * what was committed (KIP-207): an end must not seem to go back.
   */
  private boolean mayHaveEndedLater(long bound) {
    return standing.role() instanceof ReplicaRole.Leader && bound < standing.epochStartOffset();
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
    long bound = bound(committedOnly);
    // What is not known to be committed yet may have been shown, and then counts.
    long below = mayHaveEndedLater(bound) ? Long.MAX_VALUE : bound;
    return offset(log.offsetOfLargestTimestampBelow(below), committedOnly);
  }

  private OffsetReply offset(@Nullable FoundOffset found, boolean committedOnly) {
    long bound = bound(committedOnly);
    if (found != null && found.offset() < bound) {
      return new OffsetReply.Found(found.timestamp(), found.offset(), found.leaderEpoch());
    }
    return found != null && mayHaveEndedLater(bound)
        ? new OffsetReply.Refused(ErrorCode.OFFSET_NOT_AVAILABLE)
        : OffsetReply.Found.NOTHING;
  }
}
